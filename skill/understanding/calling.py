"""Takes off by what name the coach is called: the skill's, which comes from the model; or others.

"Ask glute coach to ..." is what an Echo takes off before a skill hears anything. "Hey coach" and
"next, glute coach" is how people call who listens to them already, in a conversation or a page;
there some say "Alexa" to whatever listens.
"""

import re

from skill.understanding.words import plain_words

_OPENING = "ask|begin|launch|load|open|play|resume|run|start|talk to|tell|use"
_LINK = "about|and|for|if|that|to|whether"
_CLOSING = "by|from|in|on|using|with"
_HAILING = "hello|hey|hi|okay"
_POLITENESS = "(?:can|could|will|would) you "


class Calling:
    """How somebody of a name is called, in plain words (`words.plain_words`)."""

    def __init__(self, name: str) -> None:
        self.name = name
        called = re.escape(plain_words(name))
        who = rf"(?:alexa|{called}|coach(?! (?:me|through|us)\b))"
        self._asked_first = re.compile(
            rf"(?:(?:{_HAILING}) )?(?:{_POLITENESS})?"
            rf"(?:{_OPENING}) {called}(?: (?:{_LINK})(?= ))?(?: (?P<asked>.+))?"
        )
        self._resumed = re.compile(
            rf"(?:(?:{_HAILING}) )?(?:{_POLITENESS})?(?P<asked>resume) {called}"
        )
        self._asked_last = re.compile(rf"(?P<asked>.+) (?:{_CLOSING}) {called}")
        self._hailed_first = re.compile(rf"(?:(?:{_HAILING}) )*{who}(?: (?P<asked>.+))?")
        self._hailed_last = re.compile(rf"(?P<asked>.+) {called}")

    def by_name(self, said: str) -> str | None:
        """Return what Alexa is told to ask of a skill of this name, "" if it is but opened.

        None if it is not for that skill.
        """
        return _first_of((self._asked_first, self._asked_last), plain_words(said))

    def without(self, said: str) -> str:
        """Return what is asked of who listens already, however they are called; "" if just that.

        Who opens, starts or runs a coach has but called them; resuming is something to do.
        """
        words = plain_words(said)
        asking = self._resumed, self._asked_first, self._asked_last
        asked = _first_of((*asking, self._hailed_first, self._hailed_last), words)
        return said if asked is None else asked


def _first_of(patterns: tuple[re.Pattern[str], ...], words: str) -> str | None:
    calls = (pattern.fullmatch(words) for pattern in patterns)
    call = next(filter(None, calls), None)
    return (call["asked"] or "") if call else None
