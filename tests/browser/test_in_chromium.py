"""The pages in a real browser: Debian's Chromium without a window, driven by Playwright.

Minutes pass by seeking, and whatever is expected is waited for: on a busy machine a test may be
slow, and means the same. Skipped where there is no Chromium, no Playwright or no Node.js.
"""

import re
import shutil
import time
from collections.abc import Callable, Iterator

import pytest

from skill.browser.pages import STATIC
from skill.coaching.movements import SECOND
from skill.guides.captions import captions_of
from tests.simulators.node import node_package

pytest.importorskip("playwright", reason="Playwright is not installed")
from playwright import sync_api as playwright

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WIDE, NARROW = {"width": 1280, "height": 860}, {"width": 320, "height": 640}
PHONES = ((320, 568), (360, 640), (390, 664))
PAGES = ("/", "/guides/", "/history")
HEAVIEST = 150_000
"""Bytes of a page with all that it loads, sound aside."""
LONGEST_MODULE = 300
"""Lines."""
PATIENCE = 30_000
"""Milliseconds that anything may take; far more than it does."""

LOST = re.compile("ERR_INTERNET_DISCONNECTED|ERR_FAILED|status of (?:429|500)")
"""What a browser notes of a network, or a coach, that a test has taken away."""

NO_RECOGNITION = "delete globalThis.SpeechRecognition; delete globalThis.webkitSpeechRecognition;"
RECOGNITION = """
globalThis.told = [];
globalThis.webkitSpeechRecognition = globalThis.SpeechRecognition = class {
  start() {
    globalThis.microphone = this;
    setTimeout(() => told.length && this.hear(told.shift()));
  }
  hear({ words, error }) {
    if (this.hasEnded) return;
    if (error) this.onerror({ error });
    else this.onresult({ results: [[{ transcript: words }]] });
    this.abort();
  }
  abort() {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.onend();
  }
};
"""
"""What is `told` is heard, one of it each time; then nothing, until the `microphone` hears it."""
VOICE = """
globalThis.spoken = [];
globalThis.readsOn = false;
globalThis.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
Object.defineProperty(globalThis, "speechSynthesis", { value: {
  getVoices: () => [{}],
  cancel() {},
  speak(speech) {
    globalThis.spoken.push([speech.text, document.querySelector("audio").paused]);
    setTimeout(() => {
      speech.onstart();
      if (!globalThis.readsOn) speech.onend();
    });
  },
} });
"""
"""A voice that has said anything at once, or else `readsOn`, until it is hushed."""
REFUSES_ONCE = """
const play = HTMLMediaElement.prototype.play;
HTMLMediaElement.prototype.play = function () {
  HTMLMediaElement.prototype.play = play;
  return Promise.reject(new DOMException("no tap yet", "NotAllowedError"));
};
"""
MEDIA_BUTTONS = """
globalThis.mediaButtons = {};
navigator.mediaSession.setActionHandler = (action, done) => {
  globalThis.mediaButtons[action] = done;
};
"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    command = next(filter(None, map(shutil.which, COMMANDS)), None)
    if command is None:
        pytest.skip(f"there is no Chromium on this machine: none of {', '.join(COMMANDS)}")
    # A container may give a browser no sandbox of its own; all it loads here is ours.
    arguments = ["--no-sandbox", "--disable-dev-shm-usage"]
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=command, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium, address) -> Iterator[Callable]:
    """Open pages in a browser of one's own; in the end nothing has failed, or left our origin."""
    contexts, faults = [], []

    def opened(path="/", script="", context=None, **wishes):
        if context is None:
            wishes = {"viewport": WIDE, "permissions": ["microphone"], **wishes}
            context = chromium.new_context(**wishes)
            context.set_default_timeout(PATIENCE)
            context.set_default_navigation_timeout(PATIENCE)
            contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda told: told.type == "error" and faults.append(told.text))
        page.on(
            "request",
            lambda asked: (
                asked.url.startswith((address, "data:", "blob:")) or faults.append(asked.url)
            ),
        )
        if script:
            page.add_init_script(script)
        page.goto(address + path)
        if path == "/":
            page.wait_for_selector("body[data-ready]")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [fault for fault in faults if not LOST.search(fault)] == []


def until(page, truth):
    """Wait until something is true, in the page or here.

    By asking, since the policy lets no page evaluate a text.
    """
    deadline = time.monotonic() + PATIENCE / SECOND
    while not (truth() if callable(truth) else page.evaluate(truth)):
        assert time.monotonic() < deadline, f"never: {truth}"
        page.wait_for_timeout(50)


