"""Addresses of open lists and of the month's report, and its place in the menus of desks."""

from __future__ import annotations

from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from imloop.pages.menu_entry import Group, MenuEntry
from imloop.pages.reports import month, month_paper, open_lists
from imloop.store.models import PartyKind

urlpatterns: list[URLPattern] = [
    path("public/stations", open_lists.stations),
    path("public/stations/changes", open_lists.changes),
    path("desk/month", month.month),
    path("desk/month.pdf", month_paper.month_paper),
]

MENU = (
    MenuEntry(
        "/desk/month",
        _("月报"),
        Group.TODAY,
        40,
        (PartyKind.ENVIRONMENT, PartyKind.TRANSPORT, PartyKind.MARKET, PartyKind.SUPERVISOR),
    ),
)
