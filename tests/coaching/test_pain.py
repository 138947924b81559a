"""Pain: what was said to hurt starts again by a wish for it alone, in every plan, at every step."""

from collections.abc import Iterator

import pytest

from skill.coaching import events, pain
from skill.coaching.events import Command, Event
from skill.coaching.moments import Moment, Playhead
from skill.coaching.movements import Need, Side
from skill.coaching.outcomes import Outcome, Play, PlayClip
from skill.coaching.plans import Plan
from skill.coaching.runner import Concern, Phase, Progress, Question, Runner, SessionState
from skill.coaching.session import advance
from skill.coaching.timeline import Bookmark
from skill.coaching.values import replace
from tests.coaching.scenes import CATALOGUE, EVENTS, GENERATION, NOW, REPERTOIRE

AT = Moment(NOW)
MINUTES = 60_000
WAYS: dict[str, tuple[Event, ...]] = {
    "yes": (events.Yes(),),
    "next": (events.NextStep(),),
    "next movement": (events.NextMovement(),),
    "what was that": (events.Repeat(), events.Yes()),
    "no, and back another day": (events.No(), events.Launch(), events.Yes()),
    "no, then next": (events.No(), events.NextStep()),
    "an aside": (events.HowLongLeft(), events.Yes()),
    "a movement nobody knows": (events.HowTo(heard="handstand"), events.Repeat(), events.Yes()),
    "a reminder declined": (events.RemindMe(), events.No(), events.Launch(), events.Yes()),
    "little time": (events.FitTime(time=4 * MINUTES), events.Yes()),
    "no, and little time": (events.No(), events.FitTime(time=4 * MINUTES)),
    "something lacking after all": (
        events.Without(Need.MAT),
        events.Undo(),
        events.Launch(),
        events.Yes(),
    ),
    "out of reach": (events.OutOfReach(), events.Yes()),
}
SETTLED = {f"{concern}-settled" for concern in Concern}
"""What is said after "it hurts", none of it a wish for what did."""


def plans() -> Iterator[Plan]:
    """Yield every routine as it is, and with all made easier that can be."""
    for routine in CATALOGUE.routines.values():
        yield Plan(routine, CATALOGUE)
        easier = frozenset(m.id for m in CATALOGUE.movements.values() if m.easier)
        yield Plan(routine, CATALOGUE, easier=easier)


def hurting(plan: Plan, step: int, event: Event = events.ItHurts()) -> Runner:  # noqa: B008
    """Return a runner who says in the middle of a step that it hurts, or worse."""
    progress = Progress(plan.id, Bookmark(step, 1_000), NOW)
    playing = SessionState(Phase.PLAYING, progress, generation=GENERATION)
    return advance(Runner(session=playing, cautioned=True), event, AT, REPERTOIRE).runner


def outcomes(runner: Runner, way: tuple[Event, ...]) -> Iterator[Outcome]:
    """Yield what follows from some events, one after the other."""
    for event in way:
        outcome = advance(runner, event, AT, REPERTOIRE)
        runner = outcome.runner
        yield outcome


def movement_played(outcome: Outcome) -> str | None:
    """Return the movement that an outcome begins to play."""
    match outcome.player:
        case Play(timeline, offset):
            return timeline.at(offset).step.movement.id
        case PlayClip(timeline, step):
            return timeline.plan.steps[step].movement.id
        case _:
            return None


@pytest.mark.parametrize("plan", list(plans()), ids=lambda plan: plan.id)
@pytest.mark.parametrize("way", WAYS)
def test_it_does_not_start_again(plan, way):
    """Whatever plays from then on begins with another movement."""
    for step in plan.steps:
        runner = hurting(plan, step.index)
        assert runner.session.hurt == step.movement.id
        played = map(movement_played, outcomes(runner, WAYS[way]))
        assert step.movement.id not in set(played)


@pytest.mark.parametrize("plan", list(plans()), ids=lambda plan: plan.id)
@pytest.mark.parametrize("way", ["yes", "next", "next movement"])
def test_what_comes_after_it(plan, way):
    """Whoever leaves it out goes on with the movement after it; after the last, it is over."""
    for step in plan.steps:
        to_come = (after.movement.id for after in plan.steps[step.index :])
        following = next((after for after in to_come if after != step.movement.id), None)
        (outcome,) = outcomes(hurting(plan, step.index), WAYS[way])
        assert movement_played(outcome) == following
        assert outcome.runner.session.phase is (Phase.PLAYING if following else Phase.IDLE)


