"""Voices for the studio, each in its own module."""
