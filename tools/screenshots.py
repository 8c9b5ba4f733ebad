"""Take the pictures of ``docs/images/`` anew: pages made of the examples, shown by the system's Chromium.

Needs Chromium and the ``dev`` extra. Look at the pictures before you commit them.
"""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal

from playwright.sync_api import Page, ViewportSize, sync_playwright

from wamigrate.library import convert

ROOT: Final = Path(__file__).resolve().parent.parent
IMAGES: Final = ROOT / "docs" / "images"
EXAMPLE: Final = ROOT / "fixtures" / "examples" / "WhatsApp Chat with ChatGPT.zip"
LIMIT: Final = 150_000
"""Bytes that a picture may have."""
_DESKTOP: Final[ViewportSize] = {"width": 1000, "height": 570}
_PHONE: Final[ViewportSize] = {"width": 360, "height": 640}


def main() -> None:
    """Make the page, take the pictures, and say how large they are."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder) / "example.html"
        convert(EXAMPLE, "html", path)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, size, scheme, show in _PICTURES:
            page = browser.new_page(viewport=size, color_scheme=scheme, reduced_motion="reduce")
            page.goto(path.as_uri())
            page.locator("html[data-ready]").wait_for(state="attached")
            show(page)
            page.wait_for_timeout(300)
            page.screenshot(path=IMAGES / name)
            bytes_ = (IMAGES / name).stat().st_size
            print(f"{name}: {bytes_:,} bytes")
            assert bytes_ <= LIMIT
        browser.close()


def _show_code(page: Page) -> None:
    """Open the first conversation with code, at the code."""
    page.get_by_text("Filters").click()
    page.get_by_label("With", exact=True).select_option("Code")
    page.locator("#results a").last.click()
    page.locator("article pre").first.wait_for()
    page.evaluate("document.activeElement.blur()")
    if page.get_by_role("button", name="Clear search").is_visible():
        page.get_by_role("button", name="Clear search").click()
        page.get_by_text("Filters").click()
        page.evaluate("document.activeElement.blur()")
        page.locator("#list a[aria-current]").evaluate("link => link.scrollIntoView({block: 'center'})")


def _show_search(page: Page) -> None:
    """Search for words, and open what was found."""
    page.get_by_role("searchbox").fill("oven bread")
    page.locator("#results a").first.wait_for()
    page.locator("#results a").first.click()


_Theme = Literal["light", "dark"]
_PICTURES: Final[tuple[tuple[str, ViewportSize, _Theme, Callable[[Page], None]], ...]] = (
    ("html-page.png", _DESKTOP, "light", _show_code),
    ("html-search.png", _DESKTOP, "dark", _show_search),
    ("html-phone.png", _PHONE, "light", _show_code),
)


if __name__ == "__main__":
    main()
