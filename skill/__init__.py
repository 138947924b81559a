"""Glute Coach: the service that coaches."""
