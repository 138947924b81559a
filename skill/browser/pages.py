"""The pages: the coach, the guides, the weeks; and the one address that a page's script asks.

The only place in the browser's door that knows Flask. Every page works under any path prefix,
loads nothing from elsewhere, and runs no script and uses no style but our own.
"""

import gzip
import json
from base64 import b64encode
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cache, cached_property
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify, render_template, request
from werkzeug import Response as BaseResponse
from werkzeug.datastructures import Headers
from werkzeug.exceptions import NotFound

from skill.browser.answers import Json
from skill.browser.coach import WebCoach
from skill.browser.errors import BrowserError, ForeignPageError, NotJsonError, UnfitCommandError
from skill.browser.programme import programme
from skill.browser.runners import COOKIE, KEPT, Acquaintance, Runners, Visitor
from skill.browser.weeks import weeks_of, zone_of
from skill.coaching.lines import line
from skill.coaching.movements import Movement, Side
from skill.coaching.plans import shortened
from skill.coaching.recalling import DAYS_A_WEEK
from skill.coaching.runner import LONGEST_HISTORY
from skill.coaching.values import replace
from skill.guides.editions import Editions
from skill.guides.published import FOREVER
from skill.pictures.poses import Stage
from skill.pictures.svg import svg
from skill.pictures.words import load_picture_words
from skill.ports import StoreError

STATIC = Path(__file__).parent / "static"
STYLE = "coach.css"
LARGEST_COMMAND = 16 * 1024
"""Bytes; a command is a sentence and a playhead."""
WORTH_PACKING = 1024
SUGGESTIONS = {
    "start": (
        "I have five minutes",
        "No band",
        "My left side is tighter",
        "How did I do this week?",
    ),
    "stage": (
        *("How long left?", "What's next?", "How do I do this?", "Ten more seconds"),
        *("Why this one?", "Wait for me"),
    ),
}
"""What the pages propose to say; each is understood (tests/browser)."""
TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/manifest+json",
    ".svg": "image/svg+xml",
}
PACKED = ("text/", "application/json", "application/manifest+json", "image/svg+xml")

ICON = "icon.svg"
ROBOTS = """\
User-agent: *
Allow: /$
Allow: /guides/$
Disallow: /
"""
"""For search engines: the pages that are the same for everybody, and none of the guides, each of
which would be joined for them."""
DEEPEST = 16
"""How many folders a page of ours may seem to lie below."""

DEFAULT_PORTS = {"http": 80, "https": 443}

Logged = Callable[[object], AbstractContextManager[None]]
Origin = tuple[str, str, int | None]
"""A scheme, a host and a port."""


class Admission(Protocol):
    """What counts commands, and raises what a page is to be told if they are too many."""

    def __call__(self, *, is_stranger: bool) -> AbstractContextManager[None]:
        """Count a command of the client that asks just now, while it is done."""


