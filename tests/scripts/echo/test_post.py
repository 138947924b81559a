from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from scripts.echo.device import START
from scripts.echo.post import Post


@given(st.lists(st.lists(st.integers(0, 5), max_size=3), max_size=6))
def test_what_is_sent_arrives_in_the_order_of_arrival(journeys):
    """Every copy arrives once, at its moment; of two at one moment the first sent comes first."""
    post = Post()
    for number, delays in enumerate(journeys):
        post.send({"number": number}, START, delays)
    expected = sorted((delay, number) for number, delays in enumerate(journeys) for delay in delays)
    arrived = []
    for second in range(6):
        while (envelope := post.receive(START + timedelta(seconds=second))) is not None:
            arrived.append((second, envelope["number"]))
    assert arrived == expected
    assert post.next_due is None
