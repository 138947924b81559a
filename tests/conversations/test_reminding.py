"""Reminders in the runner's own words; what goes over the wire is in `test_reminders`."""

from collections.abc import Iterator

import pytest

from scripts.echo.device import Consent
from skill.coaching.runner import Question, Runner
from skill.coaching.schedules import Day, Schedule
from tests.simulators.coach import Coach
from tests.simulators.reminders import RemindersApi

WORDS = "remind me on tuesdays and fridays at seven"


@pytest.fixture
def amazon() -> Iterator[RemindersApi]:
    with RemindersApi() as api:
        yield api


@pytest.fixture
def coach(amazon) -> Coach:
    """A coach whose runner has allowed reminders."""
    return Coach(reminders=amazon)


@pytest.fixture
def account(coach, amazon):
    """What Amazon knows of the runner."""
    return amazon.accounts[coach.echo.device.api_access_token]


def test_asked_first(coach, amazon):
    """Nothing is set before the runner has agreed; days and time are said back."""
    heard = coach.tell(WORDS)
    assert heard.mic_open
    assert "Tuesdays and Fridays at 7" in heard.speech
    assert coach.remembered.session.asked is Question.REMIND_ME
    assert not amazon.requests


def test_yes(coach, amazon):
    """Yes sets one that comes back each week on both days, and says so."""
    coach.tell(WORDS)
    heard = coach.say("yes")
    assert "Tuesdays and Fridays at 7" in heard.speech
    assert sorted(rule.partition(";BYHOUR")[0] for rule in amazon.rules()) in (
        ["FREQ=WEEKLY;BYDAY=FR", "FREQ=WEEKLY;BYDAY=TU"],
        ["FREQ=WEEKLY;BYDAY=TU,FR"],
    )
    assert all("BYHOUR=7;BYMINUTE=0" in rule for rule in amazon.rules())
    assert coach.remembered.proposed is None


def test_piece_by_piece(coach, amazon):
    """Days and time are asked for, one question each, and short answers will do."""
    heard = coach.tell("remind me")
    assert heard.speech.count("?") == 1
    assert coach.remembered.session.asked is Question.WHICH_DAYS
    coach.say("on tuesdays")
    assert coach.remembered.session.asked is Question.WHAT_TIME
    assert coach.remembered.proposed == Schedule((Day.TUESDAY,))
    coach.say("at seven")
    coach.say("yes")
    assert len(amazon.kept()) == 1


def test_permission_given(coach, amazon, account):
    """Without the permission Alexa asks for it; given, the reminders are set in one go."""
    account.allowed = False

    def allow(_):
        account.allowed = True
        return Consent.ACCEPTED

    coach.echo.consent = allow
    coach.tell(WORDS)
    heard = coach.say("yes")
    assert "permission" in heard.speech
    assert "Tuesdays and Fridays" in heard.speech
    assert amazon.kept()


@pytest.mark.parametrize("consent", [Consent.DENIED, Consent.NOT_ANSWERED])
def test_permission_denied(coach, amazon, account, consent):
    """Denied, nothing is set, and where it can be given still is told and shown."""
    account.allowed = False
    coach.echo.consent = lambda _: consent
    coach.tell(WORDS)
    heard = coach.say("yes")
    assert "Alexa app" in heard.speech
    assert heard.card
    assert not amazon.kept()


def test_too_many(amazon):
    """A device that is full of reminders gets no more, and the coach says why."""
    amazon.most = 0
    coach = Coach(reminders=amazon)
    coach.tell(WORDS)
    heard = coach.say("yes")
    assert "reminder" in heard.speech
    assert any(told in heard.speech for told in coach.wording.answers["reminders-too-many"])
    assert not amazon.kept()


def test_a_device_without_reminders(coach, amazon, account):
    """A device that keeps none says so."""
    account.keeps_reminders = False
    coach.tell(WORDS)
    heard = coach.say("yes")
    assert any(told in heard.speech for told in coach.wording.answers["reminders-not-here"])
    assert not amazon.kept()


def test_no_more(coach, amazon):
    """Stop reminding me takes them all away, whatever was set."""
    coach.tell(WORDS)
    coach.say("yes")
    heard = coach.tell("stop reminding me")
    assert heard.speech
    assert not amazon.kept()


