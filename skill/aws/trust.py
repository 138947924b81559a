"""Trust: Amazon's services have to prove their names, to the roots that Mozilla trusts.

Slow to load: whoever may never connect imports it once they do.
"""

import ssl
from functools import cache

import certifi


@cache
def trusted_tls() -> ssl.SSLContext:
    """Return what connects to whoever can prove their name."""
    return ssl.create_default_context(cafile=certifi.where())