def start(page, routine="post-run"):
    """Start a routine; it sounds when this returns."""
    page.check(f"input[value={routine}]")
    page.click("#begin")
    until(page, "!document.querySelector('audio').paused")
    until(page, "document.querySelector('audio').currentTime > 0")


def seek(page, seconds):
    page.evaluate(f"document.querySelector('audio').currentTime = {seconds}")
    until(page, "!document.querySelector('audio').seeking")


def lose_network(page):
    """Take the network away from a page that has all of its guide, and waits for no answer."""
    until(
        page,
        "(({ buffered, duration }) =>"
        "  buffered.length === 1 && buffered.start(0) === 0 && buffered.end(0) > duration - 1"
        ")(document.querySelector('audio'))",
    )
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)


def began_at(page, click):
    """Return the second at which the sound begins, once something is clicked."""
    page.evaluate(
        "document.querySelector('audio').addEventListener("
        "'playing', ({ target }) => (globalThis.began = target.currentTime), { once: true })"
    )
    page.click(click)
    until(page, "globalThis.began !== undefined")
    return page.evaluate("began")


def kept_at(page):
    """Return the second that the browser itself remembers."""
    return page.evaluate("JSON.parse(localStorage['glute-coach']).playhead.offset / 1000")


def _tells(route, notice):
    return f'"notice":"{notice}"' in (route.request.post_data or "")


def box(page, selector):
    """Return the left, top, right and bottom of an element in the viewport, in whole pixels."""
    found = page.locator(selector).bounding_box()
    assert found, f"not seen: {selector}"
    right, bottom = found["x"] + found["width"], found["y"] + found["height"]
    return tuple(round(edge) for edge in (found["x"], found["y"], right, bottom))


def second(page):
    return page.evaluate("document.querySelector('audio').currentTime")


def is_paused(page):
    return page.evaluate("document.querySelector('audio').paused")


def wait_for(page, selector, text):
    playwright.expect(page.locator(selector)).to_have_text(re.compile(text), timeout=PATIENCE)


def wait_to_see(page, selector):
    page.wait_for_selector(selector, state="visible")


def type_in(page, words):
    page.fill("#words", words)
    page.press("#words", "Enter")