class Pages:
    """The views, sharing one coach. With an https `public_url` the cookie goes over https alone."""

    def __init__(  # noqa: PLR0913, PLR0917 - its parts, put together by bootstrap alone
        self,
        coach: WebCoach,
        editions: Editions,
        runners: Runners,
        logged: Logged,
        admitted: Admission,
        public_url: str = "",
    ) -> None:
        self._coach = coach
        self._editions = editions
        self._runners = runners
        self._logged = logged
        self._admitted = admitted
        self._public_origin = _origin(public_url)
        self._is_secure = public_url.startswith("https:")
        self._picture = cache(self._draw)

    def blueprint(self) -> Blueprint:
        """Return the pages, to be put into an app."""
        blueprint = Blueprint("browser", __name__, template_folder="templates")
        blueprint.get("/")(self.coach)
        blueprint.post("/coach")(self.command)
        blueprint.get("/guides/")(self.guides)
        blueprint.get("/history")(self.history)
        blueprint.get("/history/weeks")(self.weeks)
        blueprint.get(
            "/pictures/<movement>-<any(left,right,both):side>-<any(start,full):stage>.svg"
        )(self.picture)
        blueprint.get("/static/<version>/<name>")(self.static)
        blueprint.get("/favicon.ico")(self.icon)
        blueprint.get("/robots.txt")(self.robots)
        blueprint.register_error_handler(BrowserError, _refused)
        blueprint.after_request(self._guarded)
        blueprint.after_request(_packed)
        return blueprint

    # Pages

    def coach(self) -> str:
        """Return the coach's page."""
        advice = self._editions.wording.say(line("it-hurts"))
        return self._page(
            "coach.html",
            root="",
            routines=self._programme,
            suggestions=SUGGESTIONS,
            advice=advice,
        )

    def guides(self) -> str:
        """Return the page of guides to take along."""
        feed = "feed.xml"
        return self._page("guides.html", root="../", routines=self._programme, feed=feed)

    def history(self) -> str:
        """Return the page of a runner's weeks, which its script fills in by the runner's clock."""
        return self._page("history.html", root="", days=DAYS_A_WEEK)

    def weeks(self) -> Response:
        """Return the weeks of the browser's runner, as a part of a page."""
        minutes = request.args.get("minutes_east", 0, type=int)
        zone = zone_of(request.args.get("zone", ""), minutes)
        visitor = self._runners.visitor(request.cookies.get(COOKIE))
        try:
            runner = self._coach.runner(visitor.user_id)
        except StoreError:
            page = render_template("weeks.html", weeks=None)
        else:
            lost = line("state-lost")
            page = render_template(
                "weeks.html",
                weeks=weeks_of(runner.history, self._coach.clock(), zone),
                days=DAYS_A_WEEK,
                total=len(runner.history),
                is_cut=len(runner.history) == LONGEST_HISTORY,
                clock=str(zone),
                trouble=self._editions.wording.say(lost) if lost.id in runner.untold else None,
            )
        response = Response(page, mimetype="text/html")
        response.headers["Cache-Control"] = "no-store"
        return response

    def sorry(self, sentence: str) -> Response:
        """Return a page that says why what was asked for is none, wherever that would lie."""
        root = "../" * min(request.path.count("/") - 1, DEEPEST)
        page = self._page("sorry.html", root=root, sentence=sentence)
        return self._guarded(Response(page, mimetype="text/html"))

    @cached_property
    def _programme(self) -> list[Json]:
        return programme(
            self._editions, lambda movement, side: self._picture(movement, side, Stage.FULL)
        )

    def _page(self, template: str, **values: object) -> str:
        return render_template(
            template,
            locale=self._editions.wording.locale,
            static=f"{values['root']}static/{self._version}",
            style=self._style,
            recording=self._editions.library.digest,
            **values,
        )

    # What scripts ask

    def command(self) -> Response:
        """Do what a page commands, and tell it what to say, play and show."""
        ours = {_origin(f"{request.scheme}://{request.host}"), self._public_origin}
        _require_own_page(request.headers, ours)
        visitor = self._runners.visitor(request.cookies.get(COOKIE))
        is_known = visitor.acquaintance is Acquaintance.KNOWN
        with self._admitted(is_stranger=not is_known):
            command = self._coach.read(_json())
            if not is_known and command.name == "open":
                # Its player's place is still theirs to go back to, once they ask for it.
                command = replace(command, playhead=None)
            about = {"requestId": command.id, "type": f"Browser.{command.kind}"}
            with self._logged({"request": {**about, "intent": {"name": command.name}}}):
                told = self._coach.answer(visitor.user_id, command, is_known=is_known)
        response = jsonify({**told, "runner": visitor.acquaintance})
        response.headers["Cache-Control"] = "no-store"
        # A player that tells something as its page closes makes nobody's acquaintance.
        if command.kind != "notice" or is_known:
            self._keep(response, visitor, forget=told["forgotten"])
        return response

    def _keep(self, response: Response, visitor: Visitor, *, forget: bool) -> None:
        if forget:
            response.delete_cookie(COOKIE, httponly=True, samesite="Strict", secure=self._is_secure)
            return
        response.set_cookie(
            COOKIE,
            visitor.cookie,
            max_age=KEPT,
            httponly=True,
            samesite="Strict",
            secure=self._is_secure,
        )

    # Pictures and files

    def picture(self, movement: str, side: str, stage: str) -> BaseResponse:
        """Return a movement's picture, to be put into a page."""
        drawn = self._picture(*self._sided(movement, side), Stage(stage))
        is_current = request.args.get("v") == self._version
        return _lasting(drawn.encode(), "image/svg+xml", is_current=is_current)

    def static(self, version: str, name: str) -> BaseResponse:
        """Return a file of ours; its version in the path holds for those it imports, too."""
        if name not in self._files:
            raise NotFound(f"there is no file {shortened(name)}")
        mimetype = TYPES[Path(name).suffix]
        return _lasting(self._files[name], mimetype, is_current=version == self._version)

    def icon(self) -> BaseResponse:
        """Return our sign, for whoever looks for it at its old place."""
        return _lasting(self._files[ICON], TYPES[Path(ICON).suffix], is_current=False)

    def robots(self) -> Response:
        """Tell search engines what to leave out."""
        return Response(ROBOTS, mimetype="text/plain")

    def _sided(self, movement: str, side: str) -> tuple[Movement, Side]:
        known = self._editions.wording.catalogue.movements.get(movement)
        if known is None or Side(side) not in known.sides:
            raise NotFound(f"there is no picture of {shortened(movement)}, {side}")
        return known, Side(side)

    def _draw(self, movement: Movement, side: Side, stage: Stage) -> str:
        return svg(movement, side, stage, load_picture_words(self._editions.wording.locale))

    @cached_property
    def _files(self) -> dict[str, bytes]:
        return {file.name: file.read_bytes() for file in sorted(STATIC.iterdir())}

    @cached_property
    def _version(self) -> str:
        """The name of all that the pages load; another one when any of it looks otherwise.

        Each picture is drawn for that, a tenth of a second for all of them, and kept for later.
        """
        loaded = sha256(b"".join(self._files.values()))
        for movement in self._editions.wording.catalogue.movements.values():
            for side, stage in product(movement.sides, Stage):
                loaded.update(self._picture(movement, side, stage).encode())
        return loaded.hexdigest()[:12]

    @cached_property
    def _style(self) -> str:
        return self._files[STYLE].decode()

    @cached_property
    def _policy(self) -> str:
        """Nothing from elsewhere, and of styles within a page only ours, known by its hash."""
        style = b64encode(sha256(self._style.encode()).digest()).decode()
        return "; ".join(
            [
                "default-src 'none'",
                "script-src 'self'",
                f"style-src 'sha256-{style}'",
                "img-src 'self'",
                "media-src 'self'",
                "connect-src 'self'",
                "manifest-src 'self'",
                "base-uri 'none'",
                "form-action 'none'",
                "frame-ancestors 'none'",
            ]
        )

    def _guarded(self, response: Response) -> Response:
        if response.mimetype == "text/html":
            response.headers["Content-Security-Policy"] = self._policy
            response.headers["Permissions-Policy"] = (
                "microphone=(self), screen-wake-lock=(self), camera=(), geolocation=()"
            )
            response.headers.setdefault("Cache-Control", "no-cache")
        return response


