"""Addresses of prices and who tests and repairs at once, and their places in the menus of desks."""

from __future__ import annotations

from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from imloop.pages.menu_entry import MenuEntry
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
        {PartyKind.ENVIRONMENT: 140, PartyKind.TRANSPORT: 90, PartyKind.MARKET: 40},
    ),
    MenuEntry("/prices", _("收费"), {PartyKind.MARKET: 20, PartyKind.ADMIN: 80}),
)
