"""Addresses of random draws, and their places in the menus of desks."""

from __future__ import annotations

from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from imloop.pages.draws import draws, public_draws
from imloop.pages.menu_entry import Group, MenuEntry
from imloop.store.models import PartyKind

urlpatterns: list[URLPattern] = [
    path("draws", draws.all_draws),
    path("draws/new", draws.new_draw),
    path("draws/<str:no>", draws.one_draw),
    path("public/draws", public_draws.draws),
    path("public/draws/check.pyz", public_draws.checker),
    path("public/draws/draw.py", public_draws.program),
    path("public/draws/<str:no>", public_draws.draw),
]

MENU = (
    MenuEntry(
        "/draws",
        _("随机抽查"),
        Group.CASEWORK,
        30,
        (PartyKind.ENVIRONMENT, PartyKind.TRANSPORT, PartyKind.MARKET, PartyKind.SUPERVISOR, PartyKind.ADMIN),
    ),
)
