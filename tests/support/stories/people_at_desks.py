"""People of an office and of a station at browser windows, who take the steps of one matter in turn."""

from __future__ import annotations

from typing import Any

from support.desks import Desk


class People:
    """Each at an own window, logged in anew whenever the clock has moved."""

    def __init__(self, steered: Any) -> None:
        self._steered = steered
        self._desks: dict[str, Desk] = {}
        self.number = ""

    def at(self, when: str) -> None:
        self._steered.at(when)
        self._desks.clear()

    def __call__(self, who: str) -> Desk:
        if who not in self._desks:
            self._desks[who] = self._steered.desk(who)
        return self._desks[who]

    def take(self, who: str, step: str, **given: str) -> Desk:
        """Open the matter, fill in the step's form and send it."""
        desk = self(who)
        desk.go(f"/matters/{self.number}")
        send(desk, step, given)
        return desk


def send(desk: Desk, step: str, given: dict[str, str]) -> None:
    """The form of a step: opened by its name, filled, confirmed."""
    form = desk.page.locator(f'form:has(input[name="step"][value="{step}"])')
    summary = form.locator("xpath=ancestor::details/summary")
    if summary.count():
        summary.click()
    for name, value in given.items():
        field = form.locator(f'[name="{step}-{name}"]')
        if field.evaluate("each => each.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    form.locator('[name="sure"]').check()
    form.locator("button").last.click()
    desk.page.wait_for_load_state()
