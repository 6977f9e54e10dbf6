"""Addresses of zones, alerts and vehicles of other provinces, and their places in the menus of desks."""

from __future__ import annotations

from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from imloop.pages.menu_entry import Group, MenuEntry
from imloop.pages.roads import roads
from imloop.store.models import PartyKind

urlpatterns: list[URLPattern] = [
    path("roads", roads.roads),
    path("zones", roads.zones),
    path("enrolments", roads.guests),
]

MENU = (
    MenuEntry("/zones", _("限行"), Group.REGISTERS, 100, (PartyKind.ENVIRONMENT, PartyKind.POLICE)),
    MenuEntry("/enrolments", _("外地车辆"), Group.REGISTERS, 110, (PartyKind.ENVIRONMENT, PartyKind.POLICE)),
)
