"""Questions: what the coach asks, in the words that fit the situation, and asks again."""

from collections.abc import Mapping

from skill.coaching.lines import Line, line
from skill.coaching.movements import Movement
from skill.coaching.outcomes import Ask
from skill.coaching.routines import Routine
from skill.coaching.runner import Phase, Question
from skill.coaching.schedules import Schedule
from skill.coaching.situations import Situation, spot_of
from skill.coaching.values import replace

PLAIN_QUESTIONS: Mapping[Question, str] = {
    Question.HOW_LONG: "how-long",
    Question.HOLD_SECONDS: "hold-seconds",
    Question.HOW_MANY_REPS: "how-many-reps",
    Question.WHICH_SIDE: "which-is-tight",
    Question.WHAT_IS_MISSING: "what-is-missing",
    Question.WHICH_DAYS: "which-days",
    Question.WHAT_TIME: "what-time",
    Question.FORGET_ME: "whether-to-forget",
}
"""The questions that need no values, each by the line that puts it."""


def asked_again(situation: Situation) -> Ask | None:
    """Return the question to put again after an aside, if one is open or always is."""
    if situation.session.asked is Question.WELL_AGAIN:
        return whether_well_again(situation)
    if situation.hurts:
        return whether_to_skip(situation)
    if situation.session.phase is Phase.STEPPING:
        return whether_ready(situation)
    if situation.session.asked is Question.GO_ON:
        return replace(whether_to_go_on(situation), line=line("go-on"))
    if situation.session.asked is Question.WHICH_ROUTINE or situation.session.phase is Phase.IDLE:
        return replace(which_one(), offered=situation.session.offered)
    return None


def open_question(situation: Situation) -> Ask | None:
    """Return the question that is open, to put it again."""
    match situation.session.asked:
        case None | Question.NEXT_STEP | Question.ANYTHING_ELSE:
            again = whether_to_skip(situation) if situation.hurts else None
        case Question.WHICH_ROUTINE:
            again = replace(which_one(), offered=situation.session.offered)
        case Question.WHICH_MOVEMENT:
            named = situation.offered_movements
            unnamed = anything_else(line("anything-else"))
            again = which_movement(named, situation.session.wanted) if named else unnamed
        case Question.SKIP_IT:
            again = whether_to_skip(situation)
        case Question.GO_ON:
            again = whether_to_go_on(situation)
        case Question.WELL_AGAIN:
            again = whether_well_again(situation)
        case Question.WHAT_TO_BRING_BACK:
            again = what_to_bring_back(situation)
        case Question.SAME_AGAIN:
            last = situation.last_routine
            again = whether_same_again(last) if last else which_one()
        case Question.REMIND_ME:
            proposed = situation.runner.proposed
            again = whether_to_remind(proposed) if proposed else plain_question(Question.WHICH_DAYS)
        case plain:
            again = plain_question(plain)
    return again


def plain_question(question: Question) -> Ask:
    """Ask one of the questions that need no values."""
    put = line(PLAIN_QUESTIONS[question])
    return Ask(question, put, put)


def what_to_bring_back(situation: Situation) -> Ask:
    """Ask which of the skipped movements to do again."""
    put = line("what-to-bring-back", movements=situation.left_out)
    return Ask(Question.WHAT_TO_BRING_BACK, put, put)


def which_movement(movements: tuple[Movement, ...], wanted: str | None) -> Ask:
    """Ask which of several movements is meant, and keep in mind for what."""
    put = line("which-movement", movements=movements)
    ids = tuple(movement.id for movement in movements)
    return Ask(Question.WHICH_MOVEMENT, put, put, ids, wanted)


def which_of(routines: tuple[Routine, ...]) -> Ask:
    """Ask which of several routines is meant."""
    put = line("which-of-routines", routines=routines)
    return replace(which_one(), line=put, offered=tuple(routine.id for routine in routines))


def whether_to_remind(schedule: Schedule) -> Ask:
    """Ask for consent to reminders by a schedule."""
    put = line("whether-to-remind", schedule=schedule)
    return Ask(Question.REMIND_ME, put, put)


def whether_same_again(routine: Routine) -> Ask:
    """Ask whether to do a routine again."""
    put = line("same-again", routine=routine)
    return Ask(Question.SAME_AGAIN, put, put)


def which_routine(situation: Situation) -> Ask:
    """Ask for a routine, naming those there are."""
    return replace(which_one(), line=line("which-routine", routines=situation.all_routines))


def which_one() -> Ask:
    """Ask for a routine of those the runner has heard of."""
    return Ask(Question.WHICH_ROUTINE, line("which-one"), line("which-one"))


def whether_to_go_on(situation: Situation) -> Ask:
    """Ask whether to go on, from the place kept or with what plays just now.

    Where it hurt that is not asked, but whether to leave it out: "yes" must not start it again.
    """
    if situation.hurts:
        return whether_to_skip(situation)
    offer = line(
        "offer-now" if situation.session.phase is Phase.PLAYING else "offer",
        spot=situation.resting_spot,
        routine=situation.timeline.plan.routine,
    )
    return Ask(Question.GO_ON, offer, offer)


def whether_ready(situation: Situation) -> Ask:
    """Ask whether to go on to the next step, or to end after the last."""
    if situation.following is None:
        last = line("ready-last")
        return Ask(Question.NEXT_STEP, last, last)
    following = line("ready-next", spot=spot_of(situation.following))
    return Ask(Question.NEXT_STEP, following, line("still-there"))


def whether_to_skip(situation: Situation) -> Ask:
    """Ask whether to leave a movement out that hurts, and go on with the next or end.

    An easier form is offered where there is one; elsewhere, to try it again as just advised.
    Neither is where it was more than pain; where help is needed only that itself is asked about.
    """
    if situation.session.needs_help:
        return whether_well_again(situation)
    is_easier = situation.timeline.plan.easier_form(situation.step.movement) is not None
    following = situation.beyond_pain
    if situation.session.is_unwell:
        left_out, at_the_end = "leave-it-out", "end-for-today"
    elif is_easier:
        left_out, at_the_end = "skip-or-easier", "end-or-easier"
    else:
        left_out, at_the_end = "skip-or-resume", "end-or-resume"
    skip = line(left_out, movement=following.movement) if following else line(at_the_end)
    return Ask(Question.SKIP_IT, skip, skip)


def whether_well_again(situation: Situation) -> Ask:
    """Ask whether what was of concern is settled: before that, nothing plays."""
    put = line(f"{situation.session.concern}-settled")
    return Ask(Question.WELL_AGAIN, put, put)


def anything_else(question: Line) -> Ask:
    """Ask an open question."""
    return Ask(Question.ANYTHING_ELSE, question, line("anything-else"))
