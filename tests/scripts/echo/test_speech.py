import pytest

from scripts.echo.errors import IllegalResponseError
from scripts.echo.speech import Clip, is_fetchable, read_speech
from tests.scripts.echo.scripted_skill import CLIP, LENGTHS, length_of

AUDIO = f'<audio src="{CLIP}"/>'


def read(ssml, **options):
    return read_speech("outputSpeech", {"type": "SSML", "ssml": ssml}, length_of, **options)


def test_words_and_clips_come_in_the_order_they_are_heard():
    """Markup is taken off; a clip stands where it sounds."""
    speech = read(f"<speak>Left   side.\n{AUDIO} Ready &amp; able?</speak>")
    assert speech.parts == ("Left side.", Clip(CLIP, LENGTHS[CLIP]), "Ready & able?")
    assert speech.words == "Left side. Ready & able?"
    assert speech.asks


def test_plain_text_is_taken_as_it_is():
    """PlainText has no markup: a bracket is a bracket."""
    plain = {"type": "PlainText", "text": "1 < 2"}
    assert read_speech("outputSpeech", plain, length_of).words == "1 < 2"


@pytest.mark.parametrize(
    ("ssml", "words"),
    [
        ("<speak><p>One.</p><p>Two.</p></speak>", "One. Two."),
        ('<speak>One<break time="10s"/>two</speak>', "One two"),
        ('<speak>One<break time="500ms" strength="strong"/>two</speak>', "One two"),
        ('<speak><sub alias="seconds">s</sub>, left</speak>', "seconds, left"),
        ('<speak><amazon:effect name="whispered">Psst</amazon:effect></speak>', "Psst"),
        ('<speak><emphasis level="strong">Now</emphasis>!</speak>', "Now!"),
    ],
)
def test_markup_that_alexa_knows_is_read(ssml, words):
    """Tags that Alexa knows leave the words that are heard."""
    assert read(ssml).words == words


@pytest.mark.parametrize(
    ("ssml", "rule"),
    [
        ("<speak>One & two</speak>", "not well-formed"),
        ("<speak>One<p>two</speak>", "not well-formed"),
        ("One", "not well-formed"),
        ("<speak>&nbsp;</speak>", "not well-formed"),
        ("<p>One</p>", "one <speak>"),
        ("<speak><speak>One</speak></speak>", "none inside it"),
        ("<speak><bold>One</bold></speak>", "<bold>, which Alexa does not know"),
        ('<speak>One<break time="11s"/></speak>', "10s at most"),
        ('<speak>One<break time="10001ms"/></speak>', "10s at most"),
        ('<speak>One<break time="soon"/></speak>', "10s at most"),
        ('<speak>One<break strength="long"/></speak>', "strength 'long'"),
        ('<speak><audio src="http://coach.example/x.mp3"/></speak>', "must come by https"),
        ("<speak><audio/></speak>", "must come by https"),
        ('<speak><audio src="https://coach.example/gone.mp3"/></speak>', "cannot be played"),
        (f"<speak>{AUDIO * 6}</speak>", "it may have 5"),
        ("<speak> </speak>", "says nothing"),
        (f"<speak>{'a' * 8000}</speak>", "fewer than 8000"),
        ('<!DOCTYPE speak [<!ENTITY a "b">]><speak>&a;</speak>', "document type"),
    ],
)
def test_markup_that_alexa_refuses_is_refused_with_the_rule(ssml, rule):
    """Each rule of SSML is named when it is broken."""
    with pytest.raises(IllegalResponseError, match=rule):
        read(ssml)


def test_clips_may_last_so_long_and_no_longer():
    """What counts is the sum of all clips of one answer."""
    assert len(read(f"<speak>{AUDIO * 5}</speak>", clips_limit=100_000).clips) == 5
    with pytest.raises(IllegalResponseError, match="lasts 100000 ms in all; it may last 99999"):
        read(f"<speak>{AUDIO * 5}</speak>", clips_limit=99_999)


@pytest.mark.parametrize("value", [None, "hello", {}, {"type": "SSML", "text": "One"}, {"type": 1}])
def test_speech_is_plain_text_or_ssml(value):
    """Anything else in the place of speech is refused."""
    with pytest.raises(IllegalResponseError, match="PlainText with text or SSML with ssml"):
        read_speech("outputSpeech", value, length_of)


@pytest.mark.parametrize("words", ["Ready?", 'She asked "ready?"', "Ready? \u201d"])
def test_a_question_is_a_question_within_quotes_too(words):
    """What counts is the last sentence that is heard."""
    assert read(f"<speak>{words}</speak>").asks


@pytest.mark.parametrize("ssml", ["Ready? Go.", f"Ready? {AUDIO}"])
def test_a_question_with_something_after_it_is_none(ssml):
    """Neither words nor a clip may follow the question."""
    assert not read(f"<speak>{ssml}</speak>").asks


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://coach.example/x.mp3", True),
        ("http://127.0.0.1:8080/x.mp3", True),
        ("http://localhost/x.mp3", True),
        ("http://coach.example/x.mp3", False),
        ("ftp://127.0.0.1/x.mp3", False),
        ("/x.mp3", False),
        ("https:///x.mp3", False),
        (None, False),
    ],
)
def test_alexa_fetches_by_https_or_from_this_machine(url, allowed):
    """A plain http address is allowed for local tries alone."""
    assert is_fetchable(url) is allowed
