"""Guides: joining recorded cues into the audio of any plan, at run time."""
