from datetime import time

import pytest

from skill.coaching.schedules import Day, PartOfDay, Schedule


@pytest.mark.parametrize(
    ("part", "shown", "meant"),
    [
        (PartOfDay.MORNING, time(7), time(7)),
        (PartOfDay.MORNING, time(19, 30), time(7, 30)),
        (PartOfDay.AFTERNOON, time(2, 15), time(14, 15)),
        (PartOfDay.AFTERNOON, time(12), time(12)),
        (PartOfDay.EVENING, time(7), time(19)),
        (PartOfDay.EVENING, time(19), time(19)),
        (PartOfDay.NIGHT, time(9), time(21)),
        (PartOfDay.NIGHT, time(1), time(1)),
        (PartOfDay.NIGHT, time(12), time(0)),
    ],
)
def test_what_a_clock_shows(part, shown, meant):
    """Which of the two times that a clock face shows is meant, says the part of the day."""
    assert part.at(shown) == meant


@pytest.mark.parametrize("part", PartOfDay)
def test_the_usual_time_lies_in_its_part(part):
    """The time to agree to is one of that part of the day."""
    assert part.at(part.usual) == part.usual


def test_days_in_the_weeks_order():
    """Days come in the week's order, each once."""
    schedule = Schedule((Day.FRIDAY, Day.MONDAY, Day.FRIDAY), time(7))
    assert schedule.days == (Day.MONDAY, Day.FRIDAY)
    assert schedule.is_complete
