"""What a runner presses, types and hits: each of it does the same, by whatever hand."""

import re

import pytest

from skill.coaching.movements import SECOND
from tests.browser.chromium import (
    PHONES,
    RECOGNITION,
    began_at,
    box,
    is_paused,
    playwright,
    seek,
    start,
    type_in,
    until,
    wait_for,
    wait_to_see,
)

MEDIA_BUTTONS = """
globalThis.mediaButtons = {};
navigator.mediaSession.setActionHandler = (action, done) => {
  globalThis.mediaButtons[action] = done;
};
"""


def test_by_buttons(visit, service):
    """Next leads through every step, with its picture and side; the end is noted."""
    page = visit()
    start(page)
    timeline = service.repertoire.timeline("post-run")
    for step, span in zip(timeline.plan.steps, timeline.spans, strict=True):
        if step.index:
            page.click("[data-press=next]")
        wait_for(page, "#side", step.side)
        assert step.movement.id.replace("-", " ").split()[0] in page.inner_text("#movement").lower()
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


def test_by_typing(visit):
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


def test_what_the_guide_answers_is_told_in_words(visit):
    """Words are answered with words: where the coach says nothing, by the step's name."""
    page = visit()
    start(page)
    type_in(page, "next")
    wait_for(page, "#said", "^Lying figure four, right side.$")
    type_in(page, "skip this one")
    wait_for(page, "#said", "^Pigeon pose, left side.$")


@pytest.mark.parametrize("way", ["button", "typed", "spoken"])
def test_stopped(visit, way):
    """However it is said, a stop leads to the start, whose large button goes on at once."""
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
    wait_for(page, "#begin", "^Go on with the post-run stretch$")
    assert began_at(page, "#begin") >= 80
    wait_to_see(page, "#stage")
    wait_for(page, "#side", "right")


@pytest.mark.parametrize("way", ["stopped", "opened anew"])
def test_a_place_that_is_kept(visit, way):
    """The large button goes on with it, or starts another routine whose card is chosen."""
    page = visit()
    start(page, "desk")
    seek(page, 40)
    page.click("#controls [data-press=stop]")
    wait_to_see(page, "#begin")
    if way == "opened anew":
        page.reload()
        page.wait_for_selector("body[data-ready]")
        wait_for(page, "#said", "go on")
        page.click("#replies [data-press=no]")
        wait_for(page, "#said", "What shall we do")
    wait_for(page, "#begin", "^Go on with the desk break$")
    assert page.is_checked("input[value=desk]")
    assert re.search("Standing figure four, left side · 2:1. to go", page.inner_text("#begin-hint"))
    page.check("input[value=pre-run]")
    wait_for(page, "#begin", "^Start pre-run routine$")
    assert not page.is_visible("#anew-button")
    type_in(page, "which routines are there")  # takes nothing back that was chosen
    wait_for(page, "#said", "strength session")
    wait_for(page, "#begin", "^Start pre-run routine$")
    page.check("input[value=desk]")
    wait_for(page, "#begin", "^Go on with the desk break$")
    with page.expect_request(lambda asked: '"press":"resume"' in (asked.post_data or "")):
        assert began_at(page, "#begin") >= 40
    page.click("#controls [data-press=stop]")
    page.check("input[value=pre-run]")
    page.focus("main")
    page.keyboard.press("Space")  # does what the large button does
    wait_for(page, "#routine-title", "Pre-run")
    page.click("#controls [data-press=stop]")
    page.evaluate("globalThis.began = undefined")
    wait_for(page, "#begin", "^Go on with the pre-run routine$")
    assert began_at(page, "#anew-button") < 1


@pytest.mark.parametrize("way", ["button", "typed", "finished"])
def test_the_end(visit, service, way):
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
    else:
        seek(page, end - 0.5)
    wait_to_see(page, "#ending")
    wait_for(page, "#ending", "That was the whole routine. Well done.")
    assert page.evaluate("scrollY") == 0
    assert box(page, "#ending")[3] <= PHONES[0][1]
    start(page)
    assert not page.is_visible("#ending")


def test_an_end_that_does_not_count(visit):
    """Who skips all of the last step is told so, and not congratulated; the weeks agree."""
    page = visit()
    start(page, "desk")
    last = page.locator("#strip li").count() - 1
    for step in range(1, last + 1):
        page.click("[data-press=next]")
        until(page, f"document.querySelectorAll('#strip li')[{step}].ariaCurrent")
    page.click("[data-press=next]")
    wait_to_see(page, "#begin")
    wait_for(page, "#said", "we end here|leave it at that")
    assert not page.is_visible("#ending")
    page.click("nav a[href=history]")
    wait_for(page, ".tally", "0 days this week")


