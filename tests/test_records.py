"""Records: whatever a runner can be comes back as it was; whatever else was stored is named."""

import json
from datetime import UTC, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill.coaching.lines import LINES
from skill.coaching.movements import HOLD_SECONDS, REP_COUNTS, REP_SECONDS, Need, Side
from skill.coaching.plans import Choices, Detail
from skill.coaching.routines import SETS
from skill.coaching.runner import (
    LONGEST_HISTORY,
    Completed,
    Concern,
    Former,
    Phase,
    Progress,
    Question,
    Runner,
    SessionState,
)
from skill.coaching.schedules import Day, Schedule
from skill.coaching.timeline import Bookmark
from skill.coaching.values import replace
from skill.records import AT as SEPARATOR
from skill.records import BETWEEN, FORMAT, CorruptRecordError, decode, encode
from tests.alexa.recorded import places, with_value

AT = datetime(2026, 11, 20, 6, 41, 7, 250_000, tzinfo=UTC)
FULL = Runner(
    session=SessionState(
        phase=Phase.STEPPING,
        progress=Progress("post-run_h45_brief", Bookmark(2, -1_250)),
        asked=Question.NEXT_STEP,
        generation=7,
        talk=41,
        said={"paused": 2, "more": 1},
        voiced=True,
        hurt="lying-figure-four",
        concern=Concern.EMERGENCY,
        unwanted=frozenset({"pigeon"}),
        offered=("clam", "lunge"),
        wanted="skip-for-good",
    ),
    choices=Choices(
        hold_seconds=45,
        reps=10,
        rep_seconds=5,
        sets=2,
        detail=Detail.BRIEF,
        bed=True,
        countdown=False,
        tight=Side.LEFT,
        without=frozenset({Need.BAND, Need.KNEELING}),
        skipped=frozenset({"pigeon", "clam"}),
    ),
    waits=True,
    history=(Completed("pre-run", AT), Completed("gone_from-the-catalogue", AT)),
    cautioned=True,
    former=Former(
        Choices(hold_seconds=40),
        waits=True,
        plan_id="pre-run_h40",
        left=2,
        led_to="clam",
        hurt=True,
    ),
    proposed=Schedule((Day.TUESDAY, Day.FRIDAY), time(7, 30)),
    untold=("state-lost", "audio-failed"),
    done=("command-1", "command-2"),
)
PLAYING = replace(
    FULL,
    session=SessionState(
        Phase.PLAYING, Progress("pre-run", Bookmark(0, -1), AT), None, 1_795_000_000
    ),
)
UNTELLABLE = sorted(name for name, values in LINES.items() if not values)
COUNTS = st.integers(0, 2**40)
MOMENTS = st.datetimes(
    min_value=datetime(1970, 1, 2),  # noqa: DTZ001 - the zone is drawn beside it
    max_value=datetime(8999, 12, 30),  # noqa: DTZ001
    timezones=st.integers(-14 * 60, 14 * 60).map(
        lambda minutes: timezone(timedelta(minutes=minutes))
    ),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def sessions(draw):
    """Draw any session that does not contradict itself."""
    phase = draw(st.sampled_from(Phase))
    progress = None
    questions = {Question.WHICH_ROUTINE, Question.ANYTHING_ELSE}
    if phase is not Phase.IDLE:
        bookmarks = st.builds(Bookmark, st.integers(), st.integers())
        as_of = MOMENTS if phase is Phase.PLAYING else st.none()
        progress = draw(st.builds(Progress, st.text(), bookmarks, as_of))
        questions |= {Question.GO_ON}
    if phase is Phase.STEPPING:
        questions |= {Question.NEXT_STEP}
    asked = draw(st.none() | st.sampled_from(sorted(questions)))
    said = draw(st.dictionaries(st.sampled_from(sorted(LINES)), COUNTS, max_size=3))
    return SessionState(phase, progress, asked, draw(COUNTS), draw(COUNTS), said)


PLAN_IDS = st.text().filter(lambda text: BETWEEN not in text)
ENTRIES = st.builds(
    "{}{}{}".format, PLAN_IDS, st.just(SEPARATOR), PLAN_IDS | MOMENTS.map(datetime.isoformat)
)
RUNNERS = st.builds(
    Runner,
    session=sessions(),
    choices=st.builds(
        Choices,
        hold_seconds=st.none() | st.sampled_from(HOLD_SECONDS),
        reps=st.none() | st.sampled_from(REP_COUNTS),
        rep_seconds=st.none() | st.sampled_from(REP_SECONDS),
        sets=st.none() | st.sampled_from(SETS),
        detail=st.sampled_from(Detail),
        bed=st.booleans(),
        countdown=st.booleans(),
        tight=st.sampled_from([None, Side.LEFT, Side.RIGHT]),
        without=st.frozensets(st.sampled_from(Need)),
        skipped=st.frozensets(st.text(), max_size=3),
    ),
    waits=st.booleans(),
    history=st.lists(st.builds(Completed, PLAN_IDS, MOMENTS), max_size=4).map(tuple),
    cautioned=st.booleans(),
    former=st.none()
    | st.builds(
        Former,
        st.builds(Choices, bed=st.booleans(), tight=st.sampled_from([None, Side.LEFT])),
        st.booleans(),
        st.none() | st.just("pre-run_h40"),
    )
    | st.builds(
        Former,
        st.just(Choices()),
        st.booleans(),
        st.just("pre-run_h40"),
        st.integers(0, 9),
        st.sampled_from(["clam", "gone"]),
    ),
    proposed=st.none()
    | st.builds(
        Schedule, st.lists(st.sampled_from(Day), max_size=3).map(tuple), st.none() | st.times()
    ),
    untold=st.lists(st.sampled_from(UNTELLABLE), max_size=3).map(tuple),
    done=st.lists(st.text(min_size=1), max_size=4).map(tuple),
)


class TestRoundTrip:
    @given(RUNNERS)
    def test_any_runner_comes_back(self, runner):
        """A runner that was stored is read back equal, whatever their state."""
        assert decode(encode(runner)) == runner

    @pytest.mark.parametrize(
        "runner", [Runner(), FULL, PLAYING], ids=["newcomer", "everything set", "playing"]
    )
    def test_the_extremes_come_back(self, runner):
        """A newcomer and runners with every field set are read back equal."""
        assert decode(encode(runner)) == runner

    def test_a_newcomer_takes_no_room(self):
        """What is at its default is left out of the record."""
        assert json.loads(encode(Runner())) == {
            "format": FORMAT,
            "phase": "idle",
            "generation": 0,
            "turn": 0,
            "cautioned": False,
            "choices": {},
            "history": "",
        }

    def test_a_history_is_read_when_somebody_looks(self):
        """One in it that cannot be read costs nothing else."""
        written = "pre-run@2026-11-20T06:41:07.250000+00:00|desk@noon|desk@0001-01-01T00:00+14:00"
        document = json.loads(encode(Runner())) | {"history": written}
        runner = decode(json.dumps(document).encode())
        assert runner.history == (Completed("pre-run", AT),)
        assert json.loads(encode(runner))["history"] == written
        assert runner == decode(encode(runner))

    @given(st.lists(ENTRIES, min_size=1, max_size=4), st.booleans())
    def test_what_cannot_be_read_stays(self, entries, is_looked_at):
        """After one more routine, what stood in a history still stands there, readable or not."""
        document = json.loads(encode(Runner())) | {"history": BETWEEN.join(entries)}
        runner = decode(json.dumps(document).encode())
        read = tuple(runner.history) if is_looked_at else None
        runner = decode(encode(runner.completing("pre-run", AT)))
        written = json.loads(encode(runner))["history"].split(BETWEEN)
        assert written == [*entries, f"pre-run{SEPARATOR}{AT.isoformat()}"]
        assert runner.history[-1] == Completed("pre-run", AT)
        assert read in (None, runner.history[:-1])

    @pytest.mark.parametrize("is_stored", [True, False])
    def test_a_history_is_bounded(self, is_stored):
        """The oldest routines leave the history when it is full."""
        runner = Runner()
        for number in range(LONGEST_HISTORY + 5):
            runner = runner.completing(f"desk_h{number}", AT)
            if is_stored:
                runner = decode(encode(runner))
        done = decode(encode(runner)).history
        numbers = range(5, LONGEST_HISTORY + 5)
        assert done == tuple(Completed(f"desk_h{number}", AT) for number in numbers)

    def test_records_of_the_first_version_stay_readable(self):
        """A record as the first release wrote it is read for ever: this text must not change."""
        stored = (
            b'{"format":1,"phase":"paused","generation":7,"turn":12,"cautioned":true,'
            b'"choices":{"hold_seconds":45,"detail":"brief"},'
            b'"history":[["pre-run","2026-11-20T06:41:07.250000+00:00"]],'
            b'"plan":"post-run_h45_brief","step":2,"since_begin":11040}'
        )
        assert decode(stored) == Runner(
            session=SessionState(
                phase=Phase.PAUSED,
                progress=Progress("post-run_h45_brief", Bookmark(2, 11_040)),
                generation=7,
                talk=12,
            ),
            choices=Choices(hold_seconds=45, detail=Detail.BRIEF),
            history=(Completed("pre-run", AT),),
            cautioned=True,
        )


class TestOtherReleases:
    @pytest.mark.parametrize(
        ("change", "dropped"),
        [
            ({"asked": "a-question-of-tomorrow"}, {"asked": None}),
            ({"untold": ["a-line-of-tomorrow", "state-lost"]}, {"untold": ("state-lost",)}),
        ],
    )
    def test_what_is_fleeting_is_dropped(self, change, dropped):
        """A question or a line of another release does not cost the runner their history."""
        runner = decode(json.dumps(json.loads(encode(FULL)) | change).encode())
        assert runner.history == FULL.history
        for name, value in dropped.items():
            assert getattr(runner, name, None) == value or getattr(runner.session, name) == value


def test_a_concern_of_tomorrow():
    """What is of concern to another release keeps this one from playing, and costs no history."""
    document = json.loads(encode(FULL)) | {"concern": "a-concern-of-tomorrow"}
    runner = decode(json.dumps(document).encode())
    assert runner.history == FULL.history
    assert runner.session.concern is Concern.UNWELL


def test_releases_before_can_read_a_step_that_is_heard():
    """They refuse a moment of a step's, so it has a name of its own, which they pass over."""
    progress = Progress("post-run", Bookmark(1, 30_000), AT)
    stepping = Runner(session=SessionState(phase=Phase.STEPPING, progress=progress))
    document = json.loads(encode(stepping))
    assert "as_of" not in document
    assert decode(encode(stepping)) == stepping
    playing = replace(stepping, session=replace(stepping.session, phase=Phase.PLAYING))
    assert "as_of" in json.loads(encode(playing))


class TestCorruption:
    @pytest.mark.parametrize(
        ("stored", "named"),
        [
            (b"", "JSONDecodeError"),
            (b"\xff\xfe\x00", "Unicode"),
            (b"null", "NoneType"),
            (b"[]", "TypeError"),
            (b"{}", "format"),
            (b'{"format":3}', r"format 3, where \(1, 2\) are known"),
            (b"[" * 100_000, "RecursionError"),
            (b"9" * 5_000, "ValueError"),
        ],
        ids=["nothing", "no UTF-8", "null", "list", "empty", "format", "deep", "huge number"],
    )
    def test_what_is_no_record_is_named(self, stored, named):
        """Bytes that are no record of ours raise an error that says why."""
        with pytest.raises(CorruptRecordError, match=named):
            decode(stored)

    @pytest.mark.parametrize(
        "change",
        [
            {"phase": "flying"},
            {"phase": "idle"},
            {"phase": []},
            {"plan": 7},
            {"step": "2"},
            {"step": True},
            {"since_begin": 1.5},
            {"phase": "paused"},
            {"generation": -1},
            {"generation": None},
            {"turn": float("nan")},
            {"untold": [7]},
            {"untold": [[]]},
            {"untold": "state-lost"},
            {"untold": None},
            {"done": "command-1"},
            {"done": [7]},
            {"phase": "paused", "asked": "go-on", "as_of": "2026-11-20T06:41:07+00:00"},
            {"phase": "playing", "asked": "go-on", "as_of": "2026-11-20T06:41:07"},
            {"phase": "playing", "asked": "go-on", "as_of": 7},
            {"choices": {"hold_seconds": 9_999}},
            {"choices": {"hold_seconds": 30.0}},
            {"choices": {"pace": 4}},
            {"choices": {"detail": "endless"}},
            {"choices": {"bed": 1}},
            {"choices": {"tight": "both"}},
            {"choices": {"tight": "up"}},
            {"choices": {"without": ["wings"]}},
            {"choices": {"without": "band"}},
            {"choices": {"skipped": [7]}},
            {"choices": {"sets": 9}},
            {"choices": {"countdown": "loud"}},
            {"said": {"paused": "twice"}},
            {"said": {"paused": -1}},
            {"said": ["paused"]},
            {"proposed": []},
            {"proposed": [["someday"], None]},
            {"proposed": [[], "noon"]},
            {"waits": False},
            {"voiced": 1},
            {"former": 7},
            {"former": {"choices": {}, "waits": "no", "plan": None, "left": None, "led_to": None}},
            {"former": {"choices": {}, "waits": True, "plan": 7, "left": None, "led_to": None}},
            {"former": {"choices": {}, "waits": True, "plan": None, "left": 1.5, "led_to": "clam"}},
            {"former": {"choices": {}, "waits": True, "plan": None, "left": 1, "led_to": None}},
            {"choices": 7},
            {"history": 7},
            *({"history": nothing} for nothing in (None, False, 0, {})),
            {"history": "total rubbish"},
            {"history": "pre-run@2026-11-20T06:41:07+00:00|what is this"},
            {"history": [["pre-run", "0001-01-01T00:00:00+14:00"]]},
            {"history": [["pre-run"]]},
            {"history": [["pre-run", "yesterday"]]},
            {"history": [["pre-run", "2026-11-20T06:41:07"]]},
            {"history": [["pre-run", 7]]},
            {"history": [[7, "2026-11-20T06:41:07+00:00"]]},
        ],
        ids=json.dumps,
    )
    def test_what_contradicts_itself_is_refused(self, change):
        """One wrong or contradictory field makes the whole record corrupt."""
        document = json.loads(encode(FULL)) | change
        with pytest.raises(CorruptRecordError):
            decode(json.dumps(document).encode())

    @pytest.mark.parametrize("field", sorted(json.loads(encode(Runner()))))
    def test_what_is_missing_is_refused(self, field):
        """A record without one of its fixed fields is corrupt."""
        document = json.loads(encode(Runner()))
        del document[field]
        with pytest.raises(CorruptRecordError, match=field):
            decode(json.dumps(document).encode())

    @given(st.binary())
    def test_arbitrary_bytes(self, stored):
        """No bytes raise anything but the one error."""
        with pytest.raises(CorruptRecordError):
            decode(stored)

    @pytest.mark.parametrize("runner", [FULL, PLAYING], ids=["everything set", "playing"])
    @given(st.data())
    def test_anything_in_the_place_of_anything(self, runner, data):
        """A record altered anywhere is either refused or a valid runner that can be stored."""
        document = json.loads(encode(runner))
        path = data.draw(st.sampled_from(list(places(document))))
        stored = json.dumps(with_value(document, path, data.draw(JSON))).encode()
        try:
            runner = decode(stored)
        except CorruptRecordError:
            return
        assert decode(encode(runner)) == runner

    @given(st.integers(0, len(encode(FULL)) - 1), st.integers(0, 255))
    def test_one_byte_changed(self, place, byte):
        """A record with one byte changed is either refused or a valid runner."""
        stored = bytearray(encode(FULL))
        stored[place] = byte
        try:
            runner = decode(bytes(stored))
        except CorruptRecordError:
            return
        assert decode(encode(runner)) == runner
