"""Addresses of the vehicle register, and their places in the menus of desks."""

from __future__ import annotations

from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from imloop.pages.menu_entry import MenuEntry
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
    MenuEntry("/desk/police", _("标志与通行"), {PartyKind.POLICE: 20}),
    MenuEntry(
        "/vehicles",
        _("车辆"),
        {PartyKind.ENVIRONMENT: 80, PartyKind.POLICE: 50, PartyKind.SUPERVISOR: 90, PartyKind.ADMIN: 100},
    ),
    MenuEntry("/vehicles/import", _("导入车辆"), {PartyKind.POLICE: 60}),
)
