"""The pages in a real browser: Debian's Chromium without a window, driven by Playwright.

Minutes pass by seeking. Skipped where there is no Chromium, no Playwright or no Node.js.
"""

import re
import shutil
import time
from collections.abc import Callable, Iterator

import pytest

from skill.coaching.movements import SECOND
from tests.simulators.node import node_package

pytest.importorskip("playwright", reason="Playwright is not installed")
from playwright import sync_api as playwright

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WIDE, NARROW = {"width": 1280, "height": 860}, {"width": 320, "height": 640}
PAGES = ("/", "/guides/", "/history")
HEAVIEST = 150_000
"""Bytes of a page with all that it loads, sound aside."""
PATIENCE = 8_000
"""Milliseconds that anything may take."""

LOST = re.compile("ERR_INTERNET_DISCONNECTED|ERR_FAILED|status of 429")
"""What a browser notes of a network, or a coach, that a test has taken away."""

NO_RECOGNITION = "delete globalThis.SpeechRecognition; delete globalThis.webkitSpeechRecognition;"
RECOGNITION = """
globalThis.webkitSpeechRecognition = globalThis.SpeechRecognition = class {
  start() {
    setTimeout(() => {
      const told = globalThis.told;
      if (told.error) this.onerror({ error: told.error });
      else this.onresult({ results: [[{ transcript: told.words }]] });
      this.onend();
    }, 50);
  }
  abort() { this.onend(); }
};
"""
VOICE = """
globalThis.spoken = [];
globalThis.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
Object.defineProperty(globalThis, "speechSynthesis", { value: {
  getVoices: () => [{}],
  cancel() {},
  speak(speech) {
    globalThis.spoken.push([speech.text, document.querySelector("audio").paused]);
    setTimeout(() => speech.onend(), 200);
  },
} });
"""
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
    """Wait until something is true; by asking, since the policy lets no page evaluate a text."""
    deadline = time.monotonic() + PATIENCE / SECOND
    while not page.evaluate(truth):
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
    until(page, f"Math.abs(document.querySelector('audio').currentTime - {seconds}) < 3")


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
            left = (span.release - span.begin) / SECOND - 5
            assert abs(int(page.inner_text("#count")) - left) <= 2
        seek(page, timeline.duration / SECOND - 0.3)
        wait_for(page, "#notice", "whole routine")
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
        assert second(page) < 40
        type_in(page, "other side")
        wait_for(page, "#side", "right")
        type_in(page, "hold it longer")
        wait_for(page, "#routine-title", "-second holds")
        type_in(page, "pause")
        wait_for(page, "#toggle-name", "Go on")
        assert is_paused(page)

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
        wait_for(page, "#notice", "Stopped")

    def test_by_headphones(self, visit):
        """The buttons of headphones and lock screen reach the coach."""
        page = visit(script=MEDIA_BUTTONS)
        start(page)
        page.evaluate("mediaButtons.nexttrack()")
        wait_for(page, "#side", "right")
        assert "right side" in page.evaluate("navigator.mediaSession.metadata.title")
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
            page.click("#toggle")
            until(page, "!document.querySelector('audio').paused")
            assert abs(second(page) - held) < 1
            held = second(page)

    def test_waiting_for_the_runner(self, visit, service):
        """Where the coach waits, the sound ends with the step, and the page asks."""
        page = visit()
        type_in(page, "wait for me")
        wait_for(page, "#said", "wait|ready|say")
        start(page)
        span = service.repertoire.timeline("post-run").spans[0]
        seek(page, span.end / SECOND - 0.5)
        wait_to_see(page, "#replies")
        assert abs(second(page) - span.end / SECOND) < 0.2
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
        until(
            page,
            "document.querySelector('audio').buffered.length && "
            "document.querySelector('audio').buffered.end(0) > 60",
        )
        page.context.set_offline(True)
        page.click("[data-press=next]")
        wait_for(page, "#network", "network is away")
        before = second(page)
        page.wait_for_timeout(600)
        assert second(page) > before
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
        page.context.set_offline(True)
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
        page.context.set_offline(True)
        if press == "typed":
            type_in(page, "ouch, that hurts")
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
        page.context.set_offline(True)
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
        first.wait_for_timeout(1000)
        second_tab = visit(context=first.context)
        wait_for(second_tab, "#notice", "another tab|plays in")
        assert not is_paused(first)
        second_tab.click("#toggle")
        until(second_tab, "document.querySelector('audio').currentTime > 30")
        wait_for(first, "#notice", "in another tab")
        assert is_paused(first)
        assert abs(second(second_tab) - 40) < 5
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
        page.wait_for_timeout(1200)
        page.context.clear_cookies()
        page.reload()
        wait_for(page, "#notice", "cookie is gone")
        page.click("#go-back-button")
        until(page, "!document.querySelector('audio').paused")
        wait_for(page, "#side", "right")
        assert abs(second(page) - 81) < 3

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


class TestSpeech:
    def test_what_is_heard_is_done(self, visit):
        """While the coach listens the sound waits; what it has heard is shown and done."""
        page = visit(script=RECOGNITION)
        start(page)
        page.evaluate("globalThis.told = { words: 'other side' }")
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
        page.evaluate("globalThis.told = { words: 'forget me' }; spoken.length = 0")
        page.click("#listen")
        until(page, "spoken.length === 1")
        page.evaluate(
            "told.words = 'no';"
            "SpeechRecognition.prototype.start = function () { globalThis.heard = this; }"
        )
        page.click("#listen")
        until(page, "globalThis.heard")
        page.wait_for_timeout(500)
        assert is_paused(page)
        assert page.get_attribute("#listen", "aria-pressed") == "true"
        page.evaluate(
            "heard.onresult({ results: [[{ transcript: 'no' }]] }); heard.onend()",
        )
        until(page, "!document.querySelector('audio').paused")

    def test_a_question_is_listened_for(self, visit):
        """Asked something in answer to speech, nobody has to press anything to answer."""
        page = visit(script=RECOGNITION)
        page.evaluate(
            "globalThis.told = { words: 'forget me' };"
            "setTimeout(() => { globalThis.told.words = 'no'; }, 90)"
        )
        page.click("#listen")
        wait_for(page, "#heard", "no")
        playwright.expect(page.locator("#replies")).to_be_hidden()

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
            page.evaluate(f"globalThis.told = {{ error: '{error}' }}")
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
