"""Addresses of prices and who tests and repairs at once, and their places in the menus of desks."""

from __future__ import annotations

from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from imloop.pages.menu_entry import Group, MenuEntry
from imloop.pages.prices import prices
from imloop.store.models import PartyKind

urlpatterns: list[URLPattern] = [
    path("prices", prices.prices),
    path("conflicts", prices.conflicts),
]

MENU = (
    MenuEntry(
        "/conflicts",
        _("检修分离"),
        Group.CASEWORK,
        40,
        (PartyKind.ENVIRONMENT, PartyKind.TRANSPORT, PartyKind.MARKET),
    ),
    MenuEntry("/prices", _("收费"), Group.REGISTERS, 60, (PartyKind.MARKET, PartyKind.ADMIN)),
)
