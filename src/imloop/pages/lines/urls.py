"""Addresses of test lines and their programs, and their places in the menus of desks."""

from __future__ import annotations

from django.urls import URLPattern, path
from django.utils.translation import pgettext_lazy

from imloop.pages.lines import istation_live, lines, software
from imloop.pages.menu_entry import Group, MenuEntry
from imloop.store.models import PartyKind

urlpatterns: list[URLPattern] = [
    path("desk/istation/live", istation_live.live),
    path("lines", lines.lines),
    path("lines/software", software.software),
    path("lines/<str:station>/<number:code>", lines.one_line),
]

MENU = (
    MenuEntry(
        "/lines",
        pgettext_lazy("many", "检测线"),
        Group.REGISTERS,
        50,
        (PartyKind.ISTATION, PartyKind.ENVIRONMENT, PartyKind.MARKET),
    ),
)
