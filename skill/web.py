"""The web door: Flask. Admits, hands on, answers; decides nothing about coaching."""

import json
import logging
import math
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import orjson
from flask import Flask, Request, Response, jsonify, request
from werkzeug import Response as BaseResponse
from werkzeug.exceptions import (
    BadRequest,
    HTTPException,
    NotFound,
    RequestEntityTooLarge,
    TooManyRequests,
)

from skill import logs
from skill.alexa.admission import NotFromAlexaError, check_application
from skill.alexa.certificates import ChainFetcher, certifi_roots
from skill.alexa.envelope import MalformedRequestError
from skill.alexa.verification import (
    SIGNATURE_HEADER,
    URL_HEADER,
    Verifier,
    check_timestamp,
)
from skill.bootstrap import Service, build, web_pages
from skill.coaching.errors import CoachError, PlanError
from skill.coaching.movements import Milliseconds
from skill.coaching.plans import shortened
from skill.coaching.timeline import Timeline
from skill.content.catalogue import ART
from skill.guides.frames import FRAME_BYTES, FRAME_MS
from skill.guides.published import CHAPTERS, FOREVER
from skill.guides.shelves import LocalShelf
from skill.pictures.art import COVER, art_files
from skill.settings import PREFIX, Settings
from skill.throttling import Throttle

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LARGEST_REQUEST = 256 * 1024
"""Bytes of a request body; Alexa's are under a tenth of it."""
HARDENED = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}
"""What every answer tells browsers: not to sniff, run, frame or refer to anything."""
_NOT_STORED = {"Cache-Control": "no-store"}
FROM_ELSEWHERE = (
    *("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Via"),
    "Origin",
)
"""Headers that a proxy sets, or a web page's script: somebody else asks through this machine."""

COMMANDING, COMMANDING_A_SECOND = 8.0, 0.5
"""For how many seconds one client's commands may have the processor at once, and in each second.

Whatever is asked, the other half of it is for others, Alexa's requests among them. What others do
meanwhile counts, too, so on a busy service who asks most waits first: commands work in the store's
threads as well, whose time nobody tells apart."""
LEAST_COMMANDING = 1 / 128
"""Seconds that any command counts, however soon it is done: it may be stored."""
STRANGERS, STRANGERS_A_SECOND = 256, 4
"""How many commands of strangers one client may send at once, and after that.

Each of them may be stored."""

Sorry = Callable[[str], Response]
"""Makes a page of a sentence that says why there is none."""

IPV6 = 6
_OFFSET = re.compile(r"[0-9]{1,9}")
LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})

log = logging.getLogger(__name__)


def create_app(
    settings: Settings,
    *,
    service: Service | None = None,
    verifier: Verifier | None = None,
    throttle: Throttle | None = None,
) -> Flask:
    """Make the app; raise what `bootstrap.build` raises."""
    service = service or build(settings)
    verifier = verifier or Verifier(ChainFetcher(), certifi_roots())
    app = Flask("skill", static_folder=None)
    app.debug = False  # whatever FLASK_DEBUG says: to the world a fault is a plain 500
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    app.json.sort_keys = False  # type: ignore[attr-defined]
    door = _Door(settings, service, verifier, throttle or Throttle())
    pages = web_pages(service, door.commanding)
    app.register_blueprint(pages.blueprint())
    app.post("/alexa")(door.alexa)
    app.get("/guides/<plan_id>.mp3")(door.guide)
    app.get("/guides/<plan_id>.vtt")(door.captions)
    app.get("/guides/<plan_id>.json")(door.chapters)
    app.get("/guides/<plan_id>/<int:step>.mp3")(door.clip)
    app.get("/guides/feed.xml")(door.feed)
    app.get("/guides/cover.png")(door.cover)
    app.get("/art/<path:file>")(door.art)
    app.get("/healthz")(door.health)
    app.register_error_handler(CoachError, partial(_refused, pages.sorry))
    app.register_error_handler(HTTPException, partial(_http_error, pages.sorry))
    app.wsgi_app = _hardened(app.wsgi_app)  # type: ignore[method-assign, assignment]
    return app


