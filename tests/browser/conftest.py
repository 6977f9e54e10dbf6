"""Real pages in a real browser: Debian's Chromium driven by Playwright; skipped where either is missing.

``city_desks``  windows at a small city whose clock the test sets (``steered.at``)
``demo_desks``  windows at the demo city of ``imloop serve --demo``
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from support.desks import Desk, SteeredCity, Windows

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
MANY = {"IMLOOP_PUBLIC_ASKS_PER_MINUTE": "100000"}  # a test asks faster than people do
TESTS = Path(__file__).parents[1]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip("no Chromium on this machine (Debian: apt install chromium)")
    pytest.importorskip("playwright", reason="playwright is not installed (make dev)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def steered_server(request: pytest.FixtureRequest, browser: Browser, servers: Any) -> Any:
    name = request.module.__name__.rpartition(".")[2]
    return servers.start(name, ["support.servers.steered_site"], PYTHONPATH=_python_path(), **MANY)


def _python_path() -> str:
    return os.pathsep.join([str(TESTS), *filter(None, [os.environ.get("PYTHONPATH", "")])])


@pytest.fixture
def steered(steered_server: Any, browser: Browser) -> Iterator[SteeredCity]:
    windows = Windows(browser, steered_server.base_url)
    yield SteeredCity(windows, steered_server.data)
    windows.close()


@pytest.fixture(scope="package")
def demo_server(browser: Browser, servers: Any) -> Any:
    return servers.demo("demo", **MANY)


@dataclass
class DemoCity:
    windows: Windows
    people: dict[str, dict[str, str]]

    def desk(self, role: str, **options: Any) -> Desk:
        """The window of the demo person of that role, logged in; the first page of the public for ``""``."""
        desk = self.windows.open(**options)
        if role:
            desk.log_in(role, self.people[role]["password"])
        else:
            desk.go("/")
        return desk


@pytest.fixture
def demo(demo_server: Any, browser: Browser) -> Iterator[DemoCity]:
    windows = Windows(browser, demo_server.base_url)
    yield DemoCity(windows, demo_server.credentials["users"])
    windows.close()
