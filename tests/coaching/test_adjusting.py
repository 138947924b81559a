"""Wishes: what a runner wants otherwise counts at once, lasts, and never loses the place."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from skill.coaching import events
from skill.coaching.errors import PlanError
from skill.coaching.events import Event
from skill.coaching.lines import WorkLeft
from skill.coaching.moments import Moment
from skill.coaching.movements import Hold, Need, Reps, Side
from skill.coaching.outcomes import Outcome, Play, PlayClip
from skill.coaching.plans import Choices, Detail, More, Plan, Step
from skill.coaching.runner import Phase, Progress, Question, Runner, SessionState
from skill.coaching.session import advance
from skill.coaching.timeline import BeatKind, Bookmark, Place, carried
from skill.coaching.values import replace
from tests.coaching.scenes import CATALOGUE, GENERATION, NOW, REPERTOIRE, plan_ids

FIVE_MINUTES = 300_000
A_FRAME = 24


def at(plan: str, step: int, since_begin: int, phase: Phase = Phase.PAUSED) -> Runner:
    """Return a runner at a place in a plan."""
    progress = Progress(plan, Bookmark(step, since_begin), NOW if phase is Phase.PLAYING else None)
    return Runner(SessionState(phase, progress, None, GENERATION), cautioned=True)


def act(before: Runner, event: Event, *, has_player: bool = True) -> Outcome:
    """Let an event happen just now."""
    return advance(before, event, Moment(NOW, has_player=has_player), REPERTOIRE)


def place_of(runner: Runner) -> Place:
    """Return the place a runner is at."""
    timeline = REPERTOIRE.timeline(runner.session.progress.plan_id)
    return timeline.at(timeline.offset_of(runner.session.progress.bookmark))


def said(outcome: Outcome) -> list[str]:
    """Return the ids of the lines that are said."""
    return [line.id for line in outcome.lines]


class TestHolds:
    @pytest.mark.parametrize(
        ("event", "seconds", "told"),
        [
            (events.HoldLonger(), 40, "holds-set"),
            (events.HoldShorter(), 20, "holds-set"),
            (events.HoldFor(45), 45, "holds-set"),
            (events.HoldFor(150), 120, "holds-bounded"),
            (events.HoldFor(5), 10, "holds-bounded"),
        ],
    )
    @pytest.mark.parametrize("phase", [Phase.PLAYING, Phase.PAUSED])
    def test_holds_change_at_once_and_for_good(self, phase, event, seconds, told):
        """Twelve seconds into a hold it is still twelve seconds, of a hold that long."""
        outcome = act(at("post-run", 1, 12_000, phase), event)
        place = place_of(outcome.runner)
        assert said(outcome) == [told]
        assert place.step.dose == Hold(seconds)
        assert (place.step.index, place.step.side) == (1, Side.RIGHT)
        assert abs(place.work_left - max(seconds * 1000 - 12_000, 0)) <= A_FRAME
        assert outcome.runner.choices.hold_seconds == seconds

    @pytest.mark.parametrize("seconds", [-5, 0, 241, 600, 5_400])
    def test_far_out_of_bounds_nothing_changes(self, seconds):
        """A hold of no time at all, or of ten minutes, was hardly meant: the bounds are told."""
        before = at("post-run", 1, 12_000, Phase.PLAYING)
        outcome = act(before, events.HoldFor(seconds))
        assert said(outcome) == ["holds-from-to"]
        assert (outcome.runner.choices, outcome.player) == (Choices(), None)

    @pytest.mark.parametrize("number", [-1, 0, 61, 100])
    def test_sets_far_out_of_bounds(self, number):
        """So it is with no repetitions at all, and with a hundred."""
        outcome = act(at("pre-run", 1, 2_000, Phase.PLAYING), events.RepsFor(number))
        assert said(outcome) == ["reps-from-to"]
        assert (outcome.runner.choices, outcome.player) == (Choices(), None)

    def test_what_was_held_long_enough_is_released(self):
        """A hold made shorter than it has lasted is over, and the next one is still to come."""
        outcome = act(at("post-run", 1, 25_000, Phase.PLAYING), events.HoldFor(20))
        place = place_of(outcome.runner)
        assert (place.step.index, place.work_left) == (1, 0)

    def test_longer_goes_on_from_the_hold_at_hand(self):
        """Holds of a routine with its own lengths grow from those."""
        outcome = act(at("desk", 0, 5_000), events.HoldLonger())
        assert place_of(outcome.runner).step.dose == Hold(30)

    def test_longer_than_fitted_is_not_shorter_for_good(self):
        """Today's shorter holds become longer; the longer ones liked for good stay."""
        liking = replace(at("post-run_h20", 1, 5_000), choices=Choices(hold_seconds=45))
        outcome = act(liking, events.HoldLonger())
        assert place_of(outcome.runner).step.dose == Hold(30)
        assert outcome.runner.choices.hold_seconds == 45

    def test_a_guide_on_another_device_is_left_alone(self):
        """A wish said to a device without a player does not start to play there."""
        outcome = act(
            at("post-run", 1, 12_000, Phase.PLAYING), events.LessTalking(), has_player=False
        )
        assert outcome.player is None
        assert outcome.runner.choices.detail is Detail.BRIEF

    def test_with_nothing_on_it_is_only_noted(self):
        """A wish made between two routines is in the next one."""
        outcome = act(Runner(cautioned=True), events.HoldFor(40))
        started = act(outcome.runner, events.StartRoutine(CATALOGUE.routines["post-run"]))
        assert started.runner.session.progress.plan_id == "post-run_h40"


