"""A page without a browser: what its script sends, and the cookie that it keeps."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from skill.bootstrap import build
from skill.coaching.values import replace
from skill.settings import Settings
from skill.stores.memory import MemoryStore
from skill.web import create_app
from tests.simulators.serving import served

START = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)
ORIGIN = "http://localhost"


class Page:
    """One tab: it knows the routine it was told of, and where its player is."""

    def __init__(self, house: "House", client=None) -> None:
        self.house = house
        self.client = client or house.app.test_client()
        self.routine = None
        self.token = None
        self.offset = 0
        self._ids = (f"command-{number}" for number in itertools.count(id(self)))

    def send(self, *, status=200, headers=None, offset=None, **command):
        """Send a command, as the page does; follow the answer."""
        if self.token:
            self.offset = self.offset if offset is None else offset
            playhead = {**self.token, "offset": self.offset, "ended": command.pop("ended", False)}
            command = {"playhead": playhead, **command}
        command = {"id": next(self._ids), **command}
        if self.routine:
            command.setdefault("has", f"{self.routine['plan']}:{self.routine['digest']}")
        response = self.client.post(
            "/coach", json=command, headers={"Origin": ORIGIN, **(headers or {})}
        )
        assert response.status_code == status, response.text
        if status == 200:
            self._follow(response.json)
        return response.json

    def press(self, button, **more):
        return self.send(press=button, **more)

    def say(self, words, **more):
        return self.send(say=words, **more)

    def notice(self, name, **more):
        return self.send(notice=name, **more)

    @property
    def step(self):
        return next(s for s in self.routine["steps"] if s["start"] <= self.offset < s["end"])

    def _follow(self, told):
        self.routine = told.get("routine", self.routine)
        player, session = told["player"], told["session"]
        if player and player["do"] == "play":
            self.token = {name: session[name] for name in ("plan", "digest", "generation")}
            self.token["retried_at"] = player["retried_at"]
            self.offset = player["offset"]


class House:
    """The app with a store and a clock of its own."""

    def __init__(self, store: MemoryStore | None = None, **settings) -> None:
        self.now = START
        self.store = store or MemoryStore()
        self.settings = replace(Settings(), **settings)
        self.service = build(
            self.settings, store=self.store, clock=lambda: self.now, is_packaged=True
        )
        self.app = create_app(self.settings, service=self.service)

    def page(self, client=None) -> Page:
        return Page(self, client)

    def wait(self, **length) -> None:
        self.now += timedelta(**length)


@pytest.fixture
def house(rendered) -> House:  # noqa: ARG001 - the audio must be there
    return House()


@pytest.fixture
def page(house) -> Page:
    return house.page()


@pytest.fixture(scope="session")
def address(rendered) -> Iterator[str]:  # noqa: ARG001 - the audio must be there
    """Where the app is served for real browsers, by the real clock."""
    with closing(build(Settings(), store=MemoryStore())) as service:
        app = create_app(Settings(), service=service)
        # The first sentence loads what understands it, which no test is to wait for.
        words = {"id": "first-words", "say": "help"}
        app.test_client().post("/coach", json=words, headers={"Origin": ORIGIN})
        with served(app) as served_at:
            yield served_at


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    """A browser for the tests of a file."""
    from tests.browser.chromium import launched  # noqa: PLC0415 - Playwright may be missing

    with launched() as browser:
        yield browser


@pytest.fixture
def visit(chromium, address) -> Iterator[Callable]:
    """Open pages in a browser of one's own; in the end nothing has failed, or left our origin."""
    from tests.browser.chromium import visiting  # noqa: PLC0415 - Playwright may be missing

    with visiting(chromium, address) as opened:
        yield opened
