"""Addresses of the vehicle register, and their places in the menus of desks."""

from __future__ import annotations

from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from imloop.pages.menu_entry import Group, MenuEntry
from imloop.pages.vehicles import register_words, vehicles
from imloop.store.models import PartyKind

urlpatterns: list[URLPattern] = [
    path("desk/police", vehicles.police),
    path("vehicles", vehicles.vehicles),
    path("vehicles/import", vehicles.import_vehicles),
    path("vehicles/lists/<str:evidence>.bin", register_words.kept),
    path("vehicles/import/<str:digest>.csv", vehicles.import_rejected),
    path("vehicles/<int:vehicle_id>", vehicles.one_vehicle),
]

MENU = (
    MenuEntry("/desk/police", _("标志与通行"), Group.TODAY, 30, (PartyKind.POLICE,)),
    MenuEntry(
        "/vehicles",
        _("车辆"),
        Group.REGISTERS,
        70,
        (PartyKind.ENVIRONMENT, PartyKind.POLICE, PartyKind.SUPERVISOR, PartyKind.ADMIN),
    ),
    MenuEntry("/vehicles/import", _("导入车辆"), Group.REGISTERS, 80, (PartyKind.POLICE,)),
)
