"""The studio: renders the spoken cues, at build time."""