class _Door:
    """The views, sharing one service."""

    def __init__(
        self, settings: Settings, service: Service, verifier: Verifier, throttle: Throttle
    ) -> None:
        self._settings = settings
        self._service = service
        self._verifier = verifier
        self._throttle = throttle
        self._commands = Throttle(allowance=COMMANDING, refill=COMMANDING_A_SECOND)
        self._strangers = Throttle(allowance=STRANGERS, refill=STRANGERS_A_SECOND)

    def alexa(self) -> Response:
        """Answer a request of Alexa's."""
        body = request.get_data()
        document = self._admitted(request, body)
        with logs.request(document):
            answer = orjson.dumps(self._service.conversation.answer(document))
        return Response(answer, mimetype="application/json", headers=_NOT_STORED)

    def guide(self, plan_id: str) -> BaseResponse:
        """Serve the guide of any plan."""
        self._count(plan_id, self._service.repertoire.timeline(plan_id).duration)
        return self._lasting(self._service.editions.mp3(plan_id), "audio/mpeg")

    def captions(self, plan_id: str) -> BaseResponse:
        """Serve what is said in a guide."""
        plan_id = self._service.repertoire.timeline(plan_id).plan.id
        self._count(f"{plan_id}.vtt", 0)
        return self._lasting(self._service.editions.captions(plan_id), "text/vtt")

    def chapters(self, plan_id: str) -> BaseResponse:
        """Serve the chapters of a guide."""
        plan_id = self._service.repertoire.timeline(plan_id).plan.id
        self._count(f"{plan_id}.json", 0)
        return self._lasting(self._service.editions.chapters(plan_id), CHAPTERS)

    def clip(self, plan_id: str, step: int) -> BaseResponse:
        """Serve one step of a plan, counted from 0; `from` is an offset in the whole guide."""
        timeline = self._service.repertoire.timeline(plan_id)
        _require_step(timeline, step)
        asked = request.args.get("from")
        start = None if asked is None else _offset_in(timeline, step, asked)
        span = timeline.spans[step]
        self._count(f"{plan_id}/{step}/{start}", span.end - span.start)
        return self._lasting(self._service.library.clip(timeline, step, start), "audio/mpeg")

    def feed(self) -> BaseResponse:
        """Serve the podcast feed."""
        self._count("feed.xml", 0)
        # Only the feed needs an XML library, which takes long to import.
        from skill.guides.feed import podcast_feed  # noqa: PLC0415

        base_url, editions = self._settings.base_url, self._service.editions
        shelf = LocalShelf(base_url, editions.library.digest)
        xml = podcast_feed(editions, base_url, shelf)
        return self._lasting(xml, "application/rss+xml")

    def cover(self) -> BaseResponse:
        """Serve the cover picture."""
        return self._lasting((ART / COVER).read_bytes(), "image/png")

    def art(self, file: str) -> BaseResponse:
        """Serve a drawn picture, for an Echo's screen."""
        if file not in art_files(self._service.wording.catalogue):
            raise NotFound(f"there is no picture {shortened(file)}")
        return self._lasting((ART / file).read_bytes(), "image/png")

    def health(self) -> Response:
        """Say that the service runs, and with which recording."""
        return jsonify(status="ok", recording=self._service.library.digest)

    def _admitted(self, request: Request, body: bytes) -> object:
        """Return the JSON of a request that we may answer; raise for any other."""
        if self._settings.unsigned and _is_local(request):
            return _parse(body)
        if not self._settings.skill_id:
            raise NotFromAlexaError(f"no skill is served yet: set {PREFIX}SKILL_ID to its id")
        now = self._service.clock()
        self._verifier.verify(request.headers, body, now)
        document = _parse(body)
        check_timestamp(document, now)
        check_application(document, self._settings.skill_id)
        return document

    @contextmanager
    def commanding(self, *, is_stranger: bool) -> Iterator[None]:
        """Count what a page's command takes towards what its client may ask.

        Raise `TooManyRequests` if that is too much already.
        """
        client = network_of(request.remote_addr or "")
        wait = self._commands.pay(client, LEAST_COMMANDING)
        if is_stranger and not wait:
            wait = self._strangers.pay(client, 1)
        if wait:
            log.warning("a client asks the coach too much, and has to wait %.0f s", wait)
            raise TooManyRequests(
                "The coach is asked too much at once. What you ask is sent again by itself.",
                retry_after=math.ceil(wait),
            )
        begun = time.process_time()
        try:
            yield
        finally:
            taken = time.process_time() - begun
            self._commands.owe(client, max(taken - LEAST_COMMANDING, 0))

    def _count(self, name: str, length: Milliseconds) -> None:
        """Count a file that plays for so long towards what its client may have."""
        whole = length // FRAME_MS * FRAME_BYTES
        wait = self._throttle.take(
            network_of(request.remote_addr or ""), name, whole, _bytes_asked_for(request, whole)
        )
        if wait:
            log.warning("a client has had too many guides, and has to wait %.0f s", wait)
            raise TooManyRequests(
                "that is more than one client may have at a time", retry_after=math.ceil(wait)
            )

    def _lasting(self, content: bytes | str, mimetype: str) -> BaseResponse:
        """Answer with what stays the same for one recording: whole, in ranges, or not at all."""
        response = Response(content, mimetype=mimetype)
        response.add_etag()  # of the content, since titles are worded anew without a new recording
        response.headers["Cache-Control"] = (
            FOREVER if request.args.get("v") == self._service.library.digest else "no-cache"
        )
        length = response.content_length or 0
        return response.make_conditional(
            request, accept_ranges=_takes_range(request, length), complete_length=length
        )