class TestNoneHere:
    HOLDS = (
        events.HoldLonger(),
        events.HoldFor(20),
        events.SoftSound(),
        events.NoCountdown(),
        events.TighterSide(Side.LEFT),
    )

    @pytest.mark.parametrize("event", HOLDS)
    def test_a_wish_about_holds_where_there_are_none(self, event):
        """It is noted for another routine, and the coach owns up that it changes nothing here."""
        outcome = act(at("pre-run", 1, 9_000), event)
        assert said(outcome)[1:] == ["no-holds-here"]
        assert outcome.runner.choices != Choices()

    def test_a_pace_where_nothing_is_counted(self):
        """The same of repetitions."""
        outcome = act(at("post-run", 1, 9_000), events.CountSlower())
        assert said(outcome) == ["count-set", "no-reps-here"]

    @pytest.mark.parametrize("event", HOLDS)
    def test_where_there_are_some_or_nothing_is_on(self, event):
        """Nothing is owned up where it does change something, or where nothing is under way."""
        for before in (at("post-run", 1, 9_000), Runner(cautioned=True)):
            assert len(said(act(before, event))) == 1


class TestMore:
    def test_ten_more_seconds_now(self):
        """This hold lasts ten seconds longer, from the same second; the next does not."""
        outcome = act(at("post-run", 1, 12_000, Phase.PLAYING), events.MoreTime(10))
        place = place_of(outcome.runner)
        assert place.step.index == 1
        assert abs(place.work_left - 28_000) <= A_FRAME
        assert outcome.lines[0].values["left"] == WorkLeft(0, 10_000)
        plan = REPERTOIRE.timeline(outcome.runner.session.progress.plan_id).plan
        assert [step.dose.seconds for step in plan.steps] == [30, 40, 30, 30]
        assert outcome.runner.choices == Choices()

    def test_more_again(self):
        """Asked twice, it is twice as much longer."""
        once = act(at("post-run", 1, 12_000, Phase.PLAYING), events.MoreTime(10))
        twice = act(once.runner, events.MoreTime(None, 15))
        assert place_of(twice.runner).step.dose == Hold(55)

    def test_a_hold_that_is_over_goes_on(self):
        """After the release more seconds begin where it ended."""
        outcome = act(at("post-run", 1, 30_500, Phase.PLAYING), events.MoreTime(10))
        assert abs(place_of(outcome.runner).work_left - 10_000) <= A_FRAME

    @pytest.mark.parametrize(
        ("event", "count"),
        [
            (events.MoreTime(None, 3), 8),
            (events.MoreTime(10), 8),
            (events.MoreTime(), 7),
            (events.MoreTime(0), 5),
            (events.MoreTime(None, -5), 5),
            (events.MoreTime(None, 500), 30),
        ],
    )
    def test_more_of_a_set_is_repetitions(self, event, count):
        """Seconds become whole repetitions, no number two of them; there is a most."""
        outcome = act(at("pre-run", 1, 9_000, Phase.PLAYING), event)
        place = place_of(outcome.runner)
        assert place.step.dose == Reps(count, 4)
        assert place.reps_left == count - 2

    def test_more_than_a_step_can_hold(self):
        """Twenty more slow repetitions are as many as a step has room for."""
        outcome = act(at("daily-five_p8", 0, 20_000, Phase.PLAYING), events.MoreTime(None, 20))
        assert said(outcome) == ["more-bounded"]
        assert 8 < place_of(outcome.runner).step.dose.count < 28

    def test_a_longer_set_at_another_pace(self):
        """Three more, and then slower: the three more stay."""
        longer = act(at("daily-five", 0, 26_000, Phase.PLAYING), events.MoreTime(None, 3)).runner
        slower = act(longer, events.CountSlower()).runner
        assert place_of(slower).step.dose == Reps(11, 5)

    def test_there_is_a_longest(self):
        """Two minutes are the most; asked for more, nothing changes."""
        before = at("post-run_h120", 1, 12_000, Phase.PLAYING)
        outcome = act(before, events.MoreTime(10))
        assert said(outcome) == ["more-most"]
        assert outcome.runner.session.progress == before.session.progress

    def test_one_step_at_a_time_the_step_goes_on_for_so_long(self):
        """Where the coach waits, the clip is just what was asked for."""
        before = at("post-run", 1, 30_000, Phase.STEPPING)
        outcome = act(before, events.MoreTime(10), has_player=False)
        clip = outcome.player
        assert isinstance(clip, PlayClip)
        span = clip.timeline.spans[1]
        assert abs(span.release - clip.start - 10_000) <= A_FRAME

    def test_a_longer_hold_survives_another_wish(self):
        """Fewer words do not take the ten seconds away; another length of holds does."""
        longer = act(at("post-run", 1, 12_000), events.MoreTime(10)).runner
        brief = act(longer, events.LessTalking()).runner
        assert place_of(brief).step.dose == Hold(40)
        set_anew = act(longer, events.HoldFor(20)).runner
        assert place_of(set_anew).step.dose == Hold(20)