def test_a_goodbye_leaves_the_stage(visit):
    """Who is let go with the place kept finds the start, as after a stop."""
    page = visit()
    start(page)
    seek(page, 35)
    type_in(page, "go home")
    wait_to_see(page, "#begin")
    wait_for(page, "#begin", "^Go on with the post-run stretch$")


def test_no_to_pain_waits(visit):
    """Who would not leave out what hurts stays with it, stopped, and reads what to do."""
    page = visit()
    start(page)
    seek(page, 35)
    page.click("#it-hurts")
    wait_to_see(page, "#replies")
    page.click("#replies [data-press=no]")
    wait_for(page, "#said", "resume")
    assert page.is_visible("#stage")
    assert not page.is_visible("#replies")
    assert is_paused(page)


@pytest.mark.parametrize(
    ("words", "answer", "told"),
    [
        ("one side is tighter", "Left side", "Your left side"),
        ("change the holds", "45 seconds", "45 seconds"),
        ("i don't have much time", "5 minutes", "minutes"),
    ],
)
def test_answers_that_are_no_yes_or_no(visit, words, answer, told):
    """A question about a side, a time or a thing has its answers to press as well."""
    page = visit()
    start(page)
    type_in(page, words)
    page.click(f"#replies button:has-text('{answer}')")
    wait_for(page, "#heard", answer)
    wait_for(page, "#said", told)
    assert not page.is_visible("#replies")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_after_pain_the_answers_invite(visit, scheme):
    """Asked whether to leave out what hurts, yes and no stand out; the way back does not."""
    page = visit(color_scheme=scheme)
    start(page)
    seek(page, 35)
    ground = "(button) => getComputedStyle(button).backgroundColor"
    inviting = page.eval_on_selector("#toggle", ground)
    page.click("#it-hurts")
    wait_to_see(page, "#replies")
    wait_for(page, "#toggle-name", "^Try it again$")
    assert page.eval_on_selector("#toggle", ground) != inviting
    grounds = {
        reply.inner_text(): reply.evaluate(ground)
        for reply in page.locator("#replies button").all()
    }
    assert list(grounds) == ["Yes", "No", "Easier", "Stop"]
    assert grounds["Yes"] == grounds["No"] == inviting
    assert inviting not in (grounds["Easier"], grounds["Stop"])
    page.focus("main")
    page.keyboard.press(" ")
    wait_for(page, "#toggle-name", "^Pause$")
    until(page, "!document.querySelector('audio').paused")
    assert page.eval_on_selector("#toggle", ground) == inviting


@pytest.mark.parametrize(
    ("scheme", "words"),
    [("light", "i can't breathe"), ("dark", "i'm dizzy"), ("dark", "i'm pregnant")],
)
def test_after_worse_than_pain_nothing_invites(visit, scheme, words):
    """No button that goes on stands out any more, here and at the start; stop and pain do."""
    looks = (
        "(buttons) => buttons.filter((button) => button.checkVisibility()).map((button) => ["
        "  button.innerText.trim(), getComputedStyle(button).backgroundColor,"
        "  getComputedStyle(button).color, getComputedStyle(button).fontWeight])"
    )
    offering = ":is(.bar, .more, .replies, .suggestions) button, #begin"

    def seen():
        return {name: look for name, *look in page.eval_on_selector_all(offering, looks)}

    page = visit(color_scheme=scheme)
    start(page)
    seek(page, 35)
    before = seen()
    type_in(page, words)
    wait_for(page, "#said", "[a-z]{3}")
    wait_for(page, "#toggle-name", "^Go on$")
    until(page, "document.body.dataset.harm === 'worse'")
    stopped = seen()
    quiet = stopped.pop("Go on")
    assert quiet != before.pop("Pause")
    for name in ("It hurts", "Stop"):
        assert stopped.pop(name) == before.pop(name)
    assert stopped
    assert all(look == quiet for look in stopped.values())
    page.click("#controls [data-press=stop]")
    wait_to_see(page, "#begin")
    wait_for(page, "#begin", "^Go on with the post-run stretch$")
    assert page.eval_on_selector_all("#begin", looks)[0][1:] == quiet
    page.reload()
    page.wait_for_selector("body[data-ready]")
    assert page.get_attribute("body", "data-harm") == "worse"


