"""The session manager: lost races, lost records, and a store that is away."""

import logging
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill import sessions
from skill.coaching import events
from skill.coaching.events import Event
from skill.coaching.lines import line
from skill.coaching.moments import Moment, Playhead
from skill.coaching.outcomes import Play
from skill.coaching.plans import Choices
from skill.coaching.runner import Completed, Phase, Question, Runner, SessionState
from skill.coaching.schedules import Day, Schedule
from skill.coaching.session import advance
from skill.coaching.values import replace
from skill.ports import InDoubtError, Stored, StoreError
from skill.records import decode, encode
from skill.sessions import ATTEMPTS, DOUBTS, Happening, Kept, SessionManager, storage_key
from skill.stores.memory import MemoryStore
from tests.coaching.scenes import GENERATION, NOW, PLAN, REPERTOIRE, moment, runner, session

USER = "amzn1.ask.account.ARUNNER"
KEY = storage_key(USER)
CORRUPT = b'{"format":1,"phase":"flying"}'
UNSPOKEN = moment(Phase.PLAYING, is_spoken=False)


class Watched(MemoryStore):
    """A store that counts what is asked of it, and can be away for any of it.

    `rivals` are written over the record, one before each save or deletion: somebody else was
    faster.
    """

    def __init__(self, *rivals: bytes, away: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.rivals = list(rivals)
        self.away = away
        self.calls: list[str] = []

    def load(self, key):
        self._note("load")
        return super().load(key)

    def save(self, key, document, replacing):
        self._note("save")
        if self.rivals:
            super().save(key, self.rivals.pop(0), replacing)
        super().save(key, document, replacing)

    def keep_aside(self, key, stored):
        self._note("keep_aside")
        super().keep_aside(key, stored)

    def delete(self, key, replacing):
        self._note("delete")
        if self.rivals:
            super().save(key, self.rivals.pop(0), replacing)
        super().delete(key, replacing)

    def put(self, document: bytes) -> None:
        """Put a document there, uncounted."""
        found = super().load(KEY)
        MemoryStore.save(self, KEY, document, found.version if found else None)

    @property
    def runner(self) -> Runner:
        """The runner who is remembered, uncounted."""
        return decode(super().load(KEY).document)

    def _note(self, call: str) -> None:
        self.calls.append(call)
        if call in self.away:
            raise StoreError(f"{call} is not to be had")


def handle(store, event, at):
    return SessionManager(store, REPERTOIRE).handle(USER, event, at)


def said(outcome) -> list[str]:
    """Return the ids of what is said, the question last."""
    asked = [outcome.ask.line] if outcome.ask else []
    return [line.id for line in (*outcome.lines, *asked)]


class TestRemembering:
    def test_a_newcomer_is_remembered(self):
        """What a command changed is stored when the outcome is there."""
        store = Watched()
        outcome = handle(store, events.Launch(), moment(Phase.IDLE))
        assert store.runner == outcome.runner
        assert store.runner.session.asked is Question.WHICH_ROUTINE

    def test_the_next_event_goes_on_from_there(self):
        """The second event finds what the first one left."""
        store = Watched()
        store.put(encode(runner(Phase.PAUSED)))
        outcome = handle(store, events.Resume(), moment(Phase.PAUSED))
        assert isinstance(outcome.player, Play)
        assert store.runner.session.generation == outcome.player.generation > GENERATION
        assert store.calls == ["load", "save"]

    @pytest.mark.parametrize(
        ("event", "at", "before"),
        [
            (events.PlaybackStarted(), UNSPOKEN, runner(Phase.PLAYING)),
            (events.PlaybackFinished(), replace(UNSPOKEN, playhead=None), runner(Phase.PLAYING)),
            (events.SessionEnded(), moment(Phase.PAUSED), runner(Phase.PAUSED)),
            (events.SessionEnded(), moment(Phase.IDLE), None),
            (events.PlaybackStopped(), moment(Phase.IDLE), None),
            (events.Help(), UNSPOKEN, runner(Phase.PLAYING)),
            (events.PlaybackStarted(), UNSPOKEN, runner(Phase.PLAYING).owing("audio-failed")),
        ],
        ids=[
            *("same place", "foreign", "hung up", "nobody hung up", "nobody", "silent question"),
            "still owing",
        ],
    )
    def test_what_changed_nothing_is_not_written(self, event, at, before):
        """Where the runner stays as they were, nothing is written, not even a first record."""
        store = Watched()
        if before:
            store.put(encode(before))
        handle(store, event, at)
        assert store.calls == ["load"]

    def test_runners_do_not_mix(self):
        """Two users have two records, and the keys do not tell who they are."""
        store = MemoryStore()
        manager = SessionManager(store, REPERTOIRE)
        for user in ("ada", "bo"):
            manager.handle(user, events.Launch(), moment(Phase.IDLE))
        keys = [key for key, _ in store.documents()]
        assert len(set(keys)) == 2
        assert not any(user in key for key in keys for user in ("ada", "bo"))


class TestRaces:
    def test_a_lost_race_is_decided_again(self):
        """Who was overtaken decides anew on what the faster one has written."""
        store = Watched(encode(runner(Phase.PAUSED, step=2)))
        store.put(encode(runner(Phase.PAUSED, step=0)))
        outcome = handle(store, events.NextStep(), replace(moment(Phase.PAUSED), playhead=None))
        assert store.runner.session.progress.bookmark.step == 3
        assert outcome.runner == store.runner
        assert store.calls == ["load", "save"] * 2

    def test_a_race_for_the_first_record(self):
        """A newcomer's first record does not overwrite one that came in between."""
        store = Watched(encode(runner(Phase.PAUSED)))
        handle(store, events.WhereAmI(), replace(moment(Phase.PAUSED), playhead=None))
        assert store.runner.session.phase is Phase.PAUSED

    def test_a_race_that_makes_the_event_void(self):
        """If the faster one has left nothing to change, nothing is written over it."""
        theirs = replace(runner(Phase.PLAYING), cautioned=False)
        store = Watched(encode(theirs))
        store.put(encode(runner(Phase.PAUSED, step=0)))
        handle(store, events.PlaybackStarted(), UNSPOKEN)
        assert store.runner == theirs
        assert store.calls == ["load", "save", "load"]

    def test_races_without_end(self, caplog):
        """Whoever loses every time is coached on all the same, from what was read last."""
        last = runner(Phase.PAUSED, step=2)
        store = Watched(*[encode(last)] * (2 * ATTEMPTS))
        store.put(encode(runner(Phase.PAUSED, step=0)))
        with caplog.at_level(logging.WARNING):
            outcome = handle(store, events.WhereAmI(), replace(moment(Phase.PAUSED), playhead=None))
        assert said(outcome) == ["where-working"]
        assert store.calls == ["load", "save"] * ATTEMPTS
        assert store.runner == last
        assert [record.levelname for record in caplog.records] == ["WARNING"]


class TestLostRecords:
    def test_the_runner_is_told_once_and_coached_on(self, caplog):
        """A record that cannot be read is kept aside, admitted once, and begun anew."""
        store = Watched()
        store.put(CORRUPT)
        with caplog.at_level(logging.ERROR):
            first = handle(store, events.WhereAmI(), moment(Phase.PLAYING))
        second = handle(store, events.WhereAmI(), moment(Phase.PLAYING))
        assert said(first) == ["state-lost", "where-working"]
        assert said(second) == ["where-working"]
        assert store.kept_aside == {(KEY, 1): CORRUPT}
        assert len(caplog.records) == 1

    def test_who_cannot_hear_it_is_told_later(self):
        """What a player tells in between does not use up the telling."""
        store = Watched()
        store.put(CORRUPT)
        for event in (events.PlaybackStarted(), events.NextStep(), events.PlaybackStopped()):
            assert not said(handle(store, event, UNSPOKEN))
        assert said(handle(store, events.Help(), moment(Phase.IDLE)))[0] == "state-lost"
        assert "state-lost" not in said(handle(store, events.Help(), moment(Phase.IDLE)))
        assert store.kept_aside == {(KEY, 1): CORRUPT}

    def test_a_lost_race_over_a_lost_record(self):
        """Of two who find the record broken, the slower goes on from what the faster wrote."""
        untold = encode(Runner().owing("state-lost"))
        store = Watched(untold)
        store.put(CORRUPT)
        assert said(handle(store, events.Help(), moment(Phase.IDLE)))[0] == "state-lost"
        assert store.kept_aside == {(KEY, 1): CORRUPT}

    def test_twice_in_a_row(self):
        """Each record that is lost is kept, and each loss is told."""
        store = Watched()
        for broken in (b"one", b"two"):
            store.put(broken)
            assert said(handle(store, events.Help(), moment(Phase.IDLE)))[0] == "state-lost"
        assert sorted(store.kept_aside.values()) == [b"one", b"two"]

    def test_nothing_is_replaced_that_is_not_kept(self):
        """Where the copy cannot be made, the broken record stays where it is."""
        store = Watched(away=("keep_aside",))
        store.put(CORRUPT)
        outcome = handle(store, events.WhereAmI(), moment(Phase.PLAYING))
        assert said(outcome) == ["where-working"]
        assert MemoryStore.load(store, KEY) == Stored(CORRUPT, 1)
        assert "save" not in store.calls


class TestForgetting:
    ASKED = runner(Phase.PAUSED, Question.FORGET_ME)

    @pytest.fixture
    def store(self):
        store = Watched()
        store.put(encode(self.ASKED))
        return store

    def test_the_record_is_deleted(self, store):
        """Who is forgotten has no record when the answer is there, and is a newcomer again."""
        outcome = handle(store, events.Yes(), moment(Phase.PAUSED))
        assert outcome.forgets
        assert said(outcome) == ["forgotten"]
        assert store.documents() == []
        assert store.calls == ["load", "delete"]
        again = handle(store, events.Launch(), moment(Phase.IDLE))
        assert said(again)[0] == "welcome"

    def test_a_lost_race(self, store):
        """What came in between is read, and deleted too."""
        store.rivals = [encode(runner(Phase.PAUSED, Question.FORGET_ME, step=2))]
        assert handle(store, events.Yes(), moment(Phase.PAUSED)).forgets
        assert store.documents() == []
        assert store.calls == ["load", "delete"] * 2

    def test_races_without_end(self, store):
        """Who loses every time is not told that they are forgotten."""
        store.rivals = [encode(self.ASKED)] * (2 * ATTEMPTS)
        outcome = handle(store, events.Yes(), moment(Phase.PAUSED))
        assert outcome.lines == (line("trouble-forgetting"),)
        assert not outcome.forgets
        assert store.calls == ["load", "delete"] * ATTEMPTS

    def test_a_lost_record(self, store):
        """What was kept aside of records that cannot be read goes too."""
        for broken in (CORRUPT, b"broken again"):
            store.put(broken)
            handle(store, events.Launch(), moment(Phase.IDLE))
        assert len(store.kept_aside) == 2
        handle(store, events.ForgetMe(), moment(Phase.IDLE))
        assert handle(store, events.Yes(), moment(Phase.IDLE)).forgets
        assert store.documents() == []
        assert store.kept_aside == {}

    def test_it_cannot_be_deleted(self, store):
        """What is not done is not said to be done: the runner hears of the trouble instead."""
        store.away = ("delete",)
        outcome = handle(store, events.Yes(), moment(Phase.PAUSED))
        assert outcome.lines == (line("trouble-forgetting"),)
        assert not outcome.forgets
        assert store.runner == self.ASKED

    def test_all_is_as_before(self, store):
        """Who cannot be forgotten just now is where they were, and unwell if they were."""
        manager = SessionManager(store, REPERTOIRE)
        store.away = ("load", "delete")
        for event in (events.Emergency(), events.ForgetMe(), events.Yes()):
            outcome = manager.handle(USER, event, moment(Phase.PLAYING))
        assert outcome.lines == (line("trouble-forgetting"),)
        outcome = manager.handle(USER, events.Resume(), moment(Phase.PLAYING))
        assert outcome.player is None
        assert outcome.ask.question is Question.WELL_AGAIN

    def test_nothing_can_be_read_either(self, store):
        """Nor is it with the question known by the device alone."""
        store.away = ("load",)
        asked = handle(store, events.ForgetMe(), moment(Phase.PAUSED))
        assert said(asked) == ["whether-to-forget"]
        carried = replace(moment(Phase.PAUSED), carried=asked.runner)
        outcome = handle(store, events.Yes(), carried)
        assert outcome.lines == (line("trouble-forgetting"),)
        assert store.runner == self.ASKED


class TestAStoreThatIsAway:
    @pytest.mark.parametrize("event", [events.WhereAmI(), events.NextStep(), events.Pause()])
    def test_it_cannot_be_read(self, event, caplog):
        """With nothing to be read, the coach goes on from what the player tells."""
        store = Watched(away=("load",))
        with caplog.at_level(logging.WARNING):
            outcome = handle(store, event, moment(Phase.PLAYING))
        told = advance(Runner(), event, moment(Phase.PLAYING), REPERTOIRE)
        assert outcome == replace(told, is_kept=False)
        assert outcome.runner.session.progress.plan_id == PLAN
        assert store.calls == ["load"]
        (record,) = caplog.records
        assert "load is not to be had" in record.getMessage()

    def test_it_cannot_be_read_and_nothing_plays(self):
        """With no store and no player the runner is asked for a routine, as a newcomer is."""
        outcome = handle(Watched(away=("load",)), events.Resume(), moment(Phase.IDLE))
        assert said(outcome) == ["nothing-on", "which-routine"]

    def test_it_cannot_be_written(self, caplog):
        """What was read is still known: a place that no player tells is gone on from."""
        store = Watched(away=("save",))
        store.put(encode(runner(Phase.PAUSED)))
        alone = replace(moment(Phase.PAUSED), playhead=None)
        with caplog.at_level(logging.WARNING):
            outcome = handle(store, events.Resume(), alone)
        assert said(outcome) == ["going-on"]
        assert isinstance(outcome.player, Play)
        assert outcome.player.generation > GENERATION
        assert store.runner == runner(Phase.PAUSED)
        assert store.calls == ["load", "save"]
        assert len(caplog.records) == 1

    def test_a_loss_that_could_not_be_written_is_told_again(self):
        """Who is told of a loss and cannot be remembered as told is told again, not never."""
        store = Watched(away=("save",))
        store.put(CORRUPT)
        for _ in range(2):
            outcome = handle(store, events.Help(), moment(Phase.IDLE))
            assert said(outcome)[0] == "state-lost"

    def test_it_comes_back(self):
        """What was missed is taken from the player's token as soon as the store is back."""
        store = Watched(away=("load", "save"))
        store.put(encode(runner(Phase.PAUSED, step=0)))
        played = handle(store, events.NextStep(), moment(Phase.PAUSED)).player
        store.away = ()
        playhead = replace(
            moment(Phase.PLAYING).playhead, generation=played.generation, offset=played.offset
        )
        handle(store, events.WhereAmI(), replace(moment(Phase.PLAYING), playhead=playhead))
        assert store.runner.session.generation == played.generation > GENERATION
        assert store.runner.session.progress.bookmark.step == 2

    def test_faults_of_ours_are_not_hidden(self):
        """Only a store's own errors are taken for a store that is away."""

        class Faulty(MemoryStore):
            def load(self, key):
                raise ZeroDivisionError(key)

        with pytest.raises(ZeroDivisionError):
            handle(Faulty(), events.Help(), moment(Phase.IDLE))

    @pytest.mark.parametrize("away", [("load", "save"), ("save",)], ids=["gone", "only read"])
    def test_what_it_missed_is_kept_at_the_next_chance(self, away):
        """When it is back, the first request that tells the place has it stored."""
        store = Watched(away=away)
        store.put(encode(runner(Phase.PLAYING)))
        moved = handle(store, events.NextStep(), moment(Phase.PLAYING))
        assert moved.runner.session.progress.bookmark.step == 2
        assert store.runner == runner(Phase.PLAYING)
        store.away = ()
        play = moved.player
        playhead = Playhead(PLAN, REPERTOIRE.digest, play.generation, play.offset + 3_000)
        handle(store, events.PlaybackStarted(), replace(UNSPOKEN, playhead=playhead))
        session = store.runner.session
        assert session.phase is Phase.PLAYING
        assert session.generation == play.generation
        assert session.progress.bookmark.step == 2


class InDoubt(Watched):
    """A store that writes, and whose answer is lost."""

    def save(self, key, document, replacing):
        super().save(key, document, replacing)
        raise InDoubtError("no answer")


class TestAWriteInDoubt:
    def test_a_wish_with_nothing_playing(self):
        """It is told as decided, and that it may not last: asked for again, it would come twice."""
        store = InDoubt()
        outcome = handle(store, events.HoldLonger(), moment(Phase.IDLE))
        assert said(outcome) == ["holds-set", "perhaps-not-kept", "which-one"]
        assert store.runner.choices == outcome.runner.choices

    def test_what_the_player_keeps(self):
        """Where the guide that plays has it, there is no doubt."""
        store = InDoubt()
        store.put(encode(runner(Phase.PLAYING)))
        outcome = handle(store, events.HoldLonger(), moment(Phase.PLAYING))
        assert "perhaps-not-kept" not in said(outcome)
        assert isinstance(outcome.player, Play)


class TestWhatADeviceCarries:
    """With the store away, a device hands in what it was given after the last event."""

    def carrying(self, phase: Phase, *happened: Event, store: Watched) -> Moment:
        """Have events happen, the device carrying what is not kept; return what it tells next."""
        at = moment(phase)
        for event in happened:
            outcome = handle(store, event, at)
            carried = None if outcome.is_kept else outcome.runner
            at = replace(moment(phase), carried=carried)
        return at

    def test_only_what_is_missed(self):
        """What is stored need not be carried."""
        assert handle(Watched(), events.Launch(), moment(Phase.IDLE)).is_kept
        assert handle(Watched(), events.SessionEnded(), moment(Phase.IDLE)).is_kept
        assert not handle(Watched(away=("load",)), events.Launch(), moment(Phase.IDLE)).is_kept
        assert not handle(Watched(away=("save",)), events.Launch(), moment(Phase.IDLE)).is_kept

    @pytest.mark.parametrize("away", [("load", "save"), ("save",)], ids=["gone", "only read"])
    def test_a_question(self, away):
        """What was asked is known as it is answered."""
        store = Watched(away=away)
        store.put(encode(runner(Phase.PLAYING)))
        at = self.carrying(Phase.PLAYING, events.ItHurts(), store=store)
        outcome = handle(store, events.Yes(), at)
        assert isinstance(outcome.player, Play)
        plan = outcome.player.timeline.plan
        assert outcome.player.timeline.at(outcome.player.offset).step.movement == plan.movements[1]

    def test_the_store_is_back(self):
        """What it has missed it is told, and what it knows of wishes and history stays."""
        known = replace(
            runner(Phase.PAUSED),
            choices=Choices(hold_seconds=45),
            history=(Completed("desk", NOW),),
        )
        store = Watched(away=("load",))
        store.put(encode(known))
        at = self.carrying(Phase.PAUSED, events.ForgetMe(), store=store)
        store.away = ()
        outcome = handle(store, events.No(), at)
        assert said(outcome) == ["not-forgotten"]
        assert outcome.is_kept
        assert (store.runner.choices, store.runner.history) == (known.choices, known.history)

    def test_played_on_elsewhere(self):
        """What another device has done since is not undone."""
        store = Watched(away=("load",))
        store.put(encode(runner(Phase.PAUSED)))
        at = self.carrying(Phase.PAUSED, events.ItHurts(), store=store)
        store.away = ()
        later = runner(Phase.PAUSED)
        later = replace(later, session=replace(later.session, generation=GENERATION + 50))
        store.put(encode(later))
        assert said(handle(store, events.Yes(), at)) == ["offer"]

    def test_done_to_the_end_since(self):
        """A routine that is over by now is not counted twice."""
        store = Watched(away=("save",))
        store.put(encode(runner(Phase.PLAYING)))
        carried = self.carrying(Phase.PLAYING, events.ItHurts(), store=store).carried
        store.away = ()
        handle(store, events.PlaybackFinished(), UNSPOKEN)
        assert len(store.runner.history) == 1
        late = replace(moment(Phase.IDLE), carried=carried)
        assert handle(store, events.Launch(), late).runner.session.phase is Phase.IDLE

    def test_reminders_under_way(self):
        """What was proposed is known as it is agreed to, and wording goes on from what was said."""
        store = Watched(away=("save",))
        store.put(encode(runner(Phase.PAUSED)))
        proposing = events.RemindMe(Schedule((Day.MONDAY,), time(7)))
        at = self.carrying(Phase.PAUSED, proposing, store=store)
        store.away = ()
        outcome = handle(store, events.Yes(), at)
        assert outcome.errand.schedule == Schedule((Day.MONDAY,), time(7))
        assert outcome.runner.session.talk == runner(Phase.PAUSED).session.talk

    def test_of_days_to_come(self):
        """What no clock of ours can have made is not taken up."""
        store = Watched()
        store.put(encode(runner(Phase.PAUSED)))
        carried = replace(
            runner(Phase.PAUSED, Question.SKIP_IT),
            session=replace(session(Phase.PAUSED, Question.SKIP_IT), generation=10**11),
        )
        at = replace(moment(Phase.PAUSED), carried=carried)
        assert said(handle(store, events.Yes(), at)) == ["offer"]


class TestWhatAProcessKeepsInMind:
    """What the store has missed, and no device carries, the same process still knows."""

    @pytest.fixture
    def store(self):
        store = Watched(away=("load", "save"))
        store.put(encode(runner(Phase.PLAYING)))
        return store

    @pytest.fixture
    def manager(self, store):
        return SessionManager(store, REPERTOIRE)

    @pytest.mark.parametrize("is_back", [True, False])
    def test_an_emergency(self, manager, store, is_back):
        """Nothing plays after it, whether the store is back by then or not."""
        manager.handle(USER, events.Emergency(), moment(Phase.PLAYING))
        store.away = () if is_back else store.away
        outcome = manager.handle(USER, events.Resume(), moment(Phase.PLAYING))
        assert outcome.player is None
        assert outcome.ask.question is Question.WELL_AGAIN

    def test_a_place_that_no_player_knows(self, manager, store):
        """Where the coach said that the place is kept, it is, and stored at the next chance."""
        at = replace(moment(Phase.PLAYING), has_player=False, playhead=None)
        store.away = ("save",)
        manager.handle(USER, events.NextStep(), at)
        store.away = ("load", "save")
        stopped = manager.handle(USER, events.Stop(), at)
        store.away = ()
        assert said(manager.handle(USER, events.Launch(), at)) == ["welcome-back", "offer"]
        assert store.runner.session.progress.bookmark == stopped.runner.session.progress.bookmark

    @pytest.mark.parametrize("harm", [events.FeelsWrong(), events.AskFirst(), events.ItHurts()])
    def test_harm_that_another_has_stored_since(self, manager, store, harm):
        """What one process keeps in mind does not undo what was told to another."""
        manager.handle(USER, events.Pause(), moment(Phase.PLAYING))
        store.away = ()
        told = handle(store, harm, moment(Phase.PLAYING)).runner.session
        asked = manager.handle(USER, events.Launch(), moment(Phase.PLAYING))
        assert asked.ask.question in {Question.WELL_AGAIN, Question.SKIP_IT}
        kept = store.runner.session
        assert (kept.hurt, kept.concern) == (told.hurt, told.concern)

    def test_once_it_is_stored(self, manager, store):
        """What is stored counts from then on, whoever has stored it."""
        manager.handle(USER, events.ItHurts(), moment(Phase.PLAYING))
        store.away = ()
        manager.handle(USER, events.SessionEnded(), UNSPOKEN)
        assert store.runner.session.hurt is not None
        store.put(encode(runner(Phase.IDLE)))
        assert said(manager.handle(USER, events.Launch(), moment(Phase.IDLE)))[0] == "welcome-back"

    def test_forgotten(self, manager, store):
        """Nothing is known any more of who is forgotten."""
        manager.handle(USER, events.Emergency(), moment(Phase.PLAYING))
        store.away = ()
        manager.handle(USER, events.ForgetMe(), moment(Phase.PAUSED))
        assert manager.handle(USER, events.Yes(), moment(Phase.PAUSED)).forgets
        outcome = manager.handle(USER, events.Launch(), moment(Phase.IDLE))
        assert said(outcome)[0] == "welcome"


class TestTime:
    def test_races_in_a_slow_store(self, monkeypatch):
        """Nobody who waits for an answer waits for races to be won, when the store is slow."""
        monkeypatch.setattr(sessions, "SECONDS", 0)
        store = Watched(*[encode(runner(Phase.PAUSED))] * 5)
        handle(store, events.Help(), moment(Phase.PAUSED))
        assert store.calls == ["load", "save"]


class TestTheWitness:
    @pytest.mark.parametrize(
        ("away", "event", "kept"),
        [
            ((), events.Pause(), Kept.SAVED),
            ((), events.PlaybackStarted(), Kept.UNCHANGED),
            (("load",), events.Pause(), Kept.AWAY),
            (("save",), events.Pause(), Kept.AWAY),
        ],
    )
    def test_what_it_is_told(self, away, event, kept):
        """It is told of each event: the runner before it and after it, and what the store did."""
        told: list[Happening] = []
        store = Watched(away=away)
        store.put(encode(runner(Phase.PLAYING)))
        manager = SessionManager(store, REPERTOIRE, told.append)
        outcome = manager.handle(USER, event, UNSPOKEN)
        before = Runner() if "load" in away else runner(Phase.PLAYING)
        assert told == [Happening(event, before, outcome.runner, kept)]

    def test_a_race_that_is_lost_every_time(self):
        """It is told once, that the store was too busy."""
        told: list[Happening] = []
        store = Watched(*[encode(runner(Phase.PAUSED))] * (2 * ATTEMPTS))
        SessionManager(store, REPERTOIRE, told.append).handle(
            USER, events.Help(), moment(Phase.PAUSED)
        )
        assert [happening.kept for happening in told] == [Kept.BUSY]

    def test_a_deletion(self):
        """It is told that a runner was deleted."""
        told: list[Happening] = []
        store = Watched()
        store.put(encode(runner(Phase.PAUSED, Question.FORGET_ME)))
        SessionManager(store, REPERTOIRE, told.append).handle(
            USER, events.Yes(), moment(Phase.PAUSED)
        )
        assert [happening.kept for happening in told] == [Kept.DELETED]


class TestWhoWasStoredLast:
    """A manager need not read whom it has stored itself, and is never wrong for it."""

    @pytest.fixture
    def store(self):
        store = Watched()
        store.put(encode(runner(Phase.PAUSED)))
        return store

    @pytest.fixture
    def manager(self, store):
        manager = SessionManager(store, REPERTOIRE)
        manager.handle(USER, events.Resume(), moment(Phase.PAUSED))
        store.calls.clear()
        return manager

    def test_they_are_written_at_once(self, manager, store):
        """What follows from what was stored is stored without looking."""
        manager.handle(USER, events.Pause(), moment(Phase.PLAYING))
        manager.handle(USER, events.Resume(), moment(Phase.PAUSED))
        assert store.calls == ["save", "save"]
        assert store.runner.session.phase is Phase.PLAYING

    def test_somebody_else_has_written(self, manager, store):
        """It is decided on what they have written, once that is found out."""
        store.put(encode(replace(store.runner, cautioned=True, untold=("audio-failed",))))
        outcome = manager.handle(USER, events.WhereAmI(), moment(Phase.PLAYING))
        assert said(outcome)[0] == "audio-failed"
        assert store.calls == ["save", "load", "save"]
        assert store.runner == outcome.runner

    def test_where_somebody_else_writes_they_are_read_first(self, manager, store):
        """To decide in vain costs more than to read; it is trusted anew when it proves right."""
        turns = [(events.Pause(), Phase.PLAYING), (events.Resume(), Phase.PAUSED)] * DOUBTS
        for event, phase in turns[:3]:
            store.put(encode(replace(store.runner, untold=())))
            store.calls.clear()
            manager.handle(USER, event, moment(phase))
        assert store.calls == ["load", "save"]
        store.calls.clear()
        for event, phase in turns[3:]:
            manager.handle(USER, event, moment(phase))
        assert store.calls == ["load", "save"] * DOUBTS + ["save"] * (len(turns) - 3 - DOUBTS)

    def test_a_doubt_that_is_confirmed(self, manager, store):
        """Each time it would have been wrong again, it has to be right as often as at first."""
        turns = [(events.Pause(), Phase.PLAYING), (events.Resume(), Phase.PAUSED)] * DOUBTS
        for place, (event, phase) in enumerate(turns):
            if place in {0, DOUBTS // 2}:
                store.put(encode(replace(store.runner, untold=())))
            store.calls.clear()
            manager.handle(USER, event, moment(phase))
            is_trusted = place > DOUBTS // 2 + DOUBTS
            assert store.calls == (["save"] if is_trusted else ["load", "save"]) or not place

    def test_nothing_changes_and_somebody_else_has_written(self, manager, store):
        """Where there is nothing to write, it is looked first."""
        gone = replace(store.runner, session=SessionState(generation=GENERATION + 9))
        store.put(encode(gone))
        outcome = manager.handle(USER, events.SessionEnded(), moment(Phase.PLAYING))
        assert outcome.runner == gone
        assert store.calls == ["load", "load"]

    def test_somebody_else_has_forgotten_them(self, manager, store):
        """They are a stranger then, as if nothing had ever been known."""
        store.delete(KEY, store.load(KEY).version)
        outcome = manager.handle(USER, events.NextStep(), moment(Phase.IDLE))
        assert said(outcome)[0] == "nothing-on"
        assert not outcome.runner.cautioned

    def test_a_wish_is_looked_up(self, manager, store):
        """What is to hold for longer is not promised unseen."""
        manager.handle(USER, events.LessTalking(), moment(Phase.PLAYING))
        assert store.calls == ["load", "save"]
        store.away = ("load",)
        store.calls.clear()
        idle = replace(moment(Phase.PAUSED), playhead=None)
        manager.handle(USER, events.Stop(), moment(Phase.PLAYING))
        outcome = manager.handle(USER, events.TellEverything(), replace(idle, has_player=False))
        assert said(outcome) == ["trouble"]

    def test_they_are_forgotten(self, manager, store):
        """Nothing of whom it has deleted is known to it any more."""
        manager.handle(USER, events.ForgetMe(), moment(Phase.PLAYING))
        manager.handle(USER, events.Yes(), moment(Phase.PLAYING))
        assert not store.documents()
        outcome = manager.handle(USER, events.WhereAmI(), moment(Phase.IDLE))
        assert said(outcome)[0] == "nothing-on"

    def test_only_so_many(self, store):
        """Of more runners than it keeps, those stored longest ago are read again."""
        manager = SessionManager(store, REPERTOIRE, cache_size=2)
        users = ("ada", "bo", "cy")
        for user in users:
            for event in (events.Launch(), events.Help(), events.Help()):
                manager.handle(user, event, moment(Phase.IDLE))
        store.calls.clear()
        for user in reversed(users):
            manager.handle(user, events.Help(), moment(Phase.IDLE))
        assert store.calls == ["save", "save", "load", "save"]

    @given(
        st.lists(
            st.tuples(
                st.integers(0, 1),
                st.sampled_from(
                    [
                        events.StartRoutine(REPERTOIRE.catalogue.routines["pre-run"]),
                        *(events.Launch(), events.NextStep(), events.Pause(), events.Resume()),
                        *(events.HoldLonger(), events.LessTalking(), events.Undo(), events.Stop()),
                        *(events.WhereAmI(), events.ForgetMe(), events.Yes(), events.No()),
                    ]
                ),
            ),
            max_size=12,
        )
    )
    def test_as_if_everyone_always_looked(self, happening):
        """Two processes that know whom they have stored leave what one leaves that always looks."""
        looking, knowing = MemoryStore(), MemoryStore()
        always = SessionManager(looking, REPERTOIRE, cache_size=0)
        managers = [SessionManager(knowing, REPERTOIRE) for _ in range(2)]
        at = moment(Phase.IDLE)
        for which, event in happening:
            expected = always.handle(USER, event, at)
            assert managers[which].handle(USER, event, at) == expected
        assert [stored.document for _, stored in knowing.documents()] == [
            stored.document for _, stored in looking.documents()
        ]