@pytest.fixture(scope="module")
def axe() -> str:
    _, folder = node_package("axe")
    return (folder / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")


class TestARoutine:
    def test_by_buttons(self, visit, service):
        """Next leads through every step, with its picture and side; the end is noted."""
        page = visit()
        start(page)
        timeline = service.repertoire.timeline("post-run")
        for step, span in zip(timeline.plan.steps, timeline.spans, strict=True):
            if step.index:
                page.click("[data-press=next]")
            wait_for(page, "#side", step.side)
            assert (
                step.movement.id.replace("-", " ").split()[0]
                in page.inner_text("#movement").lower()
            )
            assert step.side in page.locator("#figure title").last.text_content()
            seek(page, span.begin / SECOND + 5)
            wait_for(page, "#cue", "Hold")
            until(
                page,
                "Math.abs(Number(document.querySelector('#count').textContent)"
                f" - ({span.release / SECOND} - document.querySelector('audio').currentTime)) <= 1",
            )
        seek(page, timeline.duration / SECOND - 0.3)
        wait_to_see(page, "#ending")
        wait_for(page, "#ending", "whole routine. Well done.*Post-run stretch")
        assert page.is_visible("#begin")
        page.click("nav a[href=history]")
        wait_for(page, ".tally", "1 day this week")

    def test_by_typing(self, visit):
        """Typed sentences steer, ask and wish; a question costs the hold nothing."""
        page = visit()
        type_in(page, "start the post run stretch")
        until(page, "document.querySelector('audio').currentTime > 0")
        seek(page, 35)
        type_in(page, "how long left")
        wait_for(page, "#said", "left in all|to go|left")
        assert not is_paused(page)
        type_in(page, "other side")
        wait_for(page, "#side", "right")
        type_in(page, "hold it longer")
        wait_for(page, "#routine-title", "-second holds")
        type_in(page, "pause")
        wait_for(page, "#toggle-name", "Go on")
        assert is_paused(page)

    def test_what_the_guide_answers_is_told_in_words(self, visit):
        """Words are answered with words: where the coach says nothing, by the step's name."""
        page = visit()
        start(page)
        type_in(page, "next")
        wait_for(page, "#said", "^Lying figure four, right side.$")
        type_in(page, "skip this one")
        wait_for(page, "#said", "^Pigeon pose, left side.$")

    @pytest.mark.parametrize("way", ["button", "typed", "spoken"])
    def test_stopped(self, visit, way):
        """However it is said, a stop leads to the start, from where one can go back."""
        page = visit(script=RECOGNITION)
        start(page)
        seek(page, 80)
        if way == "button":
            page.click("#controls [data-press=stop]")
        elif way == "typed":
            type_in(page, "stop")
        else:
            page.evaluate("told.push({ words: 'stop' })")
            page.click("#listen")
        wait_to_see(page, "#begin")
        wait_for(page, "#said", "place is kept")
        assert is_paused(page)
        type_in(page, "which routines are there")
        wait_for(page, "#said", "pre-run")
        assert page.is_visible("#begin")
        page.click("#go-back-button")
        wait_to_see(page, "#stage")
        page.click("#toggle")
        until(page, "!document.querySelector('audio').paused")
        wait_for(page, "#side", "right")

    @pytest.mark.parametrize("way", ["button", "typed", "finished"])
    def test_the_end(self, visit, service, way):
        """However the last step ends, the same words say so, in sight from the page's top."""
        page = visit(viewport=dict(zip(("width", "height"), PHONES[0], strict=True)))
        start(page)
        end = service.repertoire.timeline("post-run").duration / SECOND
        seek(page, end - 5)
        page.evaluate("scrollTo(0, 10000)")
        if way == "button":
            page.click("[data-press=next]")
        elif way == "typed":
            type_in(page, "next")
        wait_to_see(page, "#ending")
        wait_for(page, "#ending", "That was the whole routine. Well done.")
        assert page.evaluate("scrollY") == 0
        assert box(page, "#ending")[3] <= PHONES[0][1]
        start(page)
        assert not page.is_visible("#ending")

    def test_an_end_for_pain(self, visit, service):
        """Who leaves the last movement for pain is not congratulated."""
        page = visit()
        start(page)
        seek(page, service.repertoire.timeline("post-run").duration / SECOND - 20)
        page.click("#it-hurts")
        wait_to_see(page, "#replies")
        page.click("#replies [data-press=yes]")
        wait_to_see(page, "#begin")
        wait_for(page, "#said", "[a-z]{3}")
        assert not page.is_visible("#ending")

    def test_by_keyboard(self, visit):
        """Keys alone choose, start, move, ask, pause, go on and stop."""
        page = visit()
        page.focus("input[value=pre-run]")
        page.keyboard.press("ArrowDown")
        wait_for(page, "#begin-name", "post-run stretch")
        page.focus("#begin")
        page.keyboard.press("Enter")
        until(page, "document.querySelector('audio').currentTime > 0")
        page.focus("main")
        page.keyboard.press("ArrowRight")
        wait_for(page, "#side", "right")
        page.keyboard.press("ArrowLeft")
        wait_for(page, "#side", "left")
        page.keyboard.press("w")
        wait_for(page, "#said", "figure four")
        page.keyboard.press(" ")
        wait_for(page, "#toggle-name", "Go on")
        page.keyboard.press(" ")
        wait_for(page, "#toggle-name", "Pause")
        page.keyboard.press("?")
        wait_to_see(page, "#help")
        page.keyboard.press("Escape")
        assert not page.is_visible("#help")
        page.keyboard.press("/")
        page.keyboard.type("s is for typing here")
        assert page.input_value("#words") == "s is for typing here"
        page.focus("main")
        page.keyboard.press("s")
        wait_for(page, "#said", "^Stopped. Your place is kept")
        assert page.is_visible("#begin")

    def test_by_headphones(self, visit):
        """The buttons of headphones and lock screen reach the coach."""
        page = visit(script=MEDIA_BUTTONS)
        start(page)
        page.evaluate("mediaButtons.nexttrack()")
        wait_for(page, "#side", "right")
        until(page, "navigator.mediaSession.metadata.title.includes('right side')")
        page.evaluate("mediaButtons.pause()")
        wait_for(page, "#toggle-name", "Go on")
        page.evaluate("mediaButtons.play()")
        until(page, "!document.querySelector('audio').paused")

    def test_resumed_after_a_reload(self, visit):
        """Paused or not, the page opened anew goes on at the same side and second."""
        page = visit()
        start(page)
        seek(page, 80)
        wait_for(page, "#side", "right")
        page.click("#toggle")
        wait_for(page, "#toggle-name", "Go on")
        held = second(page)
        for _ in range(2):  # the second time while it plays
            page.reload()
            page.wait_for_selector("body[data-ready]")
            wait_for(page, "#side", "right")
            kept = kept_at(page)
            assert kept > held - 1
            assert abs(began_at(page, "#toggle") - kept) < 1
            held = second(page)

    def test_waiting_for_the_runner(self, visit, service):
        """Where the coach waits, the sound ends with the step, and the page asks."""
        page = visit()
        type_in(page, "wait for me")
        wait_for(page, "#said", "wait|ready|say")
        start(page)
        span = service.repertoire.timeline("post-run").spans[0]
        seek(page, span.end / SECOND - 5)
        assert not page.is_visible("#replies")
        page.keyboard.press("y")  # to nobody's question
        wait_to_see(page, "#replies")
        until(page, "!document.querySelector('audio').seeking")
        assert abs(second(page) - span.end / SECOND) < 0.2
        wait_for(page, "#said", "ready|next|right")
        page.click("#replies [data-press=yes]")
        wait_for(page, "#side", "right")

    def test_asked_within_a_step_that_is_waited_after(self, visit, service):
        """A question within a step holds nothing up, and the step's own is asked at its end."""
        page = visit()
        type_in(page, "wait for me")
        wait_for(page, "#said", "wait|ready|say")
        start(page)
        seek(page, 35)
        type_in(page, "how long left")
        wait_for(page, "#said", "minutes")
        assert not page.is_visible("#replies")
        until(page, "!document.querySelector('audio').paused")
        seek(page, service.repertoire.timeline("post-run").spans[0].end / SECOND - 0.5)
        wait_to_see(page, "#replies")
        wait_for(page, "#said", "ready|next|right")

    def test_a_key_that_is_held_down(self, visit):
        """A key commands once, however long it is held."""
        page = visit()
        start(page)
        sent = []
        page.on("request", lambda asked: sent.append(asked.post_data or ""))
        page.focus("main")
        for _ in range(5):
            page.keyboard.down("ArrowRight")
        wait_for(page, "#side", "right")
        page.wait_for_timeout(300)
        assert sum('"press":"next"' in asked for asked in sent) == 1

    def test_the_focus_is_never_lost(self, visit):
        """When the button that was pressed goes, the one that matters most is next."""
        page = visit()
        page.focus("#begin")
        page.keyboard.press("Enter")
        until(page, "document.activeElement.id === 'toggle'")
        type_in(page, "forget me")
        wait_to_see(page, "#replies")
        page.focus("#replies [data-press=no]")
        page.keyboard.press("Enter")
        until(page, "document.activeElement.id === 'toggle'")
        page.focus("#controls [data-press=stop]")
        page.keyboard.press("Enter")
        until(page, "document.activeElement.id === 'begin'")

    def test_forgotten(self, visit):
        """Who was forgotten begins as somebody new, and is told nothing of cookies."""
        page = visit()
        type_in(page, "forget me")
        wait_to_see(page, "#replies")
        page.click("#replies [data-press=yes]")
        playwright.expect(page.locator("#replies")).to_be_hidden()
        type_in(page, "which routines are there")
        wait_for(page, "#said", "pre-run")
        assert "cookie" not in page.inner_text("main")


class TestTrouble:
    def test_the_network_is_lost_in_a_hold(self, visit):
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

    def test_pause_and_go_on_without_a_network(self, visit):
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

    @pytest.mark.parametrize("press", ["it-hurts", "stop", "typed"])
    def test_it_hurts_without_a_network(self, visit, press):
        """Pain, and stop, stop the sound at once, and it stays so; advice is there at once too."""
        page = visit()
        start(page, "pre-run")
        seek(page, 20)
        lose_network(page)
        if press == "typed":
            type_in(page, "ouch, that hurts")
            wait_for(page, "#toggle-name", "Go on")
        else:
            page.click(f"#controls [data-press={press}]")
            wait_for(page, "#said", {"it-hurts": "Stop there", "stop": "Stopped"}[press])
        assert is_paused(page)
        wait_for(page, "#network", "network is away")
        page.context.set_offline(False)
        playwright.expect(page.locator("#network")).to_be_hidden(timeout=PATIENCE)
        page.wait_for_timeout(500)
        assert is_paused(page)

    def test_an_older_answer_does_not_undo_a_pause(self, visit):
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

    def test_the_sound_fails_for_good(self, visit):
        """Go on plays again, once the sound can be had again."""
        page = visit()
        page.route("**/*.mp3*", lambda route: route.abort())
        page.click("#begin")
        wait_for(page, "#notice", "press Go on")
        wait_for(page, "#toggle-name", "Go on")
        page.unroute("**/*.mp3*")
        page.click("#toggle")
        until(page, "!document.querySelector('audio').paused")

    def test_the_coach_is_busy(self, visit):
        """A coach that asks to wait is not called away, and is asked again."""
        page = visit()
        start(page, "pre-run")
        busy = {"status": 429, "headers": {"Retry-After": "1"}, "json": {"message": "Too much."}}
        page.route("**/coach", lambda route: route.fulfill(**busy), times=2)
        page.click("[data-press=next]")
        wait_for(page, "#network", "^Too much.$")
        wait_for(page, "#movement", "Clam")
        playwright.expect(page.locator("#network")).to_be_hidden()

    def test_an_answer_is_lost(self, visit):
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

    def test_two_tabs(self, visit):
        """The tab that plays last plays alone, and the other says so."""
        first = visit()
        start(first)
        seek(first, 40)
        until(first, "JSON.parse(localStorage['glute-coach']).playhead.offset >= 40000")
        second_tab = visit(context=first.context)
        wait_for(second_tab, "#notice", "another tab|plays in")
        assert not is_paused(first)
        began = began_at(second_tab, "#toggle")
        wait_for(first, "#notice", "in another tab")
        assert is_paused(first)
        assert 40 <= began < second(first) + 5
        first.bring_to_front()
        first.click("#toggle")
        until(first, "!document.querySelector('audio').paused")
        until(second_tab, "document.querySelector('audio').paused")

    def test_no_sound_before_a_tap(self, visit):
        """A browser that refuses to sound is explained, and the next press plays."""
        page = visit(script=REFUSES_ONCE)
        page.click("#begin")
        wait_for(page, "#notice", "wants a tap")
        page.click("#toggle")
        until(page, "!document.querySelector('audio').paused")

    def test_a_cookie_is_lost(self, visit):
        """A browser whose cookie is gone is told, and can go on by the player's own place."""
        page = visit()
        start(page)
        seek(page, 80)
        until(page, "JSON.parse(localStorage['glute-coach']).playhead.offset >= 80000")
        page.wait_for_load_state("networkidle")
        page.context.clear_cookies()
        page.reload()
        wait_for(page, "#notice", "cookie is gone")
        kept = kept_at(page)
        assert kept >= 80
        assert abs(began_at(page, "#go-back-button") - kept) < 1
        wait_for(page, "#side", "right")

    def test_a_cookie_is_forged(self, visit, address):
        """A cookie that nobody has signed is told of, too."""
        page = visit("/guides/")
        page.context.add_cookies([{"name": "glute_coach", "value": "forged", "url": address}])
        page.goto(address)
        wait_for(page, "#notice", "cookie is none")

    def test_a_button_that_is_refused(self, visit):
        """What the coach refuses is told in its words, and the sound goes on."""
        page = visit()
        start(page)
        page.fill("#words", "x" * 200)
        page.press("#words", "Enter")
        wait_for(page, "#said", "[a-z]{3}")
        until(page, "!document.querySelector('audio').paused")

    def test_the_sound_cannot_be_had_at_all(self, visit):
        """Without network and sound the button is for going on, and words say so, unasked."""
        page = visit()
        page.route("**/*.mp3*", lambda route: route.abort())
        page.route("**/coach", lambda route: None if _tells(route, "failed") else route.continue_())
        page.click("#begin")
        wait_for(page, "#toggle-name", "Go on")
        wait_for(page, "#notice", "press Go on")

    @pytest.mark.parametrize("press", ["it-hurts", "pause", "typed"])
    @pytest.mark.parametrize("fault", ["fails", "is slow"])
    def test_a_stop_that_is_not_answered(self, visit, press, fault):
        """Pain and pause stop the sound here and now; if the coach fails, it stays so, in words."""
        page = visit()
        start(page, "pre-run")
        seek(page, 20)
        page.wait_for_load_state("networkidle")
        late = []

        def unfit(route):
            if _tells(route, "stopped"):
                route.continue_()
            elif fault == "fails":
                route.fulfill(status=500, body="")
            else:
                late.append(route)

        page.route("**/coach", unfit)
        if press == "typed":
            type_in(page, "ouch, that hurts")
        else:
            page.click("#toggle" if press == "pause" else f"#controls [data-press={press}]")
        wait_for(page, "#toggle-name", "Go on")
        assert is_paused(page)
        if press == "it-hurts":
            wait_for(page, "#said", "(Stop|stop).*ease out")
        if fault == "fails":
            wait_for(page, "#said", "wrong on the coach.s side. The sound stays stopped")
        elif press == "pause":
            wait_for(page, "#said", "Paused")
        page.wait_for_timeout(500)
        assert is_paused(page)
        if fault == "is slow":
            until(page, lambda: late)
            late.pop().continue_()
            wait_for(page, "#said", "[a-z]{3}")
            assert is_paused(page)
        else:
            page.unroute("**/coach")
            page.click("#toggle")
            until(page, "!document.querySelector('audio').paused")

    def test_the_guides_and_the_coach(self, visit):
        """The guides' page and the coach never sound together; nor do two guides."""
        coach = visit()
        start(coach)
        guides = visit("/guides/", context=coach.context)
        playing = "Array.from(document.querySelectorAll('audio'), (audio) => !audio.paused)"
        guides.evaluate("document.querySelector('#post-run audio').play()")
        wait_for(coach, "#notice", "in another tab")
        assert is_paused(coach)
        guides.evaluate("document.querySelector('#desk audio').play()")
        until(guides, f"{playing}.filter(Boolean).length === 1")
        assert not guides.evaluate("document.querySelector('#desk audio').paused")
        coach.bring_to_front()
        coach.click("#toggle")
        until(coach, "!document.querySelector('audio').paused")
        until(guides, f"{playing}.every((plays) => !plays)")
        assert not is_paused(coach)

    def test_of_notices_that_wait_the_last_says_it_all(self, visit):
        """Starts and stops that wait are told once, the last; commands are all kept, in order."""
        page = visit("/guides/")
        version = re.search("static/([^/]+)/", page.content())[1]
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
            [f"../static/{version}/link.js", notices],
        )
        # The first was under way; the second waited, and the third says more than it.
        assert sent == ["started", "stopped", "finished", "stopped", "next", "started"]
        assert [answer and answer["heard"] for answer in answers] == [
            *("started", None, None, "next", "started", "stopped", "finished", None, "stopped")
        ]


