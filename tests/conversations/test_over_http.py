"""Routine, wishes and forgetting over HTTP with signed requests; the server is killed meanwhile."""

from contextlib import closing

import pytest

from skill.coaching.runner import Runner
from skill.stores.sqlite import SqliteStore
from tests.simulators.coach import ServedCoach, remembered, timeline_of


@pytest.fixture
def coach(tmp_path):
    """The service as a process of its own, killed in the end."""
    served = ServedCoach(tmp_path)
    yield served
    served.kill()


def test_a_routine_survives_a_killed_server(coach, service):
    """Start, next, other side, pause; the server is killed; resume at the very second; finish."""
    repertoire = service.repertoire
    echo = coach.echo

    def place():
        return timeline_of(echo, repertoire).at(echo.player.offset)

    started = echo.say("ask glute coach to start the pre run routine")
    assert "pre-run routine" in started.speech
    assert place().step.movement.id == "heel-bridge"
    echo.wait(20)
    echo.say("next")
    assert (place().step.movement.id, place().step.side) == ("clam", "left")
    echo.wait(5)
    echo.say("ask glute coach for the other side")
    assert (place().step.movement.id, place().step.side) == ("clam", "right")
    span = timeline_of(echo, repertoire).spans[place().step.index]
    echo.wait((span.begin - echo.player.offset) / 1000 + 7.25)
    before = place()
    assert before.beat.is_work
    echo.say("pause")

    coach.kill()
    coach.start()

    resumed = echo.say("resume")
    after = place()
    assert "clam, right side" in resumed.speech
    assert after.step == before.step
    assert abs(after.work_left - before.work_left) <= 1_000
    echo.wait(after.routine_left / 1000 + 1)
    assert echo.player.activity == "FINISHED"
    with closing(SqliteStore(coach.database)) as store:
        runner = remembered(store, echo.device.user_id)
    assert [done.plan_id for done in runner.history] == ["pre-run"]
    assert runner.session.progress is None


def test_wishes_survive_a_killed_server(coach, service):
    """What was wished for in a hold counts at once, and in the next process; it can be undone."""
    echo = coach.echo
    echo.say("ask glute coach to start the post run stretch")
    span = timeline_of(echo, service.repertoire).spans[0]
    echo.wait((span.begin - echo.player.offset) / 1000 + 12)
    for wish in ("hold it longer", "no countdown", "my left side is tighter"):
        echo.say(f"ask glute coach {wish}")
    coach.kill()
    coach.start()
    timeline = timeline_of(echo, service.repertoire)
    assert timeline.plan.id == "post-run_h40_uncounted_tight-left"
    assert echo.player.offset == timeline.spans[0].begin + 12_000
    echo.say("ask glute coach to start the desk break")
    assert timeline_of(echo, service.repertoire).plan.id == "desk_h40_uncounted_tight-left"
    echo.say("ask glute coach for the usual settings")
    coach.kill()
    coach.start()
    echo.say("ask glute coach to start the desk break")
    assert timeline_of(echo, service.repertoire).plan.id == "desk"


def test_forgotten_in_every_process(coach):
    """After a yes to forgetting nothing of the runner is in the database, now or later."""
    echo = coach.echo
    echo.say("ask glute coach to start the desk break")
    echo.wait(20)
    echo.say("ask glute coach to forget me")
    echo.say("yes")
    echo.wait(30)
    coach.kill()
    coach.start()
    with closing(SqliteStore(coach.database)) as store:
        assert remembered(store, echo.device.user_id) == Runner()
    assert "not medical advice" in echo.say("open glute coach").speech
