"""Reminders, from the runner's words to what Amazon keeps."""

from datetime import datetime

import pytest

from scripts.echo.device import Consent
from scripts.echo.directives import AskPermission, ElicitSlot
from scripts.echo.player import Activity
from skill.intents import Slot
from tests.simulators.coach import Coach
from tests.simulators.reminders import RemindersApi

MONDAY = Slot("monday", ("monday",))
HALF_PAST_SEVEN = Slot("07:30")


@pytest.fixture
def amazon():
    with RemindersApi() as api:
        yield api


@pytest.fixture
def coach(amazon):
    return Coach(reminders=amazon)


def account(coach, amazon):
    """Return what Amazon knows of the coach's runner."""
    return amazon.accounts[coach.echo.device.api_access_token]


def consenting(coach, amazon, consent):
    """Have the runner say this when Alexa asks for the permission; return what she asks for."""
    asked = []

    def answer(permission):
        asked.append(permission)
        account(coach, amazon).allowed = consent is Consent.ACCEPTED
        return consent

    account(coach, amazon).allowed = False
    coach.echo.consent = answer
    return asked


def test_asked_for_one_by_one(coach, amazon):
    """Days and time are asked for, the time is listened for, all is set when the runner agrees."""
    coach.echo.request_intent("RemindMeIntent", in_new_session=True)
    heard = coach.echo.request_intent("RemindMeIntent", {"day": MONDAY})
    assert [type(each) for each in heard.directives] == [ElicitSlot]
    heard = coach.echo.request_intent("RemindMeIntent", {"time": HALF_PAST_SEVEN})
    assert heard.mic_open
    assert "Monday" in heard.speech
    coach.say("yes")
    (kept,) = amazon.kept()
    recurrence = kept["trigger"]["recurrence"]
    assert recurrence["recurrenceRules"] == [
        "FREQ=WEEKLY;BYDAY=MO;BYHOUR=7;BYMINUTE=30;BYSECOND=0;INTERVAL=1;"
    ]
    assert datetime.fromisoformat(recurrence["startDateTime"]) < coach.echo.clock.replace(
        tzinfo=None
    )


def test_another_time_instead(coach, amazon):
    """Reminders that are set anew take the place of the old ones."""
    for time in ("07:30", "18:00"):
        schedule = {"day": MONDAY, "time": Slot(time)}
        coach.echo.request_intent("RemindMeIntent", schedule, in_new_session=True)
        coach.say("yes")
    (rule,) = amazon.rules()
    assert "BYHOUR=18" in rule


def test_no(coach, amazon):
    """Who does not agree is not reminded, and Amazon is not even asked."""
    schedule = {"day": MONDAY, "time": HALF_PAST_SEVEN}
    coach.echo.request_intent("RemindMeIntent", schedule, in_new_session=True)
    coach.say("no")
    assert not amazon.requests


@pytest.mark.parametrize("consent", Consent)
def test_alexa_asks_for_the_permission(coach, amazon, consent):
    """The first time Alexa asks; only with her permission the reminders are set."""
    asked = consenting(coach, amazon, consent)
    schedule = {"day": MONDAY, "time": HALF_PAST_SEVEN}
    coach.echo.request_intent("RemindMeIntent", schedule, in_new_session=True)
    heard = coach.say("yes")
    assert [type(each) for each in asked] == [AskPermission]
    assert len(amazon.kept()) == (consent is Consent.ACCEPTED)
    assert (heard.card is None) == (consent is Consent.ACCEPTED)


def test_while_a_routine_plays(coach, amazon):
    """A runner in a hold loses nothing by talking of reminders, permission and all."""
    consenting(coach, amazon, Consent.ACCEPTED)
    coach.ask("start my pre-run routine")
    coach.wait_for(2, 1)
    before = coach.place
    schedule = {"day": MONDAY, "time": HALF_PAST_SEVEN}
    coach.echo.request_intent("RemindMeIntent", schedule, in_new_session=True)
    coach.say("yes")
    assert len(amazon.kept()) == 1
    assert coach.echo.player.activity is Activity.PLAYING
    assert coach.place == before


def test_cancelling(coach, amazon):
    """Reminders that are no longer wanted are gone."""
    schedule = {"day": MONDAY, "time": HALF_PAST_SEVEN}
    coach.echo.request_intent("RemindMeIntent", schedule, in_new_session=True)
    coach.say("yes")
    coach.echo.request_intent("StopRemindersIntent", in_new_session=True)
    assert not amazon.kept()


def test_where_there_is_no_amazon():
    """An Echo made of text keeps no reminders, and the coach says so."""
    coach = Coach()
    schedule = {"day": MONDAY, "time": HALF_PAST_SEVEN}
    coach.echo.request_intent("RemindMeIntent", schedule, in_new_session=True)
    heard = coach.say("yes")
    assert heard.speech
    assert not any(isinstance(each, AskPermission) for each in heard.directives)
