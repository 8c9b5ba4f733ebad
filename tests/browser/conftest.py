"""The tests of this folder drive Chromium, and run only on request: ``pytest -m browser tests/browser``."""

import os
import shutil
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from on_request import deselect
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Route,
    expect,
    sync_playwright,
)

_CHROMIUM: Final = ("chromium", "chromium-browser", "google-chrome")
_HERE: Final = ("about", "blob", "data", "file")
"""Schemes of addresses that never leave this machine."""
_PATIENCE: Final = 30_000
"""How long anything may take, in milliseconds: machines that test are slow."""


Violations = Callable[[Page], list[str]]
"""Returns what axe finds on a page, as lines: rule and element."""


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "browser: drives Chromium, which must be installed")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave these tests out unless they are asked for."""
    deselect(config, items, "browser")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start the Chromium, or Chrome, of this machine."""
    found = next(filter(None, map(shutil.which, _CHROMIUM)), None)
    if found is None:
        pytest.fail("Chromium is not installed: apt-get install chromium", pytrace=False)
    flags = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    expect.set_options(timeout=_PATIENCE)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=found, args=flags)
        except Error as error:
            pytest.fail(f"{found} does not start: {error.message.partition(chr(10))[0]}", pytrace=False)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """Give a fresh profile that reaches nothing but this machine; asking for more fails the test."""
    refused: list[str] = []

    def pass_on(route: Route) -> None:
        address = urlsplit(route.request.url)
        if address.scheme in _HERE or address.hostname == "127.0.0.1":
            route.continue_()
        else:
            refused.append(route.request.url)
            route.abort()

    context = chromium.new_context(locale="en-GB", accept_downloads=True, reduced_motion="reduce")
    context.set_default_timeout(_PATIENCE)
    context.route("**/*", pass_on)
    yield context
    context.close()
    assert refused == [], "the page asked for something elsewhere"


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """Open a tab of such a profile."""
    return context.new_page()


@pytest.fixture
def console(context: BrowserContext) -> list[str]:
    """Collect the errors of all tabs: what scripts raised or wrote, and what a policy refused."""
    errors: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error":
            errors.append(message.text)

    context.on("console", listen)
    context.on("weberror", lambda found: errors.append(str(found.error)))
    return errors


@pytest.fixture(scope="session")
def violations() -> Violations:
    """Return a function that asks axe what stands in somebody's way on a page; it needs ``bypass_csp``."""
    axe: Any = import_module("axe_playwright_python.sync_playwright").Axe()  # it has no types

    def found(page: Page) -> list[str]:
        rules = axe.run(page).response["violations"]
        return [f"{rule['id']}: {node['html'][:150]}" for rule in rules for node in rule["nodes"]]

    return found
