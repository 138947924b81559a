"""The studio's branch of the tree of errors.

    StudioError
      VoiceError          the voice cannot speak at all: rendering stops
        UnknownVoiceError
      CueError            this one cue cannot be recorded: rendering goes on with the others
      OutputError         what was recorded cannot be written down: rendering stops

Whatever was recorded before stays, and is not recorded again.
"""

from skill.coaching.errors import CoachError


class StudioError(CoachError):
    """Whatever keeps the studio from rendering."""

    code = "studio"


class VoiceError(StudioError):
    """A voice that is not installed, not set up, or cannot be reached."""

    code = "voice"


class UnknownVoiceError(VoiceError):
    """A voice's name that means nothing to us."""

    code = "unknown-voice"


class CueError(StudioError):
    """One cue whose words or sound are not fit to be heard."""

    code = "bad-cue"


class OutputError(StudioError):
    """A folder that cannot be written to, or a full disk."""

    code = "output"
