"""Certificates for a host on this machine, as the tests of the door have them."""

from tests.alexa.test_verification import trust

__all__ = ["trust"]
