"""What sounds, from which second on, and what is told if nothing does."""

import re

import pytest

from skill.coaching.movements import SECOND
from tests.browser.chromium import (
    PATIENCE,
    VOICE,
    began_at,
    is_paused,
    kept_at,
    playwright,
    second,
    seek,
    start,
    tells,
    type_in,
    until,
    wait_for,
    wait_to_see,
)

REFUSES_ONCE = """
const play = HTMLMediaElement.prototype.play;
HTMLMediaElement.prototype.play = function () {
  HTMLMediaElement.prototype.play = play;
  return Promise.reject(new DOMException("no tap yet", "NotAllowedError"));
};
"""
WAKE_LOCKS = """
globalThis.locks = [];
globalThis.grants = [];
class Lock extends EventTarget {
  isHeld = true;
  release() {
    this.isHeld = false;
    this.dispatchEvent(new Event("release"));
  }
}
Object.defineProperty(navigator, "wakeLock", { value: {
  request: () => new Promise((resolve) => grants.push(() => {
    locks.push(new Lock());
    resolve(locks.at(-1));
  })),
} });
"""
"""A screen that is kept on once a test has granted it."""


def test_resumed_after_a_reload(visit):
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


def test_waiting_for_the_runner(visit, service):
    """Where the coach waits, the sound ends with the step, and the page asks."""
    page = visit()
    type_in(page, "wait for me")
    wait_for(page, "#said", "wait|ready|say")
    start(page)
    span = service.repertoire.timeline("post-run").spans[0]
    seek(page, span.end / SECOND - 5)
    assert not page.is_visible("#replies")
    page.keyboard.press("y")  # to nobody's question
    seek(page, span.end / SECOND - 0.5)
    wait_to_see(page, "#replies")
    until(page, "!document.querySelector('audio').seeking")
    assert abs(second(page) - span.end / SECOND) < 0.2
    wait_for(page, "#said", "ready|next|right")
    page.click("#replies [data-press=yes]")
    wait_for(page, "#side", "right")


@pytest.mark.parametrize("words", ["help", "i don't understand"])
def test_help_while_a_step_plays(visit, service, words):
    """Where the coach waits after each step, help is given at once; the step's question follows."""
    page = visit(script=VOICE)
    type_in(page, "wait for me")
    wait_for(page, "#said", "wait|ready|say")
    start(page)
    seek(page, 35)
    page.evaluate("spoken.length = 0")
    type_in(page, words)
    wait_for(page, "#said", "[Ss]ay next")
    until(page, "spoken.some(([text]) => text.includes('ay next'))")
    assert not page.is_visible("#replies")
    until(page, "!document.querySelector('audio').paused")
    seek(page, service.repertoire.timeline("post-run").spans[0].end / SECOND - 0.5)
    wait_to_see(page, "#replies")
    assert "ay next" not in page.inner_text("#said")
    wait_for(page, "#said", "right side")


def test_ready_for_the_next_step(visit, service):
    """While the page asks whether the runner is ready, stage and lock screen show what for."""

    def awaited(*shown):
        for selector, text in zip(("#movement", "#side", "#figure title"), shown, strict=True):
            playwright.expect(page.locator(selector).last).to_have_text(
                re.compile(text), timeout=PATIENCE
            )
        wait_for(page, "#count", "^Ready.$")
        wait_for(page, "#count-unit", "^$")
        until(page, f"navigator.mediaSession.metadata?.title.includes('{shown[1]}')")

    page = visit()
    type_in(page, "wait for me")
    wait_for(page, "#said", "wait|ready|say")
    start(page)
    spans = service.repertoire.timeline("post-run").spans
    seek(page, spans[0].end / SECOND - 0.5)
    wait_to_see(page, "#replies")
    awaited("Lying figure four", "right", "right")
    page.click("#replies [data-press=no]")  # the question stays, and so does what is shown
    wait_for(page, "#said", "hurry|time|ready")
    awaited("Lying figure four", "right", "right")
    page.reload()
    page.wait_for_selector("body[data-ready]")
    wait_for(page, "#said", "go on")
    awaited("Lying figure four", "right", "right")
    page.click("#toggle")
    wait_for(page, "#count-unit", "until it begins")
    wait_for(page, "#side", "right")
    seek(page, spans[1].end / SECOND - 0.5)
    wait_to_see(page, "#replies")
    awaited("Pigeon pose", "left", "left")
    page.click("#replies [data-press=yes]")
    wait_for(page, "#count-unit", "until it begins")
    seek(page, spans[2].end / SECOND - 0.5)
    wait_to_see(page, "#replies")
    page.click("#replies [data-press=yes]")
    wait_for(page, "#count-unit", "until it begins")
    seek(page, spans[3].end / SECOND - 0.5)  # after the last there is none
    wait_to_see(page, "#replies")
    wait_for(page, "#count", "✓")