def network_of(address: str) -> str:
    """Return what one client has to itself: an IPv4 address, or the /64 of an IPv6 address."""
    try:
        whole = ip_address(address)
    except ValueError:
        return address
    if whole.version == IPV6:
        return str(ip_network((whole, 64), strict=False))
    return address


def _takes_range(request: Request, length: int) -> bool:
    """Whether the range that is asked for is one we serve; others are ignored (RFC 9110, 14.2)."""
    if request.range is None:
        return "Range" not in request.headers  # or it is none that anybody could read
    (first, _), *others = request.range.ranges
    return request.range.units == "bytes" and not others and first >= -length


def _bytes_asked_for(request: Request, whole: int) -> int:
    """Return about how many bytes of a file a request is for."""
    if not _takes_range(request, whole) or request.range is None:
        return whole
    start, end = request.range.range_for_length(whole) or (0, whole)
    return end - start


def _is_local(request: Request) -> bool:
    """Whether a request comes from this machine itself, unsigned and through no proxy."""
    if any(name in request.headers for name in (*FROM_ELSEWHERE, SIGNATURE_HEADER, URL_HEADER)):
        return False
    if (urlsplit(f"//{request.host}").hostname or "") not in LOCAL_NAMES:
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _parse(body: bytes) -> object:
    try:
        return orjson.loads(body)
    except ValueError:
        pass
    try:
        # It takes what stands beside what we use and no other one takes: half a surrogate pair.
        return json.loads(body.decode())
    except (ValueError, RecursionError):
        raise MalformedRequestError("the body is no JSON in UTF-8") from None


def _require_step(timeline: Timeline, step: int) -> None:
    steps = len(timeline.spans)
    if step >= steps:
        raise PlanError(f"plan {timeline.plan.id} has steps 0 to {steps - 1}, and no other")


def _offset_in(timeline: Timeline, step: int, asked: str) -> Milliseconds:
    """Return the offset that is asked for, which has to lie in the step."""
    span = timeline.spans[step]
    if not _OFFSET.fullmatch(asked) or not span.start <= int(asked) < span.end:
        raise PlanError(
            f"step {step} of plan {timeline.plan.id} has the offsets {span.start} to "
            f"{span.end - 1}, in whole milliseconds, not {shortened(asked)}"
        )
    return int(asked)


def _refused(sorry: Sorry, error: CoachError) -> Response:
    """Answer bad input with a sentence; the body of a request is never part of it."""
    if isinstance(error, NotFromAlexaError | MalformedRequestError):
        log.warning("refused: %s (%s)", error, error.code)
        return _told(sorry, BadRequest.code, error.code, str(error))
    if isinstance(error, PlanError):
        return _told(sorry, NotFound.code, error.code, str(error))
    log.error("failed", exc_info=error)
    return _told(sorry, 500, "internal", "something went wrong on our side")


def _http_error(sorry: Sorry, error: HTTPException) -> Response:
    """Answer as the framework would, with its headers (Allow, Content-Range), in our form."""
    sentence = error.description or error.name
    if isinstance(error, RequestEntityTooLarge):
        sentence = f"the body of a request has at most {LARGEST_REQUEST} bytes"
    problem = _told(sorry, error.code or 500, error.name.lower().replace(" ", "-"), sentence)
    problem.headers.extend(
        (name, value) for name, value in error.get_headers() if name != "Content-Type"
    )
    return problem


def _told(sorry: Sorry, status: int, code: str, sentence: str) -> Response:
    """Tell machines in JSON what is wrong, and people in a page, unless the fault may be its own.

    Who takes either is a machine: browsers name what they show.
    """
    wanted = request.accept_mimetypes.best_match(("application/json", "text/html"))
    if wanted == "text/html" and status < 500:  # noqa: PLR2004
        response = sorry(sentence)
    else:
        problem: dict[str, Any] = {"error": code, "message": sentence}
        response = jsonify(problem)
    response.status_code = status
    response.vary.add("Accept")
    return response


def _hardened(app: "WSGIApplication") -> "WSGIApplication":
    """Add to each answer of an app what it does not tell browsers itself."""

    def answer(environment: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *failed: Any) -> Any:
            told = {name for name, _ in headers}
            more = [(name, value) for name, value in HARDENED.items() if name not in told]
            return start_response(status, headers + more, *failed)

        return app(environment, start)

    return answer
