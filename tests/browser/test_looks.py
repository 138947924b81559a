"""What is seen: by everybody, on any screen, and nothing jumps."""

import re

import pytest

from skill.coaching.movements import SECOND
from skill.guides.captions import captions_of
from tests.browser.chromium import (
    LOW,
    PAGES,
    PHONES,
    RECOGNITION,
    box,
    boxes,
    seek,
    start,
    type_in,
    until,
    wait_for,
    wait_to_see,
)
from tests.simulators.node import node_package

NARROW = {"width": 320, "height": 640}
READ = ("#routine-left", "#figure", "#count", "#movement", "#side", "#caption")
"""What is to be in sight at any moment of a routine."""


@pytest.fixture(scope="module")
def axe() -> str:
    _, folder = node_package("axe")
    return (folder / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")


def test_nothing_keeps_anybody_out(visit, axe):
    """Axe finds nothing on any page, in a routine, asked something, with the help open."""

    def check(page):
        page.evaluate(axe)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found = page.evaluate("axe.run()")["violations"]
            assert [(v["id"], [node["html"][:120] for node in v["nodes"]]) for v in found] == []

    page = visit()
    check(page)
    page.keyboard.press("?")
    check(page)
    page.keyboard.press("Escape")
    start(page)
    seek(page, 35)
    wait_for(page, "#cue", "Hold")
    type_in(page, "forget me")
    wait_to_see(page, "#replies")
    check(page)
    page.set_viewport_size(dict(zip(("width", "height"), LOW[0], strict=True)))
    check(page)
    page.click("#replies [data-press=no]")
    page.click("#it-hurts")
    wait_for(page, "#toggle-name", "Try it again")
    check(page)
    page.click("#controls [data-press=stop]")
    wait_to_see(page, "#anew-button")
    check(page)
    page.goto(page.url + "guides/")
    page.evaluate("document.querySelectorAll('details').forEach((d) => (d.open = true))")
    check(page)
    page.goto(page.url.replace("guides/", "history"))
    wait_to_see(page, ".calendar")
    check(page)


def test_a_narrow_phone(visit, address):
    """Nothing is wider than a phone of 320 pixels, in a routine neither."""
    page = visit(viewport=NARROW)
    for path in ("/", "/guides/", "/history", "/"):
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], path
    start(page, "strength")
    wait_to_see(page, "#figure svg")
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


WHOLE = (PHONES[0], LOW[0])
"""Sizes on which all of a routine is looked at; on the others its first steps."""


BUTTONS = ["#toggle", "[data-press=next]", "#it-hurts"]
"""What a runner may need at once."""
ON_TOP = """(selectors) => selectors.map((selector) => {
  const button = document.querySelector(selector);
  const box = button.getBoundingClientRect();
  return button.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2));
})"""


@pytest.mark.parametrize("size", [*PHONES, *LOW])
def test_a_small_phone(visit, service, size):
    """What a runner may need at once is in sight, over nothing that is read; nothing jumps."""
    page = visit(viewport=dict(zip(("width", "height"), size, strict=True)))
    assert box(page, "#said")[3] < box(page, "#begin")[1] < size[1]
    page.check("input[value=glute-stretch]")
    page.evaluate("scrollTo(0, 10000); document.querySelector('#begin').click()")
    until(page, "document.querySelector('audio').currentTime > 0")
    words, dial = box(page, "#said"), box(page, ".dial")
    assert 0 <= dial[1] < words[1] < words[3] <= box(page, ".bar")[1]
    page.evaluate("document.querySelector('audio').playbackRate = 0.0625; scrollTo(0, 0)")
    timeline = service.repertoire.timeline("glute-stretch")
    captions = list(captions_of(timeline, service.wording.script()))
    places = []
    for step, span in enumerate(timeline.spans if size in WHOLE else timeline.spans[:4]):
        if not step:
            continue  # the words with which the routine began are there still
        page.click("[data-press=next]")
        until(page, f"document.querySelectorAll('#strip li')[{step}].ariaCurrent")
        here = [caption for caption in captions if span.start <= caption.start < span.end]
        for caption in (max(here, key=lambda told: len(told.text)), here[0]):
            seek(page, caption.start / SECOND + 0.1)
            page.evaluate("document.querySelector('audio').playbackRate = 0.0625")
            wait_for(page, "#caption", re.escape(caption.text))
            read = (*READ, "#next") if size in LOW else READ
            bar, more, *others = boxes(page, [".bar", ".more", *BUTTONS, *read])
            assert page.evaluate(ON_TOP, BUTTONS) == [True] * len(BUTTONS)
            for _, top, _, bottom in others[: len(BUTTONS)]:
                assert bar[1] <= top < bottom <= size[1]
            for name, (_, top, _, bottom) in zip(read, others[len(BUTTONS) :], strict=True):
                assert 0 <= top < bottom <= bar[1], (step, name)
            places.append((bar, more))
    assert len(set(places)) == 1
    page.click("#it-hurts")
    wait_to_see(page, "#replies")
    assert box(page, ".bar") == bar
    assert 0 <= box(page, "#said")[1] < box(page, "#replies")[3] <= bar[1]