class TestCounting:
    @pytest.mark.parametrize(
        ("event", "pace"), [(events.CountSlower(), 5), (events.CountFaster(), 3)]
    )
    def test_the_same_repetition_at_another_pace(self, event, pace):
        """Half through the third repetition, it is half through the third repetition."""
        outcome = act(at("pre-run", 1, 10_000, Phase.PLAYING), event)
        place = place_of(outcome.runner)
        assert place.step.dose == Reps(5, pace)
        assert place.reps_left == 3
        assert outcome.runner.session.progress.bookmark.since_begin == 2_500 * pace

    @pytest.mark.parametrize(
        ("pace", "event"), [(8, events.CountSlower()), (3, events.CountFaster())]
    )
    def test_there_is_a_slowest_and_a_fastest(self, pace, event):
        """Beyond them the coach says so."""
        before = replace(at(f"pre-run_p{pace}", 1, 0), choices=Choices(rep_seconds=pace))
        outcome = act(before, event)
        assert said(outcome) == ["count-bounded"]
        assert outcome.runner.choices.rep_seconds == pace


class TestSides:
    def test_the_tighter_side_gets_one_more(self):
        """In the middle of the right side, the left comes once more after it."""
        outcome = act(at("post-run", 1, 12_000, Phase.PLAYING), events.TighterSide(Side.LEFT))
        place = place_of(outcome.runner)
        assert (place.step.side, place.work_left) == (Side.RIGHT, 18_000)
        steps = REPERTOIRE.timeline(outcome.runner.session.progress.plan_id).plan.steps
        assert [(s.side, s.extra) for s in steps[:3]] == [
            (Side.LEFT, False),
            (Side.RIGHT, False),
            (Side.LEFT, True),
        ]

    def test_even_again(self):
        """Without a tighter side the extra hold at hand is over, and nothing is done again."""
        before = replace(at("post-run_tight-left", 2, 12_000), choices=Choices(tight=Side.LEFT))
        outcome = act(before, events.EvenSides())
        place = place_of(outcome.runner)
        assert (place.step.movement.id, place.step.side) == ("pigeon", Side.LEFT)
        assert not place.beat.is_work
        assert outcome.runner.choices.tight is None

    def test_which_side_has_to_be_said(self):
        """Without a side the coach asks which."""
        outcome = act(at("post-run", 0, 0), events.TighterSide())
        assert outcome.ask.question is Question.WHICH_SIDE