@pytest.mark.parametrize("wish", [events.Resume(), events.OtherSide(), events.PreviousStep()])
def test_a_wish_for_it(wish):
    """Whoever wants to go on with it does, and is asked about it no more."""
    plan = Plan(CATALOGUE.routines["post-run"], CATALOGUE)
    outcome = advance(hurting(plan, 1), wish, AT, REPERTOIRE)
    assert isinstance(outcome.player, Play)
    assert outcome.runner.session.hurt is None


@pytest.mark.parametrize("step", [0, 1])
def test_the_other_side_of_it(step):
    """The other side of what hurt is begun gently, also where it would come next by itself."""
    plan = Plan(CATALOGUE.routines["post-run"], CATALOGUE)
    outcome = advance(hurting(plan, step), events.OtherSide(), AT, REPERTOIRE)
    assert [told.id for told in outcome.lines] == ["gently-again"]
    assert outcome.player.timeline.at(outcome.player.offset).step.index == 1 - step


@pytest.mark.parametrize("event", [events.ItHurts(), events.FeelsWrong(), events.Emergency()])
def test_the_end_of_a_routine_that_hurt(event):
    """Whoever stops after pain at the very end has not done it to the end, and can come back."""
    plan = Plan(CATALOGUE.routines["post-run"], CATALOGUE)
    timeline = REPERTOIRE.timeline(plan.id)
    last = Progress(plan.id, timeline.bookmark(timeline.spans[-1].release), NOW)
    playing = SessionState(Phase.PLAYING, last, generation=GENERATION)
    *_, outcome = outcomes(Runner(session=playing, cautioned=True), (event, events.Stop()))
    assert outcome.runner.history == ()
    assert outcome.runner.session.phase is Phase.PAUSED
    assert outcome.runner.session.hurt == plan.steps[-1].movement.id


def test_what_hurt_is_left_out_of_this_routine():
    """A yes after it goes on with the next movement; after the last one, it ends undone."""
    plan = Plan(CATALOGUE.routines["post-run"], CATALOGUE)
    for step in plan.steps:
        leave_out = events.SkipForToday(step.movement)
        left_out, agreed = outcomes(hurting(plan, step.index), (leave_out, events.Yes()))
        following = plan.next_movement(step)
        if following:
            assert left_out.ask.question is Question.GO_ON
            assert movement_played(agreed) == following.movement.id
        else:
            assert [told.id for told in left_out.lines] == ["left-out", "if-it-stays"]
            assert left_out.runner.history == ()


@pytest.mark.parametrize("plan", list(plans()), ids=lambda plan: plan.id)
@pytest.mark.parametrize(
    "way",
    [
        (events.Resume(),),
        (events.No(), events.Resume()),
        (events.No(), events.Launch(), events.Resume()),
        (events.EasierForm(),),
    ],
    ids=lambda way: " ".join(type(event).__name__ for event in way),
)
def test_there_is_time_to_get_into_place(plan, way):
    """Whoever tries it again begins with how it is done, and not in the middle of the work."""
    for step in plan.steps:
        *_, outcome = outcomes(hurting(plan, step.index), way)
        play = outcome.player
        assert isinstance(play, Play)
        begins = play.timeline.at(play.offset)
        assert begins.step.part == step.part
        assert not begins.beat.is_work
        assert play.timeline.spans[begins.step.index].begin - play.offset >= 4_000


@pytest.mark.parametrize("ask", [events.WhatWasThat(), events.Repeat()])
def test_the_advice_is_said_again(ask):
    """What was just said is the advice as well as the question."""
    plan = Plan(CATALOGUE.routines["post-run"], CATALOGUE)
    first = advance(Runner(cautioned=True, session=hurting(plan, 1).session), ask, AT, REPERTOIRE)
    assert [told.id for told in first.lines] == ["it-hurts", "easier"]
    assert first.ask.question is Question.SKIP_IT


@pytest.mark.parametrize("plan", list(plans()), ids=lambda plan: plan.id)
@pytest.mark.parametrize(
    "later",
    [
        (events.WhatWasThat(),),
        (events.Repeat(),),
        (events.Help(),),
        (events.ItHurts(),),
        (events.OtherSide(Side.LEFT),),
        (events.HowLongLeft(), events.Launch()),
        (events.No(),),
        (events.No(), events.Launch()),
    ],
    ids=lambda later: " ".join(type(event).__name__ for event in later),
)
@pytest.mark.parametrize("event", [events.FeelsWrong(), events.Emergency()])
def test_more_than_pain(plan, later, event):
    """Whoever is dizzy or numb, or worse, is told to rest, and never how to take it up again."""
    for step in plan.steps:
        runner = hurting(plan, step.index, event)
        told = {
            line.id
            for outcome in outcomes(runner, later)
            for line in (*outcome.lines, *([outcome.ask.line] if outcome.ask else []))
        }
        assert told & ({"feels-wrong", "leave-it-out", "end-for-today", "emergency"} | SETTLED)
        trying = {"easier", "kept-in", "kept-in-easier"}
        assert not told & {
            *trying,
            *(line for line in told if line.startswith(("skip-", "end-or"))),
        }


