"""Tokens: what the AudioPlayer carries for us, so that it alone can restore the place.

A token names the plan, the recording and the generation. Alexa allows 1,024 characters.
"""

import re
from dataclasses import dataclass

_TOKEN = re.compile(r"gc1:([a-z0-9_-]{1,200}):([0-9a-f]{1,64}):([0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class Token:
    """What a stream is: a plan, in one recording, started by one play command."""

    plan_id: str
    digest: str
    generation: int

    def __str__(self) -> str:
        return f"gc1:{self.plan_id}:{self.digest}:{self.generation}"


def parse_token(text: str | None) -> Token | None:
    """Return a token of ours; None for anything else, because other skills have tokens too."""
    match = _TOKEN.fullmatch(text or "")
    return Token(match[1], match[2], int(match[3])) if match else None