def test_pain_that_is_worse_after_all(visit):
    """Who hurts, and then tells of worse, is not invited any more to try it again."""
    page = visit(script=RECOGNITION)
    start(page)
    seek(page, 35)
    page.click("#it-hurts")
    wait_for(page, "#toggle-name", "^Try it again$")
    wait_to_see(page, "#replies")
    type_in(page, "i'm dizzy")
    until(page, "document.body.dataset.harm === 'worse'")
    wait_for(page, "#toggle-name", "^Go on$")
    wait_to_see(page, "#replies")
    replies = page.locator("#replies button").all_inner_texts()
    assert replies == ["Yes", "No", "Stop"]
    page.evaluate("told.push({ error: 'no-speech' })")
    page.click("#listen")
    wait_for(page, "#said", "hear")
    assert page.locator("#replies button").all_inner_texts() == replies


@pytest.mark.parametrize(
    ("words", "answer"),
    [("i can't breathe", "emergency.*well|needed help"), ("i'm dizzy", "desk break")],
)
def test_an_emergency_before_anything_plays(visit, words, answer):
    """At the start nothing invites to begin, until the runner has said that it has passed."""
    page = visit()
    ground = "(button) => getComputedStyle(button).backgroundColor"
    inviting = page.eval_on_selector("#begin", ground)
    type_in(page, words)
    until(page, "document.body.dataset.harm === 'worse'")
    assert page.eval_on_selector("#begin", ground) != inviting
    type_in(page, "which routines are there")
    wait_for(page, "#said", answer)
    assert page.get_attribute("body", "data-harm") == "worse"
    page.click("#begin")
    page.click("#replies button:has-text('Yes')")
    until(page, "document.body.dataset.harm === 'none'")
    assert page.eval_on_selector("#begin", ground) == inviting


@pytest.mark.parametrize(
    ("words", "why", "second"),
    [("it hurts", "It hurts", 1), ("i can't breathe", "Take care", 35)],
)
def test_what_has_stopped_counts_nothing(visit, words, why, second):
    """Stopped for pain, or worse, no seconds are told until anything begins or is over."""
    page = visit()
    start(page)
    seek(page, second)
    wait_for(page, "#count-unit", "until it begins|left")
    type_in(page, words)
    wait_for(page, "#count", "^Stopped$")
    assert page.inner_text("#cue") == why
    assert page.text_content("#count-unit") == ""
    page.click("#toggle")
    if why == "Take care":
        wait_for(page, "#said", "well|safe")
        page.click("#replies button:has-text('Yes')")
        wait_for(page, "#cue", "It hurts")
        page.click("#toggle")
    wait_for(page, "#count-unit", "until it begins|left")


def test_a_wish_while_paused_stays_at_the_place(visit):
    """A plan that is made anew while nothing plays is shown at the place that the coach tells."""
    page = visit()
    start(page, "strength")
    for _ in range(2):
        type_in(page, "next")
        wait_for(page, "#said", "Glute bridge")
    type_in(page, "i have four minutes")
    wait_for(page, "#routine-title", "sets of 7")
    until(page, "document.querySelector('audio').currentTime > 0")  # of the new guide
    seek(page, 140)
    wait_for(page, "#count-unit", "repetitions? left")
    type_in(page, "pause")
    wait_for(page, "#toggle-name", "Go on")
    place = [page.inner_text(part) for part in ("#movement", "#set", "#side")]
    type_in(page, "three reps")
    wait_for(page, "#routine-title", "sets of 3")
    assert [page.inner_text(part) for part in ("#movement", "#set", "#side")] == place
    type_in(page, "where am i")
    wait_for(page, "#said", "glute bridge")
    page.click("#toggle")
    wait_for(page, "#toggle-name", "Pause")
    assert page.inner_text("#movement") == place[0]


def test_an_end_for_pain(visit, service):
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


def test_by_keyboard(visit):
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


def test_by_headphones(visit):
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


def test_a_key_that_is_held_down(visit):
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


def test_the_focus_is_never_lost(visit):
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


def test_forgotten(visit):
    """Who was forgotten begins as somebody new, and is told nothing of cookies."""
    page = visit()
    type_in(page, "forget me")
    wait_to_see(page, "#replies")
    page.click("#replies [data-press=yes]")
    playwright.expect(page.locator("#replies")).to_be_hidden()
    type_in(page, "which routines are there")
    wait_for(page, "#said", "pre-run")
    assert "cookie" not in page.inner_text("main")


def test_a_button_that_is_refused(visit):
    """What the coach refuses is told in its words, and the sound goes on."""
    page = visit()
    start(page)
    page.fill("#words", "x" * 200)
    page.press("#words", "Enter")
    wait_for(page, "#said", "[a-z]{3}")
    until(page, "!document.querySelector('audio').paused")
