"""The way to the coach: lost, slow or busy, and browsers that forget who asks."""

import re

import pytest

from tests.browser.chromium import (
    PATIENCE,
    began_at,
    is_paused,
    kept_at,
    lose_network,
    playwright,
    second,
    seek,
    start,
    type_in,
    until,
    wait_for,
    wait_to_see,
)


def version_of(page):
    """Return the part of the address of the page's scripts that changes with them."""
    return re.search("static/([^/]+)/", page.content())[1]


def test_the_network_is_lost_in_a_hold(visit):
    """The sound goes on; what is pressed is said to wait, and done once when it is back."""
    page = visit()
    start(page, "pre-run")
    lose_network(page)
    page.click("[data-press=next]")
    wait_for(page, "#network", "network is away")
    until(page, f"document.querySelector('audio').currentTime > {second(page)}")
    page.context.set_offline(False)
    wait_for(page, "#movement", "Clam")
    wait_for(page, "#side", "left")
    playwright.expect(page.locator("#network")).to_be_hidden()
    page.wait_for_timeout(600)
    assert "left" in page.inner_text("#side")


def test_pause_and_go_on_without_a_network(visit):
    """Pausing needs nobody; what went on meanwhile is not taken back."""
    page = visit()
    start(page, "pre-run")
    seek(page, 20)
    lose_network(page)
    page.click("#toggle")
    until(page, "document.querySelector('audio').paused")
    page.click("#toggle")
    until(page, "!document.querySelector('audio').paused")
    seek(page, 26)
    page.context.set_offline(False)
    playwright.expect(page.locator("#network")).to_be_hidden(timeout=PATIENCE)
    page.wait_for_timeout(500)
    assert second(page) > 25


@pytest.mark.parametrize("press", ["it-hurts", "stop", "ouch, that hurts", "i can't breathe"])
def test_it_hurts_without_a_network(visit, press):
    """Pain, and stop, stop the sound at once, and it stays so; advice is there at once too."""
    page = visit()
    start(page, "pre-run")
    seek(page, 20)
    lose_network(page)
    if " " in press:
        type_in(page, press)
        wait_for(page, "#count", "Stopped")
        assert page.get_attribute("#toggle", "data-shows") == "again"
    else:
        page.click(f"#controls [data-press={press}]")
        wait_for(page, "#said", {"it-hurts": "Stop there", "stop": "Stopped"}[press])
    assert is_paused(page)
    wait_for(page, "#network", "network is away")
    page.context.set_offline(False)
    playwright.expect(page.locator("#network")).to_be_hidden(timeout=PATIENCE)
    page.wait_for_timeout(500)
    assert is_paused(page)


def test_an_older_answer_does_not_undo_a_pause(visit):
    """What was asked before the pause, and is answered after it, sounds nothing."""
    page = visit()
    start(page, "pre-run")
    lose_network(page)
    page.click("[data-press=next]")
    page.click("[data-press=it-hurts]")
    page.evaluate(
        "globalThis.sounded = 0;"
        "document.querySelector('audio').addEventListener('playing', () => sounded++)"
    )
    page.context.set_offline(False)
    wait_for(page, "#movement", "Clam")
    wait_to_see(page, "#replies")
    assert is_paused(page)
    assert page.evaluate("sounded") == 0


def test_an_older_answer_knows_nothing_of_pain(visit):
    """Who cries out while an answer is under way stays warned, whatever that answer says."""
    page = visit()
    start(page)
    seek(page, 35)
    first = []

    def hold(route):
        if first:
            route.abort()  # by then the network is gone
        else:
            first.append(route)

    page.route("**/coach", hold)
    type_in(page, "how long left")
    until(page, lambda: first)
    type_in(page, "ouch")
    wait_for(page, "#toggle-name", "^Try it again$")
    first[0].continue_()
    wait_for(page, "#said", "left|to go")
    assert page.get_attribute("body", "data-harm") == "pain"


def test_a_notice_is_refused(visit):
    """What is told of it does not take away the answers to what the coach has asked."""
    page = visit()
    start(page)
    seek(page, 35)

    def refuse(route):
        if route.request.post_data_json.get("notice") == "stopped":
            route.fulfill(status=500, json={"message": "Not so."})
        else:
            route.continue_()

    page.route("**/coach", refuse)
    page.click("#it-hurts")
    wait_for(page, "#said", "^Not so.$")
    assert page.is_visible("#replies [data-press=yes]")