@pytest.mark.parametrize("event", [events.ItHurts(), events.FeelsWrong(), events.Emergency()])
def test_between_two_steps(event):
    """Whoever has heard a step to its end and says so then, is not led into the next one."""
    plan = Plan(CATALOGUE.routines["post-run"], CATALOGUE)
    timeline = REPERTOIRE.timeline(plan.id)
    no_player = replace(AT, has_player=False)
    for step in plan.steps:
        heard = Progress(plan.id, timeline.bookmark(timeline.played_out(step.index)), NOW)
        stepping = SessionState(Phase.STEPPING, heard, Question.NEXT_STEP, GENERATION)
        runner = Runner(session=stepping, cautioned=True)
        for happening in (event, events.Launch()):
            outcome = advance(runner, happening, no_player, REPERTOIRE)
            runner = outcome.runner
            assert runner.session.progress.bookmark.step == step.index
            assert runner.session.hurt == step.movement.id
        asked = Question.SKIP_IT if event == events.ItHurts() else Question.WELL_AGAIN
        assert outcome.ask.question is asked


@pytest.mark.parametrize("plan", list(plans()), ids=lambda plan: plan.id)
def test_another_movement_is_no_advice(plan):
    """An easier movement is offered, not advised: nobody knows if it is easier on what hurts."""
    for step in plan.steps:
        (outcome,) = outcomes(hurting(plan, step.index), (events.ItHurts(),))
        is_easier = plan.easier_form(step.movement) is not None
        assert ("easier" in {told.id for told in outcome.lines}) is not is_easier


CONCERNS = (events.FeelsWrong(), events.Emergency(), events.Crisis(), events.AskFirst())
WISHES = tuple(
    event
    for event in EVENTS.values()
    if isinstance(event, Command) and not isinstance(event, events.Yes | events.NoPain)
)


@pytest.mark.parametrize("has_player", [True, False])
@pytest.mark.parametrize("told", CONCERNS, ids=lambda told: type(told).__name__)
@pytest.mark.parametrize("phase", [Phase.IDLE, Phase.PLAYING, Phase.STEPPING])
def test_nothing_plays_before_it_is_settled(phase, told, has_player):
    """Who is unwell, or has to ask first, is asked whether that is settled, whatever they want."""
    moment = replace(AT, has_player=has_player)
    stopped = advance(act_in(phase), told, moment, REPERTOIRE).runner
    for wish in WISHES:
        once = advance(stopped, wish, moment, REPERTOIRE)
        again = advance(once.runner, wish, moment, REPERTOIRE)
        for outcome in (once, again):
            assert not isinstance(outcome.player, Play | PlayClip), wish
            assert outcome.runner.session.concern is not None, wish


@pytest.mark.parametrize("told", CONCERNS, ids=lambda told: type(told).__name__)
@pytest.mark.parametrize("wish", [events.Resume(), events.NextStep()])
def test_a_guide_of_before_they_were_forgotten(told, wish):
    """Where only the player still knows a place, nothing plays there before it is settled."""
    plan = Plan(CATALOGUE.routines["post-run"], CATALOGUE)
    moment = replace(AT, playhead=Playhead(plan.id, REPERTOIRE.digest, GENERATION, 40_000))
    unwell = advance(Runner(), told, moment, REPERTOIRE).runner
    for event in (events.PlaybackFailed(), wish):
        outcome = advance(unwell, event, moment, REPERTOIRE)
        assert outcome.player is None
        assert outcome.runner.session.concern is not None
    assert outcome.ask.question is Question.WELL_AGAIN
    settled = advance(outcome.runner, events.Yes(), moment, REPERTOIRE).runner
    assert isinstance(advance(settled, events.Resume(), moment, REPERTOIRE).player, Play)


@pytest.mark.parametrize("told", CONCERNS, ids=lambda told: type(told).__name__)
@pytest.mark.parametrize("phase", [Phase.IDLE, Phase.PLAYING, Phase.STEPPING])
@pytest.mark.parametrize("well", [(events.Yes(),), (events.NoPain(),)])
def test_it_is_settled_by_the_runners_word(phase, told, well):
    """A yes settles it; what plays then is asked for anew."""
    start = events.StartRoutine(CATALOGUE.routines["desk"])
    stopped = advance(act_in(phase), told, AT, REPERTOIRE).runner
    *_, asked, settled, started = outcomes(stopped, (start, *well, start))
    assert asked.ask.question is Question.WELL_AGAIN
    assert settled.player is None
    assert settled.ask is not None
    assert settled.runner.session.concern is None
    assert isinstance(started.player, Play)