def test_in_the_middle_of_a_hold(coach, amazon):
    """A runner in a hold loses nothing by it, and the hold goes on after the yes."""
    coach.tell("start the post run stretch")
    coach.wait_for(0, 12)
    coach.tell(WORDS)
    coach.say("yes")
    assert amazon.kept()
    assert coach.plays
    assert (coach.spot, coach.second) == ("lying-figure-four left", 12)
    coach.tell("stop reminding me")
    assert not amazon.kept()
    assert coach.plays
    assert coach.second == 12


def test_step_by_step(coach, amazon):
    """One step at a time the next step is asked for after it."""
    coach.tell("wait for me")
    coach.say("start the post run stretch")
    coach.say(WORDS)
    heard = coach.say("yes")
    assert heard.mic_open
    assert amazon.kept()
    assert coach.remembered.session.asked is Question.NEXT_STEP


def test_another_day_instead(coach, amazon):
    """Asked for consent, another day or time changes just that."""
    coach.tell(WORDS)
    coach.mean("RemindMeIntent", time="18:30")
    assert coach.remembered.proposed.days == (Day.TUESDAY, Day.FRIDAY)
    coach.say("yes")
    assert all("BYHOUR=18;BYMINUTE=30" in rule for rule in amazon.rules())


@pytest.mark.parametrize("slot", ["?", "", "25:00", "noon or so", "T7", "24:00"])
def test_no_time(coach, amazon, slot):
    """What is no time is asked for again."""
    coach.mean("RemindMeIntent", day="monday", time=slot)
    assert coach.remembered.session.asked is Question.WHAT_TIME
    assert not amazon.requests


def test_forgotten_with_the_rest(coach):
    """Who is forgotten between the question and the answer has nothing to agree to any more."""
    coach.tell(WORDS)
    coach.say("forget me")
    coach.say("yes")
    assert coach.remembered == Runner()


def test_forgetting_takes_the_reminders_along(coach, amazon):
    """Who is forgotten is not reminded any more, and nothing is stored by that."""
    coach.tell(WORDS)
    coach.say("yes")
    assert amazon.kept()
    coach.tell("forget me")
    heard = coach.say("yes")
    assert "deleted" in heard.speech
    assert not amazon.kept()
    assert coach.store.documents() == []


def test_forgetting_while_amazon_fails(coach, amazon):
    """It is done all the same where Amazon's side of it fails."""
    coach.tell("hold it longer")
    amazon.fail_next("GET", 500)
    coach.tell("forget me")
    heard = coach.say("yes")
    assert "deleted" in heard.speech
    assert coach.store.documents() == []


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ("remind me every day at seven", tuple(Day)),
        ("remind me on weekdays at seven", tuple(Day)[:5]),
        ("remind me at the weekend at seven", tuple(Day)[5:]),
    ],
)
def test_groups_of_days(coach, amazon, said, days):
    """Every day, weekdays and the weekend are days as well."""
    coach.tell(said)
    assert coach.remembered.proposed.days == days
    coach.say("yes")
    assert amazon.kept()


@pytest.mark.parametrize(
    ("part", "hour"), [("in the evening", 19), ("in the morning", 7), ("at night", 19)]
)
def test_which_seven(coach, amazon, part, hour):
    """Asked for consent, a part of the day says which seven o'clock is meant."""
    coach.tell(WORDS)
    heard = coach.say(part)
    assert "at 7 in the" in heard.speech
    coach.say("yes")
    assert all(f"BYHOUR={hour};BYMINUTE=0" in rule for rule in amazon.rules())


def test_a_part_of_the_day_alone(coach):
    """With no hour named, it is one to agree to."""
    coach.tell("remind me on tuesdays")
    heard = coach.say("in the evening")
    assert "Tuesdays at 6 in the evening" in heard.speech


def test_when_that_is(coach, amazon):
    """Who asks for their reminders hears who lists them, set or not, and how to stop them."""
    coach.tell(WORDS)
    coach.say("yes")
    heard = coach.tell("when is my reminder")
    assert "Alexa app" in heard.speech
    assert "stop reminding me" in heard.speech
    assert len(amazon.kept()) == 1
