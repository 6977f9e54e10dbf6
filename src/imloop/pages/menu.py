"""The menu of each desk, in the order of its work: the entries of all subjects, joined."""

from __future__ import annotations

from imloop.pages.menu_entry import OWN, Group, MenuEntry
from imloop.pages.urls import SUBJECTS
from imloop.steps.ground.access import Caller

ENTRIES: tuple[MenuEntry, ...] = tuple(
    entry for subject in SUBJECTS for entry in getattr(subject, "MENU", ())
)


def menu(caller: Caller, path: str = "") -> list[tuple[str, list[dict[str, str]]]]:
    """Heading and entries of every group in which the desk has any. An entry has ``url``, ``label`` and
    ``here``: "page" at its own address, "true" where ``path`` lies below it and below no other, else empty."""
    mine = sorted((each for each in ENTRIES if caller.kind in each.desks), key=lambda each: each.at)
    urls = [each.url.replace(OWN, caller.party_code) for each in mine]
    above = max((url for url in urls if f"{path}/".startswith(f"{url}/")), key=len, default="")
    groups: dict[Group, list[dict[str, str]]] = {group: [] for group in Group}
    for each, url in zip(mine, urls, strict=True):
        here = "" if url != above else "page" if url == path else "true"
        groups[each.group].append({"url": url, "label": str(each.label), "here": here})
    return [(str(group.value), entries) for group, entries in groups.items() if entries]


def addresses(caller: Caller) -> list[str]:
    return [entry["url"] for _, entries in menu(caller) for entry in entries]