def test_asked_within_a_step_that_is_waited_after(visit, service):
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


def test_the_sound_fails_for_good(visit):
    """Go on plays again, once the sound can be had again."""
    page = visit()
    page.route("**/*.mp3*", lambda route: route.abort())
    page.click("#begin")
    wait_for(page, "#notice", "press Go on")
    wait_for(page, "#toggle-name", "Go on")
    page.unroute("**/*.mp3*")
    page.click("#toggle")
    until(page, "!document.querySelector('audio').paused")


def test_no_sound_before_a_tap(visit):
    """A browser that refuses to sound is explained, and the next press plays."""
    page = visit(script=REFUSES_ONCE)
    page.click("#begin")
    wait_for(page, "#notice", "wants a tap")
    page.click("#toggle")
    until(page, "!document.querySelector('audio').paused")


def test_the_sound_cannot_be_had_at_all(visit):
    """Without network and sound the button is for going on, and words say so, unasked."""
    page = visit()
    page.route("**/*.mp3*", lambda route: route.abort())
    page.route(
        "**/coach", lambda route: None if tells(route.request, "failed") else route.continue_()
    )
    page.click("#begin")
    wait_for(page, "#toggle-name", "Go on")
    wait_for(page, "#notice", "press Go on")


@pytest.mark.parametrize(
    ("press", "fault"),
    [("it-hurts", "fails"), ("typed", "fails"), ("it-hurts", "is slow"), ("pause", "is slow")],
)
def test_a_stop_that_is_not_answered(visit, press, fault):
    """Pain and pause stop the sound here and now; if the coach fails, it stays so, in words."""
    page = visit()
    start(page, "pre-run")
    seek(page, 20)
    late = []

    def unfit(route):
        if tells(route.request, "stopped"):
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
    wait_for(page, "#toggle-name", "Go on" if press == "pause" else "Try it again")
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


def test_a_chapter_of_a_guide(visit):
    """On the guides' page a chapter plays where it is pressed."""
    page = visit("/guides/")
    page.click("#post-run summary >> nth=0")
    page.click("#post-run .chapters a >> nth=1")
    until(page, "document.querySelector('#post-run audio').currentTime > 55")
    wait_for(page, "#post-run .now-said", "[a-z]{3}")


def test_the_screen_is_kept_on_while_it_sounds(visit):
    """However late and in whatever order it is granted, the screen stays on for the sound alone."""
    page = visit(script=WAKE_LOCKS)
    held = "locks.filter((lock) => lock.isHeld).length"

    def ask_again():
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    def grant(number):
        page.evaluate(f"grants[{number}]()")
        page.wait_for_timeout(50)

    start(page)
    until(page, "grants.length === 1")
    page.click("#toggle")
    until(page, "document.querySelector('audio').paused")
    wait_for(page, "#toggle-name", "Go on")
    page.wait_for_timeout(200)  # the browser tells of the pause later
    grant(0)
    assert page.evaluate(held) == 0
    page.click("#toggle")
    until(page, "grants.length === 2")
    ask_again()
    until(page, "grants.length === 3")
    for number in (2, 1):
        grant(number)
        assert page.evaluate(held) == 1
    page.evaluate("locks[0].dispatchEvent(new Event('release'))")
    ask_again()
    assert page.evaluate("grants.length") == 3
    page.click("#toggle")
    until(page, f"{held} === 0")


def test_a_screen_that_cannot_be_kept_on(visit):
    """Where the battery is low, the guide sounds all the same."""
    page = visit(
        script="Object.defineProperty(navigator, 'wakeLock', {"
        "  value: { request: () => Promise.reject(new Error('the battery is low')) } });"
    )
    start(page)
    page.click("#toggle")
    wait_for(page, "#toggle-name", "Go on")


def test_a_sound_that_takes_its_time(visit):
    """Until there is something to hear, the page says that it loads."""
    page = visit()
    late = []
    page.route("**/*.mp3*", lambda route: late.append(route), times=1)  # noqa: PLW0108
    page.click("#begin")
    wait_for(page, "#cue", "^Loading…$")
    until(page, lambda: late)
    late.pop().continue_()
    wait_for(page, "#cue", "^Welcome$")
