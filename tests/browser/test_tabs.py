"""Several tabs of one browser: one of them sounds."""

from tests.browser.chromium import began_at, is_paused, second, seek, start, until, wait_for


def test_two_tabs(visit):
    """The tab that plays last plays alone, and the other says so."""
    first = visit()
    start(first)
    seek(first, 40)
    until(first, "JSON.parse(localStorage['glute-coach']).playhead.offset >= 40000")
    second_tab = visit(context=first.context)
    wait_for(second_tab, "#notice", "another tab|plays in")
    assert not is_paused(first)
    began = began_at(second_tab, "#toggle")
    wait_for(first, "#notice", "in another tab")
    assert is_paused(first)
    assert 40 <= began < second(first) + 5
    first.bring_to_front()
    first.click("#toggle")
    until(first, "!document.querySelector('audio').paused")
    until(second_tab, "document.querySelector('audio').paused")


def test_the_guides_and_the_coach(visit):
    """The guides' page and the coach never sound together; nor do two guides."""
    coach = visit()
    start(coach)
    guides = visit("/guides/", context=coach.context)
    playing = "Array.from(document.querySelectorAll('audio'), (audio) => !audio.paused)"
    guides.evaluate("document.querySelector('#post-run audio').play()")
    wait_for(coach, "#notice", "in another tab")
    assert is_paused(coach)
    guides.evaluate("document.querySelector('#desk audio').play()")
    until(guides, f"{playing}.filter(Boolean).length === 1")
    assert not guides.evaluate("document.querySelector('#desk audio').paused")
    coach.bring_to_front()
    coach.click("#toggle")
    until(coach, "!document.querySelector('audio').paused")
    until(guides, f"{playing}.every((plays) => !plays)")
    assert not is_paused(coach)
