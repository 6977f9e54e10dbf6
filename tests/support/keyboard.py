"""Going through a page by the keyboard alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

MOST = 80
_FOCUSED = """() => {
  const at = document.activeElement, style = getComputedStyle(at);
  const name = at.getAttribute('aria-label') || (at.labels && at.labels.length ? at.labels[0].innerText : at.innerText);
  return [(name || '').trim(), style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0];
}"""


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the field, link or button of that name has the focus; whatever has it must show that."""
    for _ in range(MOST):
        page.keyboard.press("Tab")
        focused, visible = page.evaluate(_FOCUSED)
        assert visible, f"the focus does not show on {focused!r}"
        if focused == name:
            return
    raise AssertionError(f"Tab does not lead to {name!r}")


def has_focus(page: Page, name: str) -> None:
    """Wait until the page has put the focus there itself; browsers do so with the first picture, not with the load."""
    page.wait_for_function(f"name => ({_FOCUSED})()[0] === name", arg=name)


def type_into(page: Page, name: str, text: str) -> None:
    tab_to(page, name)
    page.keyboard.insert_text(text)


def enter(page: Page, name: str) -> None:
    """Tab there, press Enter, and wait for the next page."""
    tab_to(page, name)
    with page.expect_navigation():
        page.keyboard.press("Enter")
