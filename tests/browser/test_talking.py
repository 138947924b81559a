"""Speaking to the coach, and answers that are read aloud."""

from tests.browser.chromium import (
    RECOGNITION,
    VOICE,
    is_paused,
    playwright,
    seek,
    start,
    type_in,
    until,
    wait_for,
    wait_to_see,
)

NO_RECOGNITION = "delete globalThis.SpeechRecognition; delete globalThis.webkitSpeechRecognition;"


def test_what_is_heard_is_done(visit):
    """While the coach listens the sound waits; what it has heard is shown and done."""
    page = visit(script=RECOGNITION)
    start(page)
    page.evaluate("told.push({ words: 'other side' })")
    page.click("#listen")
    wait_for(page, "#heard", "other side")
    wait_for(page, "#side", "right")
    until(page, "!document.querySelector('audio').paused")


def test_speaking_while_an_answer_is_read(visit):
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


def test_a_question_is_listened_for(visit):
    """Asked something in answer to speech, nobody has to press anything to answer."""
    page = visit(script=RECOGNITION)
    page.evaluate("told.push({ words: 'forget me' })")
    page.click("#listen")
    wait_to_see(page, "#replies")
    until(page, "document.querySelector('#listen').ariaPressed === 'true'")
    with page.expect_request(lambda asked: '"say":"no"' in (asked.post_data or "")):
        page.evaluate("microphone.hear({ words: 'no' })")
    playwright.expect(page.locator("#replies")).to_be_hidden()


def test_pressing_as_the_microphone_opens(visit):
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


def test_what_cannot_be_heard(visit):
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


def test_answers_are_read_aloud(visit):
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


def test_what_is_chosen_while_the_page_opens(visit, address):
    """The greeting is not read, whenever it comes; and whether answers are is up to the runner."""
    page = visit("/healthz", script=VOICE)
    greeting = []
    page.route("**/coach", lambda route: greeting.append(route), times=1)  # noqa: PLW0108
    page.goto(address)
    until(page, lambda: greeting)
    page.click("#help-open")
    page.uncheck("#voice-on")
    page.click("#help-close")
    greeting.pop().continue_()
    page.wait_for_selector("body[data-ready]")
    type_in(page, "which routines are there")
    wait_for(page, "#said", "pre-run")
    assert page.evaluate("spoken") == []
    page.click("#help-open")
    page.check("#voice-on")
    page.click("#help-close")
    type_in(page, "which routines are there")
    until(page, "spoken.length === 1")


def test_no_recognition(visit):
    """A browser that cannot listen shows no microphone, and says what to do instead."""
    page = visit(script=NO_RECOGNITION)
    assert not page.is_visible("#listen")
    assert "Type and press" in page.inner_text("#ear-words")
