"""A routine over HTTP with signed requests, through the server being killed."""

from contextlib import closing

import pytest

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
