import io
import os
import pty
import re
import subprocess
import sys
from contextlib import closing, contextmanager

import pytest

from scripts.talk import main
from skill.bootstrap import build
from skill.settings import PROJECT, Settings
from skill.web import create_app
from tests.simulators.serving import served


@pytest.fixture(autouse=True)
def surroundings(monkeypatch, silent_audio, tmp_path):
    """Nothing outside the test's own folder is read or written."""
    for name in [name for name in os.environ if name.startswith("GLUTE_COACH_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GLUTE_COACH_AUDIO", str(silent_audio))
    monkeypatch.setenv("GLUTE_COACH_DATABASE", str(tmp_path / "runners.sqlite3"))


def talk(*lines, options=(), code=0):
    """Talk, and return what stands on the terminal."""
    out = io.StringIO()
    assert main(options, io.StringIO("".join(f"{line}\n" for line in lines)), out) == code
    return out.getvalue()


def test_a_whole_routine_is_played_by_skipping():
    """From the first words to the end: said, played, each step begun, on both sides."""
    screen = talk("start pre-run glute routine", ":skip 5m", ":skip 5m")
    assert 'told: "ask glute coach to start pre-run glute routine"' in " ".join(screen.split())
    assert " Coach  " in screen
    assert " Plays  /guides/pre-run.mp3 from 0:00 of " in screen
    for spot in ("Heel bridge", "Clam, left side", "Clam, right side", "Monster walk, to the left"):
        begun = [line for line in screen.splitlines() if spot in line and " begin " in line]
        assert begun, spot
        assert " left " in begun[0]
        assert begun[0].endswith("to go")
    assert screen.count("The guide has ended.") == 1


def test_that_the_name_was_added_is_said_once():
    """Whoever forgets "ask glute coach to" is told so the first time."""
    assert talk("start pre-run", "how long left").count("Alexa is told") == 1


def test_a_hold_shows_its_seconds():
    """The seconds left in a hold are on the screen after every turn."""
    screen = talk("start post-run stretch", *[":skip 1s"] * 90)
    seconds = [int(left) for left in re.findall(r"four, left side .* (\d+) s left ", screen)]
    assert seconds == sorted(seconds, reverse=True)
    assert {30, 29, 15, 2, 1} <= set(seconds)


def test_a_question_waits_and_silence_ends_it():
    """Alexa listens until something is typed, or until nothing is said on purpose."""
    screen = talk("open glute coach", ":silence", "open glute coach", ":skip 1m")
    assert screen.count("Alexa is listening.") == 2
    assert screen.count("Nobody answered: the conversation is over.") == 1


def test_a_device_without_a_player_is_coached_in_the_conversation():
    """Each step is a clip in the answer, named with its side."""
    screen = talk("start pre-run", "yes", options=["--no-player"])
    assert re.search(r"Plays  /guides/pre-run/0.mp3, \d:\d\d long: heel bridge", screen)
    assert re.search(r"Plays  /guides/pre-run/1.mp3, \d:\d\d long: clam, left side", screen)
    assert "Alexa is listening." in screen


def test_pause_and_silence_are_seen():
    """A paused guide is shown as silent, at its place."""
    screen = talk("start pre-run", ":skip 30s", "stop", ":skip 5m")
    assert screen.count("(silent)") == 2


def test_the_place_outlives_the_talk_unless_the_runner_is_new():
    """The next talk goes on where this one stopped; a new runner starts afresh."""
    talk("start pre-run", ":skip 30s", "stop")
    assert "heel bridge" in talk("open glute coach")
    assert "heel bridge" not in talk("open glute coach", options=["--new-runner"])


def test_another_database_has_other_runners(tmp_path):
    """Where places are kept can be chosen."""
    talk("start pre-run", ":skip 30s", "stop")
    elsewhere = ["--database", str(tmp_path / "other.sqlite3")]
    assert "heel bridge" not in talk("open glute coach", options=elsewhere)


REFUSED = {
    ":help": ":skip 40s",
    ":fly": "There is no :fly; there are :fail, :help",
    ":skip soon": "'soon' is no length of time",
    ":skip": "'' is no length of time",
    ":skip 0s": "'0s' is no length of time",
    ":skip 9999m": "'9999m' is no length of time up to a day",
    ":press": "there is no button ''; there are next",
    ":press next": "the buttons belong to whoever played last",
    ":silence": "the microphone is closed",
    ":fail": "nothing was played yet",
}
"""Commands of the terminal's own that cannot be obeyed, and why; and what they are."""


def test_a_command_that_cannot_be_obeyed_says_why():
    """The terminal's own commands explain themselves, and the talk goes on."""
    screen = talk(*REFUSED, "open glute coach")
    answers = re.split(r"You  ", screen)
    for (command, why), answer in zip(REFUSED.items(), answers[1:], strict=False):
        assert answer.startswith(f"{command}\n")
        assert why in " ".join(answer.split())
    assert "Coach  " in answers[len(REFUSED) + 1]


def test_buttons_weather_and_failures_can_be_tried():
    """What happens to an Echo without words has its commands too."""
    screen = talk("start pre-run", ":press next", ":weather", ":fail", ":json")
    assert screen.count(" Plays  /guides/pre-run.mp3") == 3
    assert '"type": "AudioPlayer.PlaybackStarted"' in screen


def test_time_that_is_skipped_has_passed_for_the_coach_too():
    """What was done before it was skipped is that long ago; and the next talk is never before."""
    did = ("start desk break", ":skip 5m", ":skip 20h")
    assert "20 hours ago" in talk(*did, "when did i last stretch")
    assert "20 hours ago" in talk(":skip 10h", *did, "when did i last stretch")
    assert "Less than an hour ago" in talk("when did i last stretch")
    assert "3 hours ago" in talk(":skip 3h", "when did i last stretch")
    assert "20 hours ago" in talk(*did, "when did i last stretch", options=["--new-runner"])


def test_the_talk_ends_with_quit():
    """What comes after :quit is not said."""
    assert " Coach  " not in talk(":quit", "open glute coach")


def test_a_skill_that_fails_is_heard_and_leaves_its_mark(monkeypatch):
    """An HTTP error does not end the talk, but makes its exit code 1."""
    monkeypatch.setattr("skill.web.LARGEST_REQUEST", 10)
    screen = talk("open glute coach", code=1)
    assert "There was a problem with the skill's response" in screen
    assert "HTTP 413" in screen


@pytest.mark.parametrize(
    ("variable", "value", "reason"),
    [
        ("GLUTE_COACH_AUDIO", "nowhere", "There is no rendered audio"),
        ("GLUTE_COACH_LOCALE", "xx-XX", "GLUTE_COACH_LOCALE takes en-US, not 'xx-XX'"),
        ("GLUTE_COACH_LANGUAGE", "en", "GLUTE_COACH_LANGUAGE is no setting"),
    ],
)
def test_a_talk_that_cannot_start_says_why(monkeypatch, capsys, variable, value, reason):
    """One sentence on the error stream, and exit code 1."""
    monkeypatch.setenv(variable, value)
    talk(code=1)
    assert reason in capsys.readouterr().err


def test_what_matters_to_servers_alone_stops_no_talk(monkeypatch):
    """A talk listens to nobody: it needs no port, and is not stopped by one that is none."""
    monkeypatch.setenv("GLUTE_COACH_PORT", "many")
    assert "Alexa is listening." in talk("open glute coach")


@pytest.fixture
def server(silent_audio, tmp_path):
    """A coach on a port of its own, taking unsigned requests."""
    database = tmp_path / "served.sqlite3"
    with running(Settings(unsigned=True, audio=silent_audio, database=database)) as address:
        yield address


@contextmanager
def running(settings):
    """Run a coach meanwhile; tell its address."""
    with (
        closing(build(settings)) as service,
        served(create_app(settings, service=service)) as address,
    ):
        yield address


def test_a_server_can_be_talked_to(server):
    """Everything goes over HTTP, and a recording that is here too still tells the place."""
    screen = talk("start pre-run", ":skip 30s", options=["--server", server])
    assert "Heel bridge" in screen
    assert " begin " in screen


def test_a_server_with_another_recording_tells_what_the_player_knows(server, monkeypatch):
    """Without the recording there are title, subtitle and times, and no guesses."""
    monkeypatch.setenv("GLUTE_COACH_AUDIO", "nowhere")
    screen = talk("start pre-run", ":skip 30s", "stop", options=["--server", server])
    assert "Pre-run routine: Heel bridge" in screen
    assert "(silent)" in screen
    assert " begin " not in screen


@pytest.mark.parametrize("skill_id", ["", "amzn1.ask.skill.another"])
def test_a_server_that_takes_only_signed_requests_is_named(
    silent_audio, tmp_path, capsys, skill_id
):
    """Whoever started it without --unsigned is told so, before anything is said to it."""
    settings = Settings(skill_id=skill_id, audio=silent_audio, database=tmp_path / "served.sqlite3")
    with running(settings) as server:
        assert "You" not in talk("open glute coach", options=["--server", server], code=1)
    assert "start it with ./scripts/serve --unsigned" in capsys.readouterr().err


def test_a_server_that_is_not_there_is_named(capsys):
    """Whoever forgot to start it is told how."""
    talk(options=["--server", "http://127.0.0.1:9"], code=1)
    assert "start one with ./scripts/serve --unsigned" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--server", "ftp://coach.example"], "is no address"),
        (["--server", "http://coach.example:many"], "is no address"),
        (["--server", "http://coach.example", "--database", "x"], "the server decides"),
        (["--new-runner", "--database", "x"], "not allowed with"),
    ],
)
def test_options_that_make_no_sense_are_refused(capsys, options, told):
    """A slip in the options is named before anything is tried."""
    with pytest.raises(SystemExit):
        talk(options=options)
    assert told in capsys.readouterr().err


def test_at_a_keyboard_time_passes_by_itself():
    """On a real terminal the guide plays on and tells each beat while nothing is typed."""
    keyboard, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "scripts.talk", "--new-runner"],
        cwd=PROJECT,
        stdin=terminal,
        stdout=subprocess.PIPE,
        text=True,
    )
    os.close(terminal)
    try:
        os.write(keyboard, b"start pre-run\n")
        seen = ""
        while "comes now" not in seen:
            seen += process.stdout.read(1)
        os.write(keyboard, b":quit\n")
        rest = process.stdout.read()
        process.wait(timeout=10)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        os.close(keyboard)
    assert process.returncode == 0
    assert "opening" in seen
    assert rest.rstrip().endswith("You")
