"""Take the pictures of `wamigrate web` that the documentation shows.

``python tools/screenshots_window.py [FOLDER]`` starts it, gives it the example chat, and writes what Chromium
shows into ``docs/images/``; with a folder, it writes every screen there instead, on a desk and on a phone,
light and dark, to be looked at.
"""

import shutil
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, Page, sync_playwright

ROOT: Final = Path(__file__).resolve().parent.parent
CHAT: Final = ROOT / "fixtures" / "examples" / "WhatsApp Chat with ChatGPT.zip"
IMAGES: Final = ROOT / "docs" / "images"
_DESK: Final[dict[str, Any]] = {"viewport": {"width": 1000, "height": 760}}
_PHONE: Final[dict[str, Any]] = {
    "viewport": {"width": 360, "height": 760},
    "has_touch": True,
    "is_mobile": True,
}
_CHROMIUM: Final = ("chromium", "chromium-browser", "google-chrome")


def main(arguments: list[str]) -> int:
    """Write the pictures; return the exit status."""
    program = next(filter(None, map(shutil.which, _CHROMIUM)), None)
    if program is None:
        print("Chromium is not installed: apt-get install chromium", file=sys.stderr)
        return 1
    with _window() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        if arguments:
            folder = Path(arguments[0])
            folder.mkdir(parents=True, exist_ok=True)
            for device, kind in (("desk", _DESK), ("phone", _PHONE)):
                for scheme in ("light", "dark"):
                    _every_screen(
                        browser, address, folder / f"{device}-{scheme}", kind | {"color_scheme": scheme}
                    )
        else:
            _for_the_documentation(browser, address)
        browser.close()
    return 0


@contextmanager
def _window() -> Generator[str]:
    """Run the program; give its address."""
    with subprocess.Popen(
        [sys.executable, "-m", "wamigrate", "web", "--no-browser"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def _open(browser: Browser, address: str, kind: dict[str, Any]) -> Page:
    page = browser.new_context(locale="en-GB", reduced_motion="reduce", **kind).new_page()
    page.goto(address)
    return page


def _give(page: Page) -> None:
    page.set_input_files("#files", CHAT)
    page.wait_for_selector("#conversations")


def _for_the_documentation(browser: Browser, address: str) -> None:
    IMAGES.mkdir(exist_ok=True)
    page = _open(browser, address, _DESK)
    _give(page)
    page.screenshot(path=IMAGES / "web-check.png")
    phone = _open(browser, address, _PHONE | {"color_scheme": "dark"})
    _give(phone)
    phone.locator("[data-conversation]").nth(1).click()
    phone.wait_for_selector("dialog[open]")
    phone.screenshot(path=IMAGES / "web-phone.png")


def _every_screen(browser: Browser, address: str, start: Path, kind: dict[str, Any]) -> None:
    page = _open(browser, address, kind)

    def shot(name: str, *, whole: bool = True) -> None:
        page.screenshot(path=f"{start}-{name}.png", full_page=whole)

    shot("1-choose")
    _give(page)
    page.get_by_text("Something is wrong?").click()
    shot("2-check")
    page.locator("[data-conversation]").nth(1).click()
    page.wait_for_selector("dialog[open]")
    shot("3-read", whole=False)
    page.click("#preview-close")
    page.get_by_text("To a program of your own").first.click()
    page.check("input[value='into:openwebui']")
    page.click("form.make .primary")
    page.wait_for_selector("[data-busy]")
    shot("4-busy")
    page.wait_for_selector("#download")
    shot("5-take")
    page.get_by_role("button", name="Take another chat").click()
    page.set_input_files("#files", ROOT / "LICENSE")
    page.wait_for_selector("main .alert")
    shot("6-wrong")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