class TestSpeech:
    def test_what_is_heard_is_done(self, visit):
        """While the coach listens the sound waits; what it has heard is shown and done."""
        page = visit(script=RECOGNITION)
        start(page)
        page.evaluate("told.push({ words: 'other side' })")
        page.click("#listen")
        wait_for(page, "#heard", "other side")
        wait_for(page, "#side", "right")
        until(page, "!document.querySelector('audio').paused")

    def test_speaking_while_an_answer_is_read(self, visit):
        """Whoever interrupts an answer is listened to in silence, until they have spoken."""
        page = visit(script=RECOGNITION + VOICE)
        start(page)
        until(page, "!document.querySelector('audio').paused")
        seek(page, 35)
        page.evaluate("told.push({ words: 'forget me' }); spoken.length = 0; readsOn = true")
        page.click("#listen")
        until(page, "spoken.length === 1")
        assert page.get_attribute("#listen", "aria-pressed") == "false"
        page.click("#listen")
        until(page, "document.querySelector('#listen').ariaPressed === 'true'")
        page.wait_for_timeout(500)
        assert is_paused(page)
        assert page.get_attribute("#listen", "aria-pressed") == "true"
        page.evaluate("readsOn = false; microphone.hear({ words: 'no' })")
        until(page, "!document.querySelector('audio').paused")

    def test_a_question_is_listened_for(self, visit):
        """Asked something in answer to speech, nobody has to press anything to answer."""
        page = visit(script=RECOGNITION)
        page.evaluate("told.push({ words: 'forget me' })")
        page.click("#listen")
        wait_to_see(page, "#replies")
        until(page, "document.querySelector('#listen').ariaPressed === 'true'")
        with page.expect_request(lambda asked: '"say":"no"' in (asked.post_data or "")):
            page.evaluate("microphone.hear({ words: 'no' })")
        playwright.expect(page.locator("#replies")).to_be_hidden()

    def test_pressing_as_the_microphone_opens(self, visit):
        """Who presses just as it opens by itself wanted to speak, and is listened to."""
        page = visit(script=RECOGNITION)
        page.evaluate(
            "told.push({ words: 'forget me' });"
            "const { start } = SpeechRecognition.prototype;"
            "SpeechRecognition.prototype.start = function () {"
            "  start.call(this);"
            "  if (!told.length) document.querySelector('#listen').click();"
            "};"
            "document.querySelector('#listen').click()"
        )
        wait_to_see(page, "#replies")
        until(page, "document.querySelector('#listen').ariaPressed === 'true'")
        with page.expect_request(lambda asked: '"say":"no"' in (asked.post_data or "")):
            page.evaluate("microphone.hear({ words: 'no' })")

    def test_what_cannot_be_heard(self, visit):
        """A microphone that is missing or refused is told in words, and the sound goes on."""
        page = visit(script=RECOGNITION)
        start(page)
        for error, words in {
            "not-allowed": "not allowed to use the microphone",
            "audio-capture": "no microphone",
            "network": "network",
            "no-speech": "heard nothing",
            "of-tomorrow": "could not listen",
        }.items():
            page.evaluate(f"told.push({{ error: '{error}' }})")
            page.keyboard.press("m")
            wait_for(page, "#said", words)
            until(page, "!document.querySelector('audio').paused")

    def test_answers_are_read_aloud(self, visit):
        """The guide waits while an answer is read; switched off, nothing is read."""
        page = visit(script=VOICE)
        assert page.evaluate("spoken") == []  # before the page was touched
        start(page)
        seek(page, 35)
        type_in(page, "how long left")
        until(page, "spoken.length === 2 && !document.querySelector('audio').paused")
        assert all(was_paused for _, was_paused in page.evaluate("spoken"))
        page.click("#help-open")
        page.uncheck("#voice-on")
        page.click("#help-close")
        type_in(page, "where am I")
        wait_for(page, "#said", "figure four")
        assert len(page.evaluate("spoken")) == 2

    def test_no_recognition(self, visit):
        """A browser that cannot listen shows no microphone, and says what to do instead."""
        page = visit(script=NO_RECOGNITION)
        assert not page.is_visible("#listen")
        assert "Type and press" in page.inner_text("#ear-words")


