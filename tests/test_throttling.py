"""Throttling: what one client may have of the guides, and that nobody else pays for it."""

import pytest

from skill.throttling import LEAST, MOST_CLIENTS, MOST_RECENT, Throttle

SIZE = 10 * LEAST


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class TestThrottle:
    @pytest.fixture
    def clock(self) -> Clock:
        return Clock()

    @pytest.fixture
    def throttle(self, clock) -> Throttle:
        """A client may have three guides at once, and one more every ten seconds."""
        return Throttle(clock, allowance=3 * SIZE, refill=SIZE // 10)

    def test_an_allowance_is_spent_and_fills_up(self, throttle, clock):
        """Who has had too much waits just as long as is said, and then gets it."""
        assert [throttle.take("a", str(number), SIZE, SIZE) for number in range(3)] == [0, 0, 0]
        wait = throttle.take("a", "3", SIZE, SIZE)
        assert wait == pytest.approx(10, rel=0.01)
        clock.now += wait
        assert throttle.take("a", "3", SIZE, SIZE) == 0
        assert throttle.take("a", "4", SIZE, SIZE) > 0

    def test_nobody_else_waits(self, throttle):
        """One client's greed costs another nothing."""
        for number in range(9):
            throttle.take("a", str(number), SIZE, SIZE)
        assert throttle.take("b", "0", SIZE, SIZE) == 0

    def test_parts_of_one_guide_are_cheap(self, throttle):
        """A player that fetches a guide in parts pays for what is sent, and little for looking."""
        assert throttle.take("a", "0", 2 * SIZE, 1) == 0
        assert [throttle.take("a", "0", 2 * SIZE, 1) for _ in range(10)] == [0] * 10
        assert throttle.take("a", "0", 2 * SIZE, 1) > 0

    def test_what_is_larger_than_the_allowance(self, throttle):
        """A guide larger than all one may have at once can be had all the same."""
        assert throttle.take("a", "0", 99 * SIZE, 99 * SIZE) == 0

    def test_a_clock_set_back(self, throttle, clock):
        """A clock that goes backward gives nothing and takes nothing."""
        throttle.take("a", "0", SIZE, SIZE)
        clock.now -= 1_000
        assert throttle.take("a", "1", SIZE, SIZE) == 0

    def test_what_shows_its_price_afterwards(self, throttle, clock):
        """What has cost more than was left is paid off before anything else is to be had."""
        assert throttle.pay("a", SIZE) == 0
        throttle.owe("a", 4 * SIZE)
        assert throttle.pay("b", SIZE) == 0
        wait = throttle.pay("a", SIZE)
        assert wait == pytest.approx(30, rel=0.01)
        clock.now += wait
        assert throttle.pay("a", SIZE) == 0

    def test_clients_and_guides_are_forgotten(self, throttle):
        """However many clients ask for however many guides, only the last ones are remembered."""
        for number in range(2 * MOST_CLIENTS):
            throttle.take(f"client {number}", "0", 0, 0)
        assert len(throttle._clients) == MOST_CLIENTS  # noqa: SLF001 - it shows nowhere else
        patient = Throttle(Clock())
        for number in range(2 * MOST_RECENT):
            patient.take("a", str(number), 0, 0)
        assert len(patient._clients["a"].recent) == MOST_RECENT  # noqa: SLF001

    def test_who_asked_last_is_remembered(self, throttle):
        """A client who has had all goes on having none, as long as it asks; so does a guide."""
        for number in range(3):
            throttle.take("a", str(number), SIZE, SIZE)
        for number in range(2 * MOST_CLIENTS):
            throttle.take(f"client {number}", "0", 0, 0)
            assert throttle.take("a", "another", SIZE, SIZE) > 0
        patient = Throttle(Clock(), allowance=SIZE + 2 * (MOST_RECENT + 1) * LEAST, refill=1)
        assert patient.take("a", "the one", SIZE, 0) == 0
        for number in range(MOST_RECENT + 1):
            assert patient.take("a", str(number), 0, 0) == 0
            assert patient.take("a", "the one", SIZE, 0) == 0