class TestWithout:
    def test_another_movement_steps_in_at_once(self):
        """Who cannot kneel in the middle of pigeon goes on with what stands in for it."""
        outcome = act(at("post-run", 3, 12_000, Phase.PLAYING), events.Without(Need.KNEELING))
        place = place_of(outcome.runner)
        assert said(outcome) == ["without", "instead", "on-with", "how-to"]
        assert (place.step.movement.id, place.step.side) == ("stacked-leg", Side.RIGHT)
        assert not place.beat.is_work

    def test_the_guide_explains_what_it_can(self):
        """Stepping in on the first side, the guide itself gives the instructions."""
        outcome = act(at("post-run", 2, 12_000, Phase.PLAYING), events.Without(Need.KNEELING))
        assert said(outcome) == ["without", "instead", "on-with"]
        place = place_of(outcome.runner)
        assert place.beat is BeatKind.INSTRUCT

    def test_with_nothing_to_step_in_for_the_last_one_it_is_over(self):
        """Nothing that was done is done again: the routine ends, and counts."""
        outcome = act(at("glute-stretch", 9, 12_000, Phase.PLAYING), events.Without(Need.MAT))
        assert outcome.runner.session.phase is Phase.IDLE
        assert len(outcome.runner.history) == 1

    def test_what_is_not_concerned_goes_on(self):
        """The hold at hand loses no second if it needs none of it."""
        outcome = act(at("post-run", 1, 12_000, Phase.PLAYING), events.Without(Need.KNEELING))
        place = place_of(outcome.runner)
        assert (place.step.movement.id, place.work_left) == ("lying-figure-four", 18_000)

    def test_undone(self):
        """With the band back, the movement is back."""
        without = act(at("pre-run", 0, 0), events.Without(Need.BAND)).runner
        assert place_of(act(without, events.WithAgain(Need.BAND)).runner) == place_of(
            at("pre-run", 0, 0)
        )
        assert act(without, events.WithAgain()).runner.choices.without == frozenset()

    @pytest.mark.parametrize("routine", CATALOGUE.routines.values(), ids=lambda r: r.id)
    @pytest.mark.parametrize("need", Need)
    def test_nothing_needs_what_is_lacking(self, routine, need):
        """Whatever steps in does without it, and no movement comes twice."""
        plan = Plan(routine, CATALOGUE, Choices(without=frozenset({need})))
        assert all(need not in movement.needs for movement in plan.movements)
        assert len(plan.movements) == len(plan.portions)

    @pytest.mark.parametrize("routine", CATALOGUE.routines.values(), ids=lambda r: r.id)
    def test_every_routine_can_be_done_with_nothing(self, routine):
        """With no band, no chair, no mat and no kneeling something is left of each."""
        assert Plan(routine, CATALOGUE, Choices(without=frozenset(Need))).steps


