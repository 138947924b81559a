"""The coach in this process, and the SDK's hello world beside it: what answers one request.

The coach is wired as a server has it, from the signed bytes to the bytes of the answer; but for
HTTP, which `serving` has. Hello world is given what is parsed already, and checks nothing.
"""

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar, cast

import orjson
from ask_sdk_core.handler_input import HandlerInput
from ask_sdk_core.skill_builder import SkillBuilder
from ask_sdk_model import RequestEnvelope, Response, ResponseEnvelope

from scripts.benchmarks.signed import ROUTINE, SKILL_ID, Mail, Signed, token_of, user_id
from skill.__main__ import keep_to_one_processor
from skill.alexa.admission import check_application
from skill.alexa.verification import Verifier, check_timestamp
from skill.bootstrap import Service, build
from skill.coaching.runner import Completed, Runner
from skill.records import encode
from skill.sessions import storage_key
from skill.settings import Settings

PUBLIC_URL = "https://coach.example"
SESSIONS_DONE = 20
"""Of a typical runner: about 1 KB."""

A = TypeVar("A")
B = TypeVar("B")
Document = dict[str, Any]


class Coach:
    """The whole way of a request; `close` it afterwards."""

    def __init__(self, audio: Path, database: Path, mail: Mail) -> None:
        self.service: Service = build(
            Settings(skill_id=SKILL_ID, public_url=PUBLIC_URL, audio=audio, database=database)
        )
        self.verifier = Verifier(mail.amazon.fetch, mail.amazon.roots)

    def answer(self, request: Signed) -> bytes:
        """Verify a request, let it happen, and return the body of the answer: as the web door."""
        now = self.service.clock()
        self.verifier.verify(request.headers, request.body, now)
        document = orjson.loads(request.body)
        check_timestamp(document, now)
        check_application(document, SKILL_ID)
        return orjson.dumps(self.service.conversation.answer(document))

    def acquaint(self, runners: Sequence[int]) -> None:
        """Have runners known already, with some sessions done."""
        document = encode(typical_runner())
        for runner in runners:
            self.service.store.save(storage_key(user_id(runner)), document, None)

    def versions(self, runners: Sequence[int]) -> list[int]:
        """Return how often what is stored of each was written."""
        stored = [self.service.store.load(storage_key(user_id(runner))) for runner in runners]
        return [one.version if one else 0 for one in stored]

    def play(self, mail: Mail, runners: Sequence[int]) -> list[str]:
        """Have runners start the routine; return the tokens of what plays."""
        answers = [self.answer(mail.sign(mail.start(runner))) for runner in runners]
        return [token_of(json.loads(answer)) for answer in answers]

    def close(self) -> None:
        """Let go of what is held open."""
        self.service.close()


@contextmanager
def on_one_processor() -> Iterator[None]:
    """Have what is measured run as a server does: this thread, and all that it starts."""
    free = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else ()
    keep_to_one_processor(0)
    try:
        yield
    finally:
        if free:
            os.sched_setaffinity(0, free)


def typical_runner(sessions: int = SESSIONS_DONE) -> Runner:
    """Return a runner with so many sessions done, three a week, the last one some days ago."""
    last = datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)
    done = (Completed(ROUTINE, last - timedelta(days=7 * ago / 3)) for ago in range(sessions))
    return Runner(history=tuple(reversed(list(done))), cautioned=True)


def hello_world() -> Callable[[Document, None], Document]:
    """Return the SDK's hello world, as its documentation has it."""
    builder = SkillBuilder()

    @builder.request_handler(can_handle_func=lambda _: True)
    def hello(handler_input: HandlerInput) -> Response:
        """Say hello."""
        return handler_input.response_builder.speak("Hello World!").response

    return cast("Callable[[Document, None], Document]", builder.lambda_handler())


def dispatching() -> Callable[[RequestEnvelope, None], ResponseEnvelope]:
    """Return what the SDK does by itself with a request that is read: find a handler, call it."""
    builder = SkillBuilder()

    @builder.request_handler(can_handle_func=lambda _: True)
    def nothing(_: HandlerInput) -> Response:
        """Answer nothing."""
        return Response()

    return cast("Callable[[RequestEnvelope, None], ResponseEnvelope]", builder.create().invoke)


def timed(call: Callable[[A], B], over: Iterable[A]) -> tuple[list[float], list[B]]:
    """Call with each in turn; return the microseconds that each took, and what came of it."""
    times, done = [], []
    for one in over:
        begun = time.perf_counter()
        came = call(one)
        times.append((time.perf_counter() - begun) * 1e6)
        done.append(came)
    return times, done
