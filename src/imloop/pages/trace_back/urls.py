"""Addresses of the way back from an over-limit vehicle, and its place in the menus of desks."""

from __future__ import annotations

from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from imloop.pages.menu_entry import Group, MenuEntry
from imloop.pages.trace_back import trace_back
from imloop.store.models import PartyKind

urlpatterns: list[URLPattern] = [
    path("trace-back", trace_back.search),
    path("vehicles/<int:vehicle_id>/trace-back", trace_back.one_vehicle),
    path("vehicles/<int:vehicle_id>/trace-back.pdf", trace_back.sheet),
]

MENU = (
    MenuEntry(
        "/trace-back",
        _("追溯倒查"),
        Group.CASEWORK,
        20,
        (
            PartyKind.ENVIRONMENT,
            PartyKind.TRANSPORT,
            PartyKind.MARKET,
            PartyKind.POLICE,
            PartyKind.SUPERVISOR,
        ),
    ),
)
