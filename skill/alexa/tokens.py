"""Tokens: what the AudioPlayer carries for us, so that it alone can restore the place.

A token names the plan, the recording and the generation, and where the guide had failed if
it was started as a second try. Alexa allows 1,024 characters.
"""

import re

from skill.coaching.plans import LONGEST_ID
from skill.coaching.values import value_class

_TOKEN = (
    rf"gc1:([a-z0-9_-]{{1,{LONGEST_ID}}}):([0-9a-f]{{1,64}}):([0-9]{{1,12}})(?::([0-9]{{1,9}}))?"
)


@value_class
class Token:
    """What a stream is: a plan, in one recording, started by one play command.

    `retried_at` is in milliseconds.
    """

    plan_id: str
    digest: str
    generation: int
    retried_at: int | None = None

    def __str__(self) -> str:
        retried = "" if self.retried_at is None else f":{self.retried_at}"
        return f"gc1:{self.plan_id}:{self.digest}:{self.generation}{retried}"


def parse_token(text: str | None) -> Token | None:
    """Return a token of ours; None for anything else, because other skills have tokens too."""
    match = re.fullmatch(_TOKEN, text) if text else None
    if match is None:
        return None
    return Token(match[1], match[2], int(match[3]), int(match[4]) if match[4] else None)
