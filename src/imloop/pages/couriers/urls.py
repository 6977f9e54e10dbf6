"""Addresses of receivers outside and what they got, and their places in the menus of desks."""

from __future__ import annotations

from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from imloop.pages.couriers import couriers
from imloop.pages.menu_entry import Group, MenuEntry
from imloop.store.models import PartyKind

urlpatterns: list[URLPattern] = [
    path("couriers", couriers.couriers),
    path("couriers/<str:code>", couriers.one_courier),
    path("public/signing-key", couriers.signing_key),
]

MENU = (
    MenuEntry(
        "/couriers",
        _("外送"),
        Group.RUNNING,
        30,
        (PartyKind.ENVIRONMENT, PartyKind.TRANSPORT, PartyKind.SUPERVISOR, PartyKind.ADMIN),
    ),
)