@pytest.mark.parametrize("size", [*PHONES, (375, 667), *LOW])
def test_what_is_asked_after_pain_is_answered_in_sight(visit, size):
    """However far a phone's page is scrolled, be it opened anew, the answers are on top of it."""
    page = visit(viewport=dict(zip(("width", "height"), size, strict=True)))
    answers = [f"#stage-replies [data-press={name}]" for name in ("yes", "no", "easier", "stop")]

    def check():
        for place in (0, 10000):
            page.evaluate(f"scrollTo(0, {place})")
            assert page.evaluate(ON_TOP, answers) == [True] * len(answers)
            for left, top, right, bottom in boxes(page, answers):
                assert 0 <= left < right <= size[0]
                assert 0 <= top < bottom <= box(page, ".bar")[1]

    start(page, "pre-run")
    page.click("#it-hurts")
    wait_to_see(page, "#replies [data-press=stop]")
    wait_for(page, "#said", "clam")
    assert 0 <= box(page, "#said")[1] < box(page, "#said")[3] <= box(page, "#replies")[1]
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    check()
    page.reload()
    page.wait_for_selector("body[data-ready]")
    wait_to_see(page, "#replies [data-press=stop]")
    check()


def test_nothing_jumps_on_a_desk(visit, service):
    """Neither captions nor answers move the controls."""
    page = visit(viewport={"width": 1280, "height": 800})
    start(page)
    page.evaluate("scrollTo(0, 0)")
    placed = box(page, ".bar")
    type_in(page, "how do I do this")
    wait_for(page, "#heard", "how do I")
    wait_for(page, "#said", "[a-z]{3}")
    page.evaluate("scrollTo(0, 0)")
    assert box(page, ".bar") == placed
    for span in service.repertoire.timeline("post-run").spans:
        seek(page, span.begin / SECOND + 8)
        wait_for(page, "#cue", "Hold")
        assert box(page, ".bar") == placed


def test_every_word_can_be_read(visit, address):
    """On the narrowest phone no word is smaller than 12 pixels, and none is cut off."""
    page = visit(script=RECOGNITION, viewport=NARROW)
    sizes = """() => Array.from(
      document.querySelectorAll("main *, header *, footer *, dialog *"),
      (seen) => [seen, Array.from(seen.childNodes).some((node) => node.data?.trim())],
    ).filter(([seen, hasWords]) => hasWords && seen.getClientRects().length)
      .map(([seen]) => [
        parseFloat(getComputedStyle(seen).fontSize) *
          (seen.ownerSVGElement ? seen.getScreenCTM().a : 1),
        seen.textContent.trim(),
      ]).filter(([size]) => size < 12)"""
    for path in PAGES:
        page.goto(address + path)
        if path == "/":
            start(page)
            assert page.evaluate(sizes) == []
            room, needed = page.evaluate("""(() => {
              const words = document.querySelector("#words");
              const { font, paddingLeft, paddingRight } = getComputedStyle(words);
              const drawn = document.createElement("canvas").getContext("2d");
              drawn.font = font;
              return [
                words.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight),
                drawn.measureText(words.placeholder).width,
              ];
            })()""")
            assert needed <= room
        elif path == "/history":
            wait_to_see(page, ".calendar")
        assert page.evaluate(sizes) == [], path


def test_the_help_opens_at_its_top(visit):
    """On a phone its first words are what is seen first."""
    page = visit(viewport=dict(zip(("width", "height"), PHONES[0], strict=True)))
    page.click("#help-open")
    wait_to_see(page, "#help-title")
    assert page.evaluate("document.querySelector('#help').scrollTop") == 0
    assert page.evaluate("document.activeElement.id") == "help-title"


@pytest.mark.parametrize("size", [*PHONES, (1280, 860)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_every_page_leads_to_every_other(visit, address, size):
    """Coach, guides, history and help are in one line on each page, on any screen."""
    page = visit(viewport=dict(zip(("width", "height"), size, strict=True)))
    for path in PAGES:
        page.goto(address + path)
        links = page.locator("header nav > *").all()
        assert [link.inner_text() for link in links] == ["Coach", "Guides", "History", "Help"]
        boxes = [link.bounding_box() for link in (*links, page.locator(".brand"))]
        assert len({round(box["y"] + box["height"] / 2) for box in boxes}) == 1
        assert all(box["x"] + box["width"] <= size[0] for box in boxes)


def test_help_from_any_page(visit):
    """The help is asked for on another page, and is there; once it is closed, it stays so."""
    page = visit("/history")
    page.click("text=Help")
    wait_to_see(page, "#help-title")
    page.click("#help-close")
    page.reload()
    page.wait_for_selector("body[data-ready]")
    assert not page.is_visible("#help-title")


def test_text_twice_as_large(visit, address):
    """With text twice as large nothing leaves a narrow screen, and no button's name is cut."""
    page = visit(viewport={"width": 320, "height": 568})

    def enlarge():
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320

    for path in PAGES:
        page.goto(address + path)
        enlarge()
    page.goto(address)
    page.wait_for_selector("body[data-ready]")
    start(page)
    enlarge()
    page.click("#it-hurts")
    wait_to_see(page, "#replies [data-press=stop]")
    for button in page.locator(".bar button, #replies button").all():
        seen = button.bounding_box()
        assert 0 <= seen["x"] < seen["x"] + seen["width"] <= 320
        assert button.evaluate("(seen) => seen.scrollWidth <= seen.clientWidth")


def test_what_it_is_not_is_said_once(visit):
    """Somebody new is told once that this is no medical advice; so is whoever comes back."""
    page = visit()
    wait_for(page, "#said", "not medical advice")
    assert page.inner_text("body").count("medical advice") == 1
    start(page)
    page.reload()
    page.wait_for_selector("body[data-ready]")
    assert page.inner_text("body").count("medical advice") == 1