def _lasting(content: bytes, mimetype: str, *, is_current: bool) -> BaseResponse:
    """Answer with what stays the same for one version."""
    response = Response(content, mimetype=mimetype)
    response.add_etag()
    response.headers["Cache-Control"] = FOREVER if is_current else "no-cache"
    return response.make_conditional(request)


def _json() -> object:
    if request.mimetype != "application/json":
        raise NotJsonError("A command is sent as application/json.")
    if (request.content_length or 0) > LARGEST_COMMAND:
        raise UnfitCommandError(f"A command has at most {LARGEST_COMMAND} bytes.")
    try:
        return json.loads(request.get_data().decode())
    except (ValueError, RecursionError):
        raise UnfitCommandError("The body is no JSON in UTF-8.") from None


def _origin(url: str) -> Origin | None:
    """Read whose page it is; None for nobody's, such as a file."""
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return None
    return (parts.scheme, parts.hostname, port) if parts.hostname else None


def _require_own_page(headers: Headers, ours: set[Origin | None]) -> None:
    """Refuse what a page of another site has made; every browser says whose page asks."""
    site, origin = headers.get("Sec-Fetch-Site"), headers.get("Origin")
    if site is None and origin is None:
        raise ForeignPageError("A command comes from the coach's own page, which says so.")
    # The first is the browser's own word, and holds behind any proxy; old ones tell no more than
    # the second.
    told = _origin(origin or "")
    is_ours = site == "same-origin" if site is not None else told is not None and told in ours
    if not is_ours:
        raise ForeignPageError("A command comes from the coach's own page, not from another site.")


def _refused(error: BrowserError) -> tuple[Response, int]:
    return jsonify({"error": error.code, "message": str(error)}), error.status


def _packed(response: Response) -> Response:
    """Send text small to whoever can unpack it."""
    is_text = response.mimetype is not None and response.mimetype.startswith(PACKED)
    if not is_text or response.status_code != 200 or "Content-Encoding" in response.headers:  # noqa: PLR2004
        return response
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"] <= 0:
        return response
    response.direct_passthrough = False
    content = response.get_data()
    if len(content) >= WORTH_PACKING:
        response.set_data(gzip.compress(content, 6, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
        etag, _ = response.get_etag()
        if etag:
            response.set_etag(etag, weak=True)
    return response