class TestSkipping:
    def test_this_one_for_good(self):
        """The movement at hand is left, now and from now on."""
        outcome = act(at("post-run", 0, 12_000, Phase.PLAYING), events.SkipForGood())
        assert place_of(outcome.runner).step.movement.id == "pigeon"
        assert outcome.runner.choices.skipped == {"lying-figure-four"}

    def test_the_last_one_for_good_ends_the_routine(self):
        """There is nothing to go on with, and what was begun counts."""
        outcome = act(at("post-run", 3, 12_000, Phase.PLAYING), events.SkipForGood())
        assert outcome.runner.session.phase is Phase.IDLE
        assert len(outcome.runner.history) == 1
        assert outcome.runner.choices.skipped == {"pigeon"}

    def test_not_everything_can_be_skipped(self):
        """The only movement left stays, and the coach says so."""
        before = replace(
            at("post-run_skip-pigeon", 0, 12_000), choices=Choices(skipped=frozenset({"pigeon"}))
        )
        outcome = act(before, events.SkipForGood())
        assert said(outcome) == ["nothing-would-be-left"]
        assert outcome.runner.choices == before.choices
        assert outcome.runner.session.progress == before.session.progress

    def test_a_routine_of_which_nothing_is_left(self):
        """Who has skipped all of a routine elsewhere is told so and asked for another."""
        skipped = frozenset({"standing-figure-four", "seated-figure-four"})
        before = Runner(choices=Choices(skipped=skipped), cautioned=True)
        outcome = act(before, events.StartRoutine(CATALOGUE.routines["desk"]))
        assert said(outcome) == ["nothing-left"]
        assert outcome.ask.question is Question.WHICH_ROUTINE

    def test_back_again(self):
        """The one that was skipped comes back by itself; of several, the coach asks which."""
        one = Runner(choices=Choices(skipped=frozenset({"clam"})), cautioned=True)
        assert act(one, events.BringBack()).runner.choices.skipped == frozenset()
        two = Runner(choices=Choices(skipped=frozenset({"clam", "pigeon"})), cautioned=True)
        asked = act(two, events.BringBack())
        assert asked.ask.question is Question.WHAT_TO_BRING_BACK
        named = act(asked.runner, events.BringBack(CATALOGUE.movements["pigeon"]))
        assert named.runner.choices.skipped == {"clam"}
        other = act(two, events.BringBack(CATALOGUE.movements["squat"]))
        assert said(other) == ["not-skipped"]


class TestEasier:
    def test_the_easier_form_at_the_same_place(self):
        """Pigeon becomes the lying figure four, on the side the runner is on."""
        outcome = act(at("post-run", 3, 12_000, Phase.PLAYING), events.EasierForm())
        place = place_of(outcome.runner)
        assert (place.step.movement.id, place.step.side) == ("lying-figure-four", Side.RIGHT)
        assert isinstance(outcome.player, Play)
        assert outcome.runner.choices == Choices()

    def test_not_easier_and_not_harder(self):
        """Who wants an easier form and then never that one either, is not sent back."""
        once = act(at("pre-run", 5, 1_000), events.EasierForm()).runner
        assert place_of(once).step.movement.id == "glute-bridge"
        never = act(once, events.SkipForGood()).runner
        assert place_of(never).step.movement.id not in {"kick-back", "glute-bridge"}

    def test_easier_and_easier(self):
        """A lunge becomes a squat, and the squat a bridge."""
        once = act(at("strength", 7, 1_000), events.EasierForm())
        assert place_of(once.runner).step.movement.id == "squat"
        assert place_of(act(once.runner, events.EasierForm()).runner).step.movement.id == (
            "glute-bridge"
        )

    def test_some_are_only_made_smaller(self):
        """Where there is no easier movement, the coach tells how, and the place stays."""
        before = at("pre-run", 1, 9_000, Phase.PLAYING)
        outcome = act(before, events.EasierForm())
        assert said(outcome) == ["easier"]
        assert outcome.player is None

    def test_after_pain_only_when_asked(self):
        """It hurts stops and asks; easier, in answer, goes on with the easier form."""
        hurt = act(at("post-run", 3, 12_000, Phase.PLAYING), events.ItHurts())
        assert hurt.runner.session.phase is Phase.PAUSED
        outcome = act(hurt.runner, events.EasierForm())
        assert outcome.runner.session.phase is Phase.PLAYING
        assert place_of(outcome.runner).step.movement.id == "lying-figure-four"

    def test_while_paused_it_waits(self):
        """Paused for another reason, the easier form is noted and nothing starts to play."""
        outcome = act(at("post-run", 3, 12_000), events.EasierForm())
        assert outcome.player is None
        assert outcome.runner.session.phase is Phase.PAUSED


