"""Takes the README's pictures of the pages: `python -m tests.browser.screenshots`."""

import io
import shutil
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from skill.bootstrap import build
from skill.coaching.runner import Completed
from skill.coaching.values import replace
from skill.records import decode, encode
from skill.settings import PROJECT, Settings
from skill.stores.memory import MemoryStore
from skill.web import create_app
from tests.simulators.serving import served

FOLDER = PROJECT / "skill" / "browser" / "screenshots"
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1200, "height": 800}
COLOURS = 128
DAYS_AGO = (0, 2, 5, 8, 9, 13, 15, 18, 20, 23, 26, 28, 33, 36, 40, 44, 47)


class Practised(MemoryStore):
    """Remembers of every runner that they have trained for some weeks."""

    def save(self, key: str, document: bytes, replacing: int | None) -> None:
        """Write a document; a runner's first one with a history."""
        if replacing is None and document.startswith(b"{"):
            now = datetime.now(UTC)
            done = tuple(Completed("post-run", now - timedelta(days=n)) for n in DAYS_AGO[::-1])
            document = encode(replace(decode(document), history=done))
        super().save(key, document, replacing)


def take(page: Page, name: str) -> None:
    """Write what is seen, in few colours."""
    page.mouse.move(0, 0)
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(900)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    few = picture.quantize(COLOURS, dither=Image.Dither.NONE)
    FOLDER.mkdir(exist_ok=True)
    few.save(FOLDER / f"{name}.png", optimize=True)


def main() -> None:
    """Take them all."""
    command = shutil.which("chromium")
    settings = Settings()
    with (
        closing(build(settings, store=Practised())) as service,
        served(create_app(settings, service=service)) as address,
        sync_playwright() as driver,
    ):
        browser = driver.chromium.launch(executable_path=command, args=["--no-sandbox"])

        def opened(path: str, viewport: dict[str, int], scheme: str) -> Page:
            page = browser.new_context(viewport=viewport, color_scheme=scheme).new_page()
            page.goto(address + path)
            if path == "/":
                page.wait_for_selector("body[data-ready]")
            return page

        take(opened("/", DESK, "light"), "start")
        page = opened("/", PHONE, "light")
        _start(page, "post-run", 45)
        take(page, "hold-on-a-phone")
        page = opened("/", DESK, "dark")
        _start(page, "pre-run", 117.9)
        page.fill("#words", "how do I do this")
        page.press("#words", "Enter")
        take(page, "question-in-the-dark")
        page.goto(f"{address}/history")
        take(page, "weeks")
        browser.close()


def _start(page: Page, routine: str, seconds: float) -> None:
    page.check(f"input[value={routine}]")
    page.click("#begin")
    page.wait_for_timeout(700)
    page.click("[data-press=next]")  # the words of the beginning have been read
    page.wait_for_timeout(700)
    page.evaluate(f"document.querySelector('audio').currentTime = {seconds}")
    page.wait_for_timeout(1200)


if __name__ == "__main__":
    main()
    for file in sorted(Path(FOLDER).iterdir()):
        print(file.name, file.stat().st_size)  # noqa: T201 - a command speaks
