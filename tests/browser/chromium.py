"""The pages in a real browser: Debian's Chromium without a window, driven by Playwright.

Minutes pass by seeking, and whatever is expected is waited for: on a busy machine a test may be
slow, and means the same. Skipped where there is no Chromium, no Playwright or no Node.js.
"""

import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from skill.coaching.movements import SECOND

pytest.importorskip("playwright", reason="Playwright is not installed")
from playwright import sync_api as playwright

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WIDE = {"width": 1280, "height": 860}
PHONES = ((320, 568), (360, 640), (390, 664))
LOW = ((664, 390), (640, 400))
"""A phone on its side, and a desk's page twice as large."""
PAGES = ("/", "/guides/", "/history")
PATIENCE = 30_000
"""Milliseconds that anything may take; far more than it does."""

LOST = re.compile("ERR_INTERNET_DISCONNECTED|ERR_FAILED|status of (?:429|500)")
"""What a browser notes of a network, or a coach, that a test has taken away."""

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


@contextmanager
def launched() -> Iterator[object]:
    """Start the browser."""
    command = next(filter(None, map(shutil.which, COMMANDS)), None)
    if command is None:
        pytest.skip(f"there is no Chromium on this machine: none of {', '.join(COMMANDS)}")
    # A container may give a browser no sandbox of its own; all it loads here is ours.
    arguments = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=command, args=arguments)
        yield browser
        browser.close()


@contextmanager
def visiting(chromium, address) -> Iterator[Callable]:
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
        page.wait_for_timeout(20)


def start(page, routine="post-run"):
    """Start a routine; when this returns it sounds, and the coach has heard that it does."""
    heard = partial(tells, notice="started")
    with page.expect_event("requestfinished", heard, timeout=PATIENCE):
        page.check(f"input[value={routine}]")
        page.click("#begin")
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


def tells(request, notice):
    return f'"notice":"{notice}"' in (request.post_data or "")


def box(page, selector):
    """Return the left, top, right and bottom of an element in the viewport, in whole pixels."""
    found = page.locator(selector).bounding_box()
    assert found, f"not seen: {selector}"
    right, bottom = found["x"] + found["width"], found["y"] + found["height"]
    return tuple(round(edge) for edge in (found["x"], found["y"], right, bottom))


def boxes(page, selectors):
    """Return the boxes of several elements, as `box` does, by asking once."""
    found = page.evaluate(
        "(selectors) => selectors.map((selector) => {"
        "  const box = document.querySelector(selector).getBoundingClientRect();"
        "  return [box.left, box.top, box.right, box.bottom];"
        "})",
        selectors,
    )
    return [tuple(map(round, edges)) for edges in found]


def second(page):
    return page.evaluate("document.querySelector('audio').currentTime")


def is_paused(page):
    return page.evaluate("document.querySelector('audio').paused")


def wait_for(page, selector, text):
    """Wait until words are there; Playwright's own waiting soon looks but once a second."""
    words = re.compile(text)
    until(page, lambda: words.search(page.locator(selector).text_content()))


def wait_to_see(page, selector):
    page.wait_for_selector(selector, state="visible")


def type_in(page, words):
    page.fill("#words", words)
    page.press("#words", "Enter")
