"""What pages load: little, at once, and modules that a reader can follow."""

import re

import pytest

from skill.browser.pages import STATIC
from tests.browser.chromium import PAGES, start, until

HEAVIEST = 150_000
"""Bytes of a page with all that it loads, sound aside."""
LONGEST_MODULE = 300
"""Lines."""
IMPORTED = re.compile(r'^import (?:.* from )?"\./(.+)";$', re.MULTILINE)


def test_weight(visit, address):
    """A page with all that it loads, and the coach's with a whole routine, is light."""
    for path in PAGES:
        weights = {}
        page = visit("/healthz")  # nothing is kept from another page
        page.on("requestfinished", lambda done, w=weights: w.__setitem__(done, done.sizes()))
        page.goto(address + path)
        if path == "/":
            page.wait_for_selector("body[data-ready]")
            start(page, "strength")
            for step in range(page.locator("#strip li").count()):
                until(page, f"document.querySelectorAll('#strip li')[{step}].ariaCurrent")
                page.keyboard.press("ArrowRight")
        page.wait_for_timeout(300)
        silent = {
            done.url: sum(size[part] for part in ("responseBodySize", "responseHeadersSize"))
            for done, size in weights.items()
            if ".mp3" not in done.url
        }
        assert 0 < sum(silent.values()) <= HEAVIEST, path


def test_first_paint_needs_one_round_trip(visit):
    """Nothing that the page loads besides is waited for before something is seen."""
    page = visit("/history")
    loaded = page.evaluate(
        "performance.getEntriesByType('resource').map((entry) => entry.renderBlockingStatus)"
    )
    assert set(loaded) == {"non-blocking"}


def test_scripts_need_one_round_trip(visit):
    """All that the coach's script imports is named by the page itself, and nothing else."""
    page = visit()
    preloads = page.locator("link[rel=modulepreload]").all()
    named = {link.get_attribute("href").rpartition("/")[2] for link in preloads}
    assert named == {"coach.js", *_imported("coach.js")}


def test_without_scripts(visit):
    """Without scripts the page says where the guides are."""
    page = visit("/history", java_script_enabled=False)
    assert "JavaScript" in page.inner_text("main")


def _imported(name, importers=()):
    """Return all modules that one of ours imports, by way of others too; none imports itself."""
    assert name not in importers, f"a circle: {importers}"
    direct = IMPORTED.findall((STATIC / name).read_text(encoding="utf-8"))
    return set(direct).union(*(_imported(other, (*importers, name)) for other in direct))


@pytest.mark.parametrize("name", sorted(script.name for script in STATIC.glob("*.js")))
def test_modules(name):
    """Each module is short enough to be read at once, and imports go one way only."""
    assert len((STATIC / name).read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE
    _imported(name)
