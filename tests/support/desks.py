"""People at a browser: each has an own window, starts at the first page and goes on by what the page offers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from support.servers.steered_site import PASSWORD, set_clock

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response

WIDE, NARROW = 1280, 390
PATIENCE_MS = 20_000
"""How long Playwright waits for what a page should show; it goes on at once when it is there."""


@dataclass
class Watch:
    """What no page may do: ask another host, break its own content policy, fail in a script, miss a file."""

    base_url: str
    faults: list[str] = field(default_factory=list)
    bytes_of: dict[str, int] = field(default_factory=dict)

    def over(self, context: BrowserContext) -> None:
        context.on("request", self._request)
        context.on("response", self._response)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.faults.append(f"script: {error.error}"))

    def _request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.base_url}/", "data:")):
            self.faults.append(f"leaves the host: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 500 or (response.status >= 400 and "/static/" in response.url):
            self.faults.append(f"{response.status}: {response.url}")

    def _console(self, message: ConsoleMessage) -> None:
        # Chromium reports every breach of the content policy here. A refused form is no fault.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.faults.append(f"console: {message.text}")


class Desk:
    """One person's window."""

    def __init__(self, page: Page, base_url: str) -> None:
        self.page = page
        self.base_url = base_url

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    def go(self, path: str) -> int:
        """Open an address directly; the status."""
        response = self.page.goto(f"{self.base_url}{path}")
        assert response is not None, path
        return response.status

    def log_in(self, username: str, password: str) -> None:
        """From the first page."""
        self.go("/")
        self.click("登录")
        self.fill("用户名", username)
        self.fill("密码", password)
        self.press("登录")
        self.page.wait_for_url(lambda address: "/login" not in address)

    def click(self, name: str | re.Pattern[str], *, exact: bool = True) -> None:
        """Follow the first link of that name."""
        self.page.get_by_role("link", name=name, exact=exact).first.click()

    def press(self, name: str, *, exact: bool = True) -> None:
        """Press the first button of that name in the main part of the page."""
        self.page.get_by_role("main").get_by_role("button", name=name, exact=exact).first.click()

    def fill(self, label: str, value: str) -> None:
        self.page.get_by_role("main").get_by_label(label, exact=True).first.fill(value)

    def choose(self, label: str, value: str) -> None:
        """Choose an entry of a list by its value or words."""
        self.page.get_by_role("main").get_by_label(label, exact=True).first.select_option(value)

    def tick(self) -> None:
        """The box of what cannot be undone."""
        self.page.get_by_role("main").get_by_role("checkbox").first.check()

    def hand_in(self, label: str, name: str, content: bytes) -> None:
        """Choose a file."""
        file = {"name": name, "mimeType": "application/json", "buffer": content}
        self.page.get_by_label(label, exact=False).set_input_files([file])  # type: ignore[list-item]

    def sees(self, *texts: str) -> None:
        """Every text stands in the main part of the page (waits for it)."""
        from playwright.sync_api import expect

        for text in texts:
            expect(self.page.get_by_role("main")).to_contain_text(text, timeout=PATIENCE_MS)

    def sees_not(self, text: str) -> None:
        from playwright.sync_api import expect

        expect(self.page.get_by_role("main")).not_to_contain_text(text, timeout=PATIENCE_MS)


@dataclass
class SteeredCity:
    """The small city of ``support.servers.steered_site``, at the moment ``at`` names."""

    windows: Windows
    data: Path

    def at(self, text: str) -> None:
        set_clock(self.data, text)

    def desk(self, code: str, **options: Any) -> Desk:
        """The window of the person of that party, logged in."""
        desk = self.windows.open(**options)
        desk.log_in(code, PASSWORD)
        return desk


class Windows:
    """Opens windows at one server and keeps watch over all of them."""

    def __init__(self, browser: Browser, base_url: str) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self.base_url = base_url
        self.watch = Watch(base_url)

    def open(
        self, *, width: int = WIDE, script: bool = True, language: str = "", large: bool = False
    ) -> Desk:
        context = self._browser.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=script, locale="zh-CN"
        )
        context.set_default_timeout(PATIENCE_MS)
        self._contexts.append(context)
        self.watch.over(context)
        desk = Desk(context.new_page(), self.base_url)
        if language or large:
            desk.go(f"/settings?language={language or 'zh-hans'}&large={int(large)}")
        return desk

    def close(self) -> None:
        for context in self._contexts:
            context.close()
        assert not self.watch.faults, "\n".join(self.watch.faults)
