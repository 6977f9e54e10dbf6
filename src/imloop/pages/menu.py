"""The menu of each desk, in the order of its work: the entries of all subjects, joined."""

from __future__ import annotations

from imloop.pages.menu_entry import OWN, MenuEntry
from imloop.pages.urls import SUBJECTS
from imloop.steps.ground.access import Caller

ENTRIES: tuple[MenuEntry, ...] = tuple(
    entry for subject in SUBJECTS for entry in getattr(subject, "MENU", ())
)


def menu(caller: Caller) -> list[dict[str, str]]:
    """``url`` and ``label`` of every entry."""
    kind = caller.kind
    entries = sorted((each for each in ENTRIES if kind in each.places), key=lambda each: each.places[kind])
    return [{"url": each.url.replace(OWN, caller.party_code), "label": str(each.label)} for each in entries]