class TestLooks:
    def test_nothing_keeps_anybody_out(self, visit, axe):
        """Axe finds nothing on any page, in a routine, asked something, with the help open."""

        def check(page):
            page.evaluate(axe)
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                found = page.evaluate("axe.run()")["violations"]
                assert [(v["id"], [node["html"][:120] for node in v["nodes"]]) for v in found] == []

        page = visit()
        check(page)
        page.keyboard.press("?")
        check(page)
        page.keyboard.press("Escape")
        start(page)
        seek(page, 35)
        wait_for(page, "#cue", "Hold")
        type_in(page, "forget me")
        wait_to_see(page, "#replies")
        check(page)
        page.goto(page.url + "guides/")
        page.evaluate("document.querySelectorAll('details').forEach((d) => (d.open = true))")
        check(page)
        page.goto(page.url.replace("guides/", "history"))
        wait_to_see(page, ".calendar")
        check(page)

    def test_a_narrow_phone(self, visit, address):
        """Nothing is wider than a phone of 320 pixels, in a routine neither."""
        page = visit(viewport=NARROW)
        for path in ("/", "/guides/", "/history", "/"):
            page.goto(address + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], path
        start(page, "strength")
        wait_to_see(page, "#figure svg")
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]

    @pytest.mark.parametrize("size", PHONES)
    def test_a_small_phone(self, visit, service, size):
        """What a runner may need at once is in sight, over nothing that is read; nothing jumps."""
        page = visit(viewport=dict(zip(("width", "height"), size, strict=True)))
        assert box(page, "#said")[3] < box(page, "#begin")[1] < size[1]
        page.check("input[value=glute-stretch]")
        page.evaluate("scrollTo(0, 10000); document.querySelector('#begin').click()")
        until(page, "document.querySelector('audio').currentTime > 0")
        words, dial = box(page, "#said"), box(page, ".dial")
        assert 0 <= dial[1] < words[1] < words[3] <= box(page, ".bar")[1]
        page.evaluate("document.querySelector('audio').playbackRate = 0.0625; scrollTo(0, 0)")
        timeline = service.repertoire.timeline("glute-stretch")
        captions = list(captions_of(timeline, service.wording.script()))
        places = []
        for step, span in enumerate(timeline.spans):
            if not step:
                continue  # the words with which the routine began are there still
            page.click("[data-press=next]")
            until(page, f"document.querySelectorAll('#strip li')[{step}].ariaCurrent")
            here = [caption for caption in captions if span.start <= caption.start < span.end]
            for caption in (max(here, key=lambda told: len(told.text)), here[0]):
                seek(page, caption.start / SECOND + 0.1)
                page.evaluate("document.querySelector('audio').playbackRate = 0.0625")
                wait_for(page, "#caption", re.escape(caption.text))
                bar = box(page, ".bar")
                for button in ("#toggle", "[data-press=next]", "#it-hurts"):
                    assert page.evaluate(
                        "(button) => button.contains(document.elementFromPoint("
                        "  ...((box) => [box.x + box.width / 2, box.y + box.height / 2])"
                        "  (button.getBoundingClientRect())))",
                        page.query_selector(button),
                    )
                    assert bar[1] <= box(page, button)[1] < box(page, button)[3] <= size[1]
                for read in ("#routine-left", "#figure", "#count", "#movement", "#caption"):
                    assert 0 <= box(page, read)[1] < box(page, read)[3] <= bar[1], (step, read)
                places.append((bar, box(page, ".more")))
        assert len(set(places)) == 1
        page.click("#it-hurts")
        wait_to_see(page, "#replies")
        assert box(page, ".bar") == bar
        assert 0 <= box(page, "#said")[1] < box(page, "#replies")[3] <= bar[1]

    def test_nothing_jumps_on_a_desk(self, visit, service):
        """Neither captions nor answers move the controls."""
        page = visit(viewport={"width": 1280, "height": 800})
        start(page)
        page.evaluate("scrollTo(0, 0)")
        placed = box(page, ".bar")
        type_in(page, "how do I do this")
        wait_for(page, "#heard", "how do I")
        wait_for(page, "#said", "[a-z]{3}")
        page.evaluate("scrollTo(0, 0)")
        assert box(page, ".bar") == placed
        for span in service.repertoire.timeline("post-run").spans:
            seek(page, span.begin / SECOND + 8)
            wait_for(page, "#cue", "Hold")
            assert box(page, ".bar") == placed

    def test_every_word_can_be_read(self, visit, address):
        """On the narrowest phone no word is smaller than 12 pixels, and none is cut off."""
        page = visit(script=RECOGNITION, viewport=NARROW)
        sizes = """() => Array.from(
          document.querySelectorAll("main *, header *, footer *, dialog *"),
          (seen) => [seen, Array.from(seen.childNodes).some((node) => node.data?.trim())],
        ).filter(([seen, hasWords]) => hasWords && seen.getClientRects().length)
          .map(([seen]) => [
            parseFloat(getComputedStyle(seen).fontSize) *
              (seen.ownerSVGElement ? seen.getScreenCTM().a : 1),
            seen.textContent.trim(),
          ]).filter(([size]) => size < 12)"""
        for path in PAGES:
            page.goto(address + path)
            if path == "/":
                start(page)
                assert page.evaluate(sizes) == []
                room, needed = page.evaluate("""(() => {
                  const words = document.querySelector("#words");
                  const { font, paddingLeft, paddingRight } = getComputedStyle(words);
                  const drawn = document.createElement("canvas").getContext("2d");
                  drawn.font = font;
                  return [
                    words.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight),
                    drawn.measureText(words.placeholder).width,
                  ];
                })()""")
                assert needed <= room
            elif path == "/history":
                wait_to_see(page, ".calendar")
            assert page.evaluate(sizes) == [], path

    def test_weight(self, visit, address):
        """A page with all that it loads, and the coach's with a whole routine, is light."""
        for path in PAGES:
            weights = {}
            page = visit("/healthz")  # nothing is kept from another page
            page.on("requestfinished", lambda done, w=weights: w.__setitem__(done, done.sizes()))
            page.goto(address + path)
            if path == "/":
                page.wait_for_selector("body[data-ready]")
                start(page, "strength")
                for step in range(page.locator("#strip li").count()):
                    until(page, f"document.querySelectorAll('#strip li')[{step}].ariaCurrent")
                    page.keyboard.press("ArrowRight")
            page.wait_for_timeout(300)
            silent = {
                done.url: sum(size[part] for part in ("responseBodySize", "responseHeadersSize"))
                for done, size in weights.items()
                if ".mp3" not in done.url
            }
            assert 0 < sum(silent.values()) <= HEAVIEST, path

    def test_first_paint_needs_one_round_trip(self, visit):
        """Nothing that the page loads besides is waited for before something is seen."""
        page = visit("/history")
        loaded = page.evaluate(
            "performance.getEntriesByType('resource').map((entry) => entry.renderBlockingStatus)"
        )
        assert set(loaded) == {"non-blocking"}

    def test_scripts_need_one_round_trip(self, visit):
        """All that the coach's script imports is named by the page itself, and nothing else."""
        page = visit()
        preloads = page.locator("link[rel=modulepreload]").all()
        named = {link.get_attribute("href").rpartition("/")[2] for link in preloads}
        assert named == {"coach.js", *_imported("coach.js")}

    def test_without_scripts(self, visit):
        """Without scripts the page says where the guides are."""
        page = visit("/history", java_script_enabled=False)
        assert "JavaScript" in page.inner_text("main")

    def test_a_chapter_of_a_guide(self, visit):
        """On the guides' page a chapter plays where it is pressed."""
        page = visit("/guides/")
        page.click("#post-run summary >> nth=0")
        page.click("#post-run .chapters a >> nth=1")
        until(page, "document.querySelector('#post-run audio').currentTime > 55")
        wait_for(page, "#post-run .now-said", "[a-z]{3}")


IMPORTED = re.compile(r'^import (?:.* from )?"\./(.+)";$', re.MULTILINE)


def _imported(name, importers=()):
    """Return all modules that one of ours imports, by way of others too; none imports itself."""
    assert name not in importers, f"a circle: {importers}"
    direct = IMPORTED.findall((STATIC / name).read_text(encoding="utf-8"))
    return set(direct).union(*(_imported(other, (*importers, name)) for other in direct))


@pytest.mark.parametrize("name", sorted(script.name for script in STATIC.glob("*.js")))
def test_modules(name):
    """Each module is short enough to be read at once, and imports go one way only."""
    assert len((STATIC / name).read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE
    _imported(name)