@pytest.mark.parametrize("told", CONCERNS, ids=lambda told: type(told).__name__)
def test_a_no_is_told_what_to_do_first(told):
    """Who is not well yet hears the advice again, and nothing is asked."""
    stopped = advance(act_in(Phase.PLAYING), told, AT, REPERTOIRE)
    *_, refused = outcomes(stopped.runner, (events.Resume(), events.No()))
    assert refused.lines[0].id == stopped.lines[0].id
    assert refused.ask is None
    assert refused.runner.session.concern is not None


def test_the_gravest_is_kept():
    """Whoever had an emergency, and is dizzy, had an emergency."""
    runner = act_in(Phase.PLAYING)
    for told in (events.AskFirst(), events.Emergency(), events.Crisis(), events.FeelsWrong()):
        runner = advance(runner, told, AT, REPERTOIRE).runner
    assert runner.session.concern is Concern.CRISIS


NEEDS = {"emergency": events.Emergency(), "crisis": events.Crisis()}


@pytest.mark.parametrize("told", NEEDS)
@pytest.mark.parametrize("phase", [Phase.IDLE, Phase.PLAYING, Phase.STEPPING])
@pytest.mark.parametrize("later", pain.CALLS, ids=lambda later: later.__name__)
def test_a_call_after_an_emergency(phase, told, later):
    """Whoever calls again, or cannot be understood, is sent for help again."""
    runner = advance(act_in(phase), NEEDS[told], AT, REPERTOIRE).runner
    outcome = advance(runner, later(), AT, REPERTOIRE)
    assert [said.id for said in outcome.lines] == [told]
    assert outcome.ask is None


@pytest.mark.parametrize("told", NEEDS)
@pytest.mark.parametrize("phase", [Phase.IDLE, Phase.PLAYING, Phase.STEPPING])
def test_nothing_else_is_spoken_of_in_an_emergency(phase, told):
    """Whatever is asked or wanted, the answer is how to get help, or whether all is well."""
    in_need = advance(act_in(phase), NEEDS[told], AT, REPERTOIRE).runner
    for wish in WISHES:
        outcome = advance(in_need, wish, AT, REPERTOIRE)
        asked = outcome.ask and outcome.ask.question
        if isinstance(wish, pain.HEARD_IN_NEED):
            assert asked in {None, Question.FORGET_ME, Question.WELL_AGAIN}, wish
        elif not isinstance(wish, pain.CALLS):
            assert (asked, outcome.lines) == (Question.WELL_AGAIN, ()), wish
    agreed = advance(in_need, events.Yes(), AT, REPERTOIRE)
    assert agreed.ask.question is Question.WELL_AGAIN


def act_in(phase: Phase) -> Runner:
    """Return a runner who knows the coach, in a phase, in the middle of a step."""
    plan = Plan(CATALOGUE.routines["post-run"], CATALOGUE)
    as_of = NOW if phase is Phase.PLAYING else None
    progress = None if phase is Phase.IDLE else Progress(plan.id, Bookmark(0, 1_000), as_of)
    return Runner(SessionState(phase, progress, generation=GENERATION), cautioned=True)


def test_what_was_stored_before():
    """In a record of before, the open question alone tells that it hurt: it is kept in mind."""
    plan = Plan(CATALOGUE.routines["post-run"], CATALOGUE)
    now = hurting(plan, 1)
    before = replace(now, session=replace(now.session, hurt=None))
    assert before.session.asked is Question.SKIP_IT
    reminded = advance(before, events.RemindMe(), AT, REPERTOIRE).runner
    assert reminded.session.hurt == now.session.hurt


def test_a_guide_that_plays_after_all():
    """A player that plays something since then knows better: nothing is asked any more."""
    plan = Plan(CATALOGUE.routines["post-run"], CATALOGUE)
    timeline = REPERTOIRE.timeline(plan.id)
    later = Playhead(plan.id, REPERTOIRE.digest, GENERATION + 9, timeline.spans[2].begin)
    notice = replace(AT, playhead=later, is_spoken=False)
    playing = advance(hurting(plan, 1), events.PlaybackStarted(), notice, REPERTOIRE).runner
    assert playing.session.phase is Phase.PLAYING
    assert (playing.session.asked, playing.session.hurt) == (None, None)
