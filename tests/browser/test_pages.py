"""The pages as they are sent: complete, small, and nothing from elsewhere."""

import gzip
import re
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import urljoin

import pytest
from flask import template_rendered

from skill.browser import pages
from skill.browser.runners import _KEY_STORED_UNDER
from skill.browser.weeks import weeks_of, zone_of
from skill.coaching.runner import LONGEST_HISTORY, Completed
from skill.coaching.values import replace
from skill.guides.published import FOREVER
from skill.pictures.words import load_picture_words
from skill.records import decode, encode
from tests.browser.conftest import House

PAGES = ["/", "/guides/", "/history"]


@pytest.mark.parametrize("path", PAGES)
class TestEveryPage:
    def test_runs_and_loads_nothing_of_others(self, house, path):
        """The policy allows our own scripts and the page's one style, and there is nothing else."""
        response = house.app.test_client().get(path)
        policy = response.headers["Content-Security-Policy"]
        style = re.search(r"<style>(.*?)</style>", response.text, re.DOTALL)[1]
        assert f"'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'" in policy
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert not re.search(r"<script(?![^>]* src=)|\son\w+=| style=", response.text)
        assert not re.search(r'(?:src|href)="(?:https?:)?//', response.text)

    def test_is_found_under_any_prefix(self, house, path):
        """No address begins at the root, so that a proxy may serve the pages under a path."""
        assert not re.search(r'(?:src|href)="/', house.app.test_client().get(path).text)

    def test_everything_named_is_there(self, house, path):
        """Whatever a page links to or loads can be had."""
        client = house.app.test_client()
        page = client.get(path)
        for address in set(re.findall(r'(?:src|href)="([^"#]+)', page.text)):
            found = client.head(urljoin(path, address), follow_redirects=True)
            assert found.status_code == 200, address

    def test_is_packed_for_who_can_unpack(self, house, path):
        """The same page, smaller."""
        client = house.app.test_client()
        plain = client.get(path)
        packed = client.get(path, headers={"Accept-Encoding": "gzip"})
        assert gzip.decompress(packed.data) == plain.data
        assert "Accept-Encoding" in packed.headers["Vary"]


class TestFiles:
    def test_scripts_are_kept_by_their_version(self, house):
        """The current version may be kept for ever; another is asked for anew each time."""
        client = house.app.test_client()
        address = re.search(r'<script type="module" src="([^"]+)"', client.get("/").text)[1]
        assert client.get(f"/{address}").headers["Cache-Control"] == FOREVER
        other = client.get("/static/000000000000/coach.js")
        assert (other.status_code, other.headers["Cache-Control"]) == (200, "no-cache")

    def test_the_version_is_of_all_that_is_loaded(self, house, monkeypatch):
        """Pictures are kept for ever, too: told in other words, they have another address."""

        def version(house):
            page = house.app.test_client().get("/").text
            return re.search(r'src="static/([0-9a-f]+)/coach.js', page)[1]

        words = load_picture_words()
        clam = {stage: f"{told} So." for stage, told in words.poses["clam"].items()}
        reworded = replace(words, poses={**words.poses, "clam": clam})
        assert version(house) == version(House(house.store))
        monkeypatch.setattr(pages, "load_picture_words", lambda _: reworded)
        assert version(House(house.store)) != version(house)

    @pytest.mark.parametrize(
        "name", ["../pages.py", "%2e%2e/pages.py", "..%2fpages.py", "nothing.js"]
    )
    def test_nothing_else_is_served(self, house, name):
        """No other file of this machine is."""
        assert house.app.test_client().get(f"/static/x/{name}").status_code == 404

    @pytest.mark.parametrize(
        ("name", "status"),
        [
            ("clam-left-full", 200),
            ("squat-both-start", 200),
            ("squat-left-full", 404),
            ("banana-left-full", 404),
            ("clam-left-nothing", 404),
        ],
    )
    def test_pictures(self, house, name, status):
        """Each side and pose has its picture, in words too; others are not there."""
        response = house.app.test_client().get(f"/pictures/{name}.svg")
        assert response.status_code == status
        if status == 200:
            assert response.mimetype == "image/svg+xml"
            assert "<desc>" in response.text


@pytest.fixture
def shown(house) -> Iterator[list[dict[str, object]]]:
    """What templates are told, the last at the end."""
    told = []
    with template_rendered.connected_to(
        lambda _, context, **_more: told.append(context), house.app
    ):
        yield told