class TestWaiting:
    def test_from_the_second_it_is_at(self):
        """Wait for me in the middle of a hold stops the guide and goes on from there as a clip."""
        outcome = act(at("post-run", 1, 12_000, Phase.PLAYING), events.WaitForMe())
        clip = outcome.player
        assert isinstance(clip, PlayClip)
        assert clip.stopping
        assert clip.timeline.at(clip.start).work_left == 18_000
        assert outcome.runner.waits
        assert outcome.ask.question is Question.NEXT_STEP

    def test_and_back(self):
        """Run on goes on with the next step, as a guide."""
        waiting = act(at("post-run", 0, 12_000, Phase.PLAYING), events.WaitForMe()).runner
        outcome = act(waiting, events.RunOn())
        assert isinstance(outcome.player, Play)
        assert place_of(outcome.runner).step.index == 1
        assert not outcome.runner.waits

    def test_it_lasts(self):
        """The next routine is coached a step at a time too."""
        waiting = act(Runner(cautioned=True), events.WaitForMe()).runner
        outcome = act(waiting, events.StartRoutine(CATALOGUE.routines["desk"]))
        assert isinstance(outcome.player, PlayClip)
        assert outcome.runner.session.phase is Phase.STEPPING

    def test_a_device_without_a_player_cannot_run_on(self):
        """It says so, and the wish is kept for a device that can."""
        before = replace(at("post-run", 0, 30_000, Phase.STEPPING), waits=True)
        outcome = act(before, events.RunOn(), has_player=False)
        assert said(outcome) == ["cannot-run-on"]
        assert not outcome.runner.waits

    def test_a_movement_left_out_is_not_counted_as_done(self):
        """Between two sides, what steps in for the movement is offered on the side to come."""
        before = replace(at("post-run", 2, 30_000, Phase.STEPPING), waits=True)
        outcome = act(before, events.Without(Need.KNEELING))
        assert outcome.ask.line.values["spot"].movement.id == "stacked-leg"
        played = act(outcome.runner, events.Yes())
        assert played.player.timeline.plan.steps[played.player.step].movement.id == "stacked-leg"