def test_the_coach_is_busy(visit):
    """A coach that asks to wait is not called away, and is asked again."""
    page = visit()
    start(page, "pre-run")
    busy = {"status": 429, "headers": {"Retry-After": "1"}, "json": {"message": "Too much."}}
    page.route("**/coach", lambda route: route.fulfill(**busy), times=2)
    page.click("[data-press=next]")
    wait_for(page, "#network", "^Too much.$")
    wait_for(page, "#movement", "Clam")
    playwright.expect(page.locator("#network")).to_be_hidden()


def test_an_answer_is_lost(visit):
    """A command whose answer never came is sent again, and not done again."""
    page = visit()
    start(page, "pre-run")
    lost = []

    def lose(route):
        if not lost and '"press":"next"' in (route.request.post_data or ""):
            lost.append(route.fetch())  # the coach has heard it
            route.abort()
        else:
            route.continue_()

    page.route("**/coach", lose)
    page.click("[data-press=next]")
    wait_for(page, "#movement", "Clam")
    assert lost
    assert "left" in page.inner_text("#side")


def test_of_notices_that_wait_the_last_says_it_all(visit):
    """Starts and stops that wait are told once, the last; commands are all kept, in order."""
    page = visit("/guides/")
    sent = []

    def hear(route):
        command = route.request.post_data_json
        sent.append(command.get("notice") or command["press"])
        route.fulfill(json={"heard": sent[-1]})

    page.route("**/coach", hear)
    notices = ["started", "stopped", "started", "stopped", "finished", "started", "stopped"]
    answers = page.evaluate(
        """async ([address, notices]) => {
          const { Link } = await import(address);
          const link = new Link(new URL("../coach", location).href);
          const sent = notices.map((notice) => link.send({ notice }));
          sent.splice(3, 0, link.send({ press: "next" }), link.send({ notice: "started" }));
          return Promise.all(sent);
        }""",
        [f"../static/{version_of(page)}/link.js", notices],
    )
    # The first was under way; the second waited, and the third says more than it.
    assert sent == ["started", "stopped", "finished", "stopped", "next", "started"]
    assert [answer and answer["heard"] for answer in answers] == [
        *("started", None, None, "next", "started", "stopped", "finished", None, "stopped")
    ]


def test_a_cookie_is_lost(visit):
    """A browser whose cookie is gone is told, and can go on by the player's own place."""
    page = visit()
    start(page)
    seek(page, 80)
    until(page, "JSON.parse(localStorage['glute-coach']).playhead.offset >= 80000")
    page.context.clear_cookies()
    page.reload()
    wait_for(page, "#notice", "cookie is gone")
    kept = kept_at(page)
    assert kept >= 80
    assert abs(began_at(page, "#begin") - kept) < 1
    wait_for(page, "#side", "right")


def test_a_cookie_is_forged(visit, address):
    """A cookie that nobody has signed is told of, too."""
    page = visit("/guides/")
    page.context.add_cookies([{"name": "glute_coach", "value": "forged", "url": address}])
    page.goto(address)
    wait_for(page, "#notice", "cookie is none")


def test_tried_again_every_three_seconds(visit):
    """However long the coach is away, it is noticed soon that it is back."""
    page = visit("/guides/")
    answers = iter([None] * 9)
    page.route(
        "**/coach",
        lambda route: route.fulfill(json={}) if next(answers, route) else route.abort(),
    )
    rests = page.evaluate(
        """async (address) => {
          const { Link } = await import(address);
          const rests = [];
          const later = setTimeout;
          globalThis.setTimeout = (done, rest) => rests.push(rest) && later(done);
          await new Link(new URL("../coach", location).href).send({ press: "next" });
          return rests;
        }""",
        f"../static/{version_of(page)}/link.js",
    )
    assert rests == [500, 1000, 2000, *[3000] * 6]


def test_the_coach_is_away_and_the_network_is_not(visit):
    """What is told is true: a server that is gone is no lost network."""
    page = visit()
    start(page, "pre-run")
    page.route("**/coach", lambda route: route.abort())
    page.click("[data-press=next]")
    wait_for(page, "#network", "coach cannot be reached")
    page.unroute("**/coach")
    playwright.expect(page.locator("#network")).to_be_hidden()


def test_what_the_coach_could_not_keep(visit):
    """The page hands it in with its next command, and no longer than it has to."""
    page = visit("/guides/")
    given, sent = ["what is to be carried"], []

    def answer(route):
        sent.append(route.request.post_data_json.get("carried"))
        route.fulfill(json={"carried": given.pop()} if given else {})

    page.route("**/coach", answer)
    page.evaluate(
        """async (address) => {
          const { Link } = await import(address);
          const link = new Link(new URL("../coach", location).href);
          for (let asked = 0; asked < 3; asked += 1) await link.send({ press: "where" });
        }""",
        f"../static/{version_of(page)}/link.js",
    )
    assert sent == [None, "what is to be carried", None]