class TestWeeks:
    NOW = datetime(2026, 3, 4, 23, 30, tzinfo=UTC)  # a Wednesday

    def test_days_are_the_runner_s_own(self):
        """Half an hour before midnight in London it is Thursday in Berlin."""
        history = [Completed("pre-run", self.NOW)]
        here, there = (weeks_of(history, self.NOW, zone_of("", east))[0] for east in (0, 60))
        assert [day.sessions for day in here.days] == [0, 0, 1, 0, 0, 0, 0]
        assert [day.sessions for day in there.days] == [0, 0, 0, 1, 0, 0, 0]

    def test_a_zone_knows_its_summer(self):
        """What was done late on a summer's evening stays on its day when winter has come."""
        late = datetime(2026, 10, 23, 22, 30, tzinfo=UTC)  # a Friday; half past midnight in Berlin
        now = late + timedelta(days=4)
        berlin, winter = zone_of("Europe/Berlin", 60), zone_of("", 60)
        assert (str(berlin), str(winter)) == ("Europe/Berlin", "UTC+01:00")
        shown = [weeks_of([Completed("desk", late)], now, zone)[1] for zone in (berlin, winter)]
        assert [day.sessions for day in shown[0].days] == [0, 0, 0, 0, 0, 1, 0]
        assert [day.sessions for day in shown[1].days] == [0, 0, 0, 0, 1, 0, 0]

    @pytest.mark.parametrize(
        "name", ["", "Nowhere/Land", "../../etc/passwd", "/etc/passwd", "Europe", "é\0", "x" * 5000]
    )
    def test_a_zone_that_is_none(self, name):
        """Where the zone is unknown, the offset has to do, and is told as one."""
        assert str(zone_of(name, -90)) == "UTC-01:30"
        assert str(zone_of(name, 10**9)) == "UTC+14:00"

    def test_against_two_to_three_days(self):
        """A day counts once, however much was done on it; two or three of them are right."""
        days = [0, 0, 7, 9, 11, 12, 13, 14, 20]
        history = [Completed("desk", self.NOW - timedelta(days=day)) for day in days]
        weeks = weeks_of(history, self.NOW, UTC)
        assert [week.trained for week in weeks][:4] == [1, 2, 4, 1]
        assert [week.verdict for week in weeks][:4] == [
            "under way",
            "as the sources ask",
            "more than they ask",
            "fewer than they ask",
        ]

    def test_what_the_page_is_told(self, page, shown):
        """How many routines are known of, whether those are but the last, and by which clock."""
        page.press("start", routine="desk")
        page.notice("finished", offset=page.routine["duration"], ended=True)
        key, stored = next(
            entry for entry in page.house.store.documents() if entry[0] != _KEY_STORED_UNDER
        )
        runner = decode(stored.document)
        for done, is_cut in ((1, False), (LONGEST_HISTORY, True)):
            stored = page.house.store.load(key)
            longer = replace(runner, history=tuple(runner.history) * done)
            page.house.store.save(key, encode(longer), stored.version)
            page.client.get("/history/weeks?zone=Europe/Berlin&minutes_east=60")
            told = shown.pop()
            assert (told["total"], told["is_cut"], told["trouble"]) == (done, is_cut, None)
            assert told["clock"] == "Europe/Berlin"
            weeks = page.client.get("/history/weeks?zone=America/New_York").text
            shown.clear()
            assert "the clock of New York." in weeks

    def test_a_record_that_cannot_be_read(self, page, shown):
        """That nothing is shown has its reason, and it is told until the runner has heard it."""
        page.press("start", routine="desk")
        key, stored = next(
            entry for entry in page.house.store.documents() if entry[0] != _KEY_STORED_UNDER
        )
        page.house.store.save(key, b"{", stored.version)
        page.client.get("/history/weeks")
        assert "notes" in shown.pop()["trouble"]
        page.notice("stopped")
        page.client.get("/history/weeks")
        assert "notes" in shown.pop()["trouble"]
        assert "notes" in " ".join(page.press("help")["said"])
        page.client.get("/history/weeks")
        assert shown.pop()["trouble"] is None

    @pytest.mark.parametrize("minutes", ["x", "", "1e9", "99999999999999999999", "-100000"])
    def test_whatever_clock_is_told(self, house, minutes):
        """A clock that cannot be is no reason to fail."""
        response = house.app.test_client().get(f"/history/weeks?minutes_east={minutes}")
        assert response.status_code == 200

    def test_what_was_done_is_shown(self, page):
        """A routine done to its end is in this week, and nowhere for others."""
        page.press("start", routine="desk")
        page.notice("finished", offset=page.routine["duration"], ended=True)
        assert "<strong>1</strong> day this week" in page.client.get("/history/weeks").text
        stranger = page.house.app.test_client().get("/history/weeks")
        assert "<strong>0</strong> days this week" in stranger.text
        assert stranger.headers["Cache-Control"] == "no-store"