class TestTime:
    def test_a_routine_made_to_fit(self):
        """Ten minutes of a routine last ten minutes, to a tenth."""
        event = events.FitTime(CATALOGUE.routines["glute-stretch"], time=2 * FIVE_MINUTES)
        outcome = act(Runner(cautioned=True), event)
        assert abs(outcome.player.timeline.duration - 600_000) <= 60_000
        assert outcome.runner.choices == Choices()

    def test_whatever_fits(self):
        """With just minutes, the routine that needs least change is started."""
        outcome = act(Runner(cautioned=True), events.FitTime(time=FIVE_MINUTES))
        assert outcome.player.timeline.plan.routine.id == "daily-five"

    def test_what_is_left_out_is_said(self):
        """Movements that do not fit are named."""
        event = events.FitTime(CATALOGUE.routines["glute-stretch"], time=180_000)
        outcome = act(Runner(cautioned=True), event)
        assert said(outcome) == ["fitted-without", "fitted-by"]
        named = outcome.lines[0].values["movements"].members
        assert named == outcome.player.timeline.plan.left_out

    @pytest.mark.parametrize(
        ("asked", "taken"), [(60_000, 180_000), (0, 180_000), (3_000_000, 1_200_000)]
    )
    def test_bounds(self, asked, taken):
        """Less than three and more than twenty minutes are brought to those, and that is said."""
        outcome = act(Runner(cautioned=True), events.FitTime(time=int(asked)))
        assert outcome.lines[0].id == "time-bounded"
        assert abs(outcome.player.timeline.duration - taken) <= taken / 10

    @pytest.mark.parametrize("routine", [None, CATALOGUE.routines["desk"]])
    def test_in_two_hours(self, routine):
        """Two hours are no length of a routine, and nothing begins: there are reminders."""
        event = events.FitTime(routine, time=7_200_000)
        outcome = act(Runner(cautioned=True), event)
        assert said(outcome) == ["too-much-time"]
        assert outcome.player is None
        under_way = at("pre-run", 1, 2_000, Phase.PLAYING)
        outcome = act(under_way, event)
        assert said(outcome) == ["too-much-time"]
        assert outcome.runner.session.progress == under_way.session.progress

    def test_the_rest_from_here(self):
        """In the middle of a routine, what is left fits, and the place stays."""
        before = at("glute-stretch", 4, 12_000, Phase.PLAYING)
        outcome = act(before, events.FitTime(time=180_000))
        place = place_of(outcome.runner)
        assert (place.step.movement.id, place.step.side) == ("stacked-leg", Side.RIGHT)
        assert abs(place.routine_left - 180_000) <= 18_000

    @pytest.mark.parametrize("minutes", [3, 20])
    def test_between_two_steps(self, minutes):
        """Where the coach waits it asks for the next step; what was heard is not played again."""
        before = replace(at("glute-stretch", 4, 30_000, Phase.STEPPING), waits=True)
        outcome = act(before, events.FitTime(time=minutes * 60_000))
        assert outcome.player is None
        assert outcome.ask.question is Question.NEXT_STEP

    @pytest.mark.parametrize("minutes", [2, 20])
    def test_after_pain_nothing_plays(self, minutes):
        """Time is no reason to go on with what hurts: the question stays open."""
        hurt = act(at("glute-stretch", 4, 12_000, Phase.PLAYING), events.ItHurts()).runner
        outcome = act(hurt, events.FitTime(time=minutes * 60_000))
        assert outcome.player is None
        assert outcome.ask.question is Question.SKIP_IT

    def test_an_unknown_routine_is_asked_about(self):
        """Ten minutes of what we do not have starts nothing."""
        outcome = act(Runner(cautioned=True), events.FitTime(heard="yoga", time=600_000))
        assert outcome.ask.line.id == "unknown-routine"

    def test_zero_seconds_are_an_answer_too(self):
        """How many seconds? Zero: that is no hold, and no other routine."""
        asked = act(at("post-run", 1, 12_000, Phase.PLAYING), events.HoldFor()).runner
        outcome = act(asked, events.FitTime(time=0))
        assert said(outcome) == ["holds-from-to"]
        assert outcome.runner.choices == Choices()

    @pytest.mark.parametrize("minutes", [10, 20, 30, 60])
    def test_time_enough(self, minutes):
        """With more time than is needed nothing is changed, and no limit to planning is told."""
        before = at("post-run", 1, 12_000, Phase.PLAYING)
        outcome = act(before, events.FitTime(time=minutes * 60_000))
        assert said(outcome) == ["rest-fits"]
        assert outcome.player is None

    def test_time_enough_for_more_than_can_be_planned(self):
        """Who has thirty minutes keeps all that is left, be it over twenty."""
        slow = replace(at("strength_p8", 0, 0), choices=Choices(rep_seconds=8))
        outcome = act(slow, events.FitTime(time=6 * FIVE_MINUTES))
        assert said(outcome) == ["rest-fits"]
        assert place_of(outcome.runner).routine_left > 20 * 60_000

    @pytest.mark.parametrize(
        ("step", "told"),
        [
            (3, ["time-bounded", "rest-fits"]),
            (0, ["time-bounded", "rest-fitted-without", "fitted-by"]),
        ],
    )
    def test_too_little_time(self, step, told):
        """The fewest minutes there can be are told where no others are enough."""
        outcome = act(at("post-run", step, 12_000), events.FitTime(time=0))
        assert said(outcome) == told


def test_what_is_no_part_of_the_routine_is_not_brought_back():
    """Of a movement that this routine does not have, and nobody left out, just that is told."""
    outcome = act(
        at("desk", 1, 2_000, Phase.PLAYING), events.BringBack(CATALOGUE.movements["pigeon"])
    )
    assert said(outcome) == ["not-in-routine"]


class TestSettings:
    def test_asked_and_undone(self):
        """What was set is told, and back to the usual it is as it comes, at the same place."""
        wishing = replace(
            at("post-run_h45_brief", 1, 12_000),
            choices=Choices(hold_seconds=45, detail=Detail.BRIEF),
            waits=True,
        )
        told = act(wishing, events.MySettings())
        assert told.lines[0].values["wishes"].choices == wishing.choices
        usual = act(wishing, events.UsualSettings()).runner
        assert (usual.choices, usual.waits) == (Choices(), False)
        assert place_of(usual).work_left == 18_000
        assert said(act(usual, events.MySettings())) == ["settings-none"]


@st.composite
def changes(draw) -> tuple[Plan, Step, int, Plan]:
    """Draw a place in a plan, and another plan of the same routine."""
    plans = []
    for _ in range(2):
        plan_id = draw(plan_ids())
        plans.append(laid_out(plan_id))
    old = plans[0]
    new = replace(plans[1], routine=old.routine, more=None)
    assume(new.portions)
    step = draw(st.sampled_from(old.steps))
    since = draw(st.integers(-20_000, step.length + 5_000))
    return old, step, since, new


def laid_out(plan_id: str) -> Plan:
    """Return a plan that can be laid out; give the example up otherwise."""
    try:
        return REPERTOIRE.timeline(plan_id).plan
    except PlanError:
        assume(condition=False)
        raise


@given(changes())
def test_a_change_keeps_the_place(change):
    """The same movement goes on where it was; another is not begun before its instructions."""
    old, step, since, new = change
    try:
        timeline = REPERTOIRE.timeline(new.id)
    except PlanError:
        assume(condition=False)
    bookmark = carried(Bookmark(step.index, since), REPERTOIRE.timeline(old.id), timeline)
    if bookmark is None:
        assert all(own.part <= step.part for own in new.steps)
        return
    now = timeline.plan.steps[bookmark.step]
    place = timeline.at(timeline.offset_of(bookmark))
    assert now.part >= step.part
    if now.movement != step.movement or now.part != step.part:
        assert bookmark.since_begin < 0
        return
    assert now.extra is step.extra
    if now.set_number == step.set_number:
        assert now.side is step.side
    if since >= step.length + A_FRAME:
        assert place.step.index > now.index or place.work_left == 0
    elif 0 < since < min(step.length, now.length) - A_FRAME and isinstance(now.dose, Hold):
        assert bookmark.since_begin == since
    elif 0 < since < step.length - A_FRAME and isinstance(now.dose, Reps):
        done = since // (step.dose.seconds_each * 1000)
        if done < now.dose.count:
            assert bookmark.since_begin // (now.dose.seconds_each * 1000) == done
        else:
            assert now.length - bookmark.since_begin <= A_FRAME


def test_one_step_longer_is_in_the_id():
    """The longer step is part of the plan, and comes back from its id."""
    plan = Plan(CATALOGUE.routines["post-run"], CATALOGUE, more=More(1, 10))
    assert plan.id == "post-run_more10at1"
    assert REPERTOIRE.timeline(plan.id).plan == plan
