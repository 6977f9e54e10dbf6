"""Addresses of outages and what was done on paper, and their places in the menus of desks."""

from __future__ import annotations

from django.urls import URLPattern, path
from django.utils.translation import pgettext_lazy

from imloop.pages.menu_entry import Group, MenuEntry
from imloop.pages.outages import istation_outage, outages
from imloop.store.models import PartyKind

urlpatterns: list[URLPattern] = [
    path("desk/istation/outage", istation_outage.outage),
    path("desk/istation/outage/form.pdf", istation_outage.paper_form),
    path("outages", outages.outages),
    path("outages/<str:number>", outages.one_outage),
    path("unlocks/<str:number>", outages.one_unlock),
    path("unlocks/<str:number>/files/<str:digest>", outages.unlock_file),
    path("public/outages", outages.public_outages),
]

MENU = (
    MenuEntry(
        "/outages",
        pgettext_lazy("many", "系统故障"),
        Group.RUNNING,
        20,
        (PartyKind.ENVIRONMENT, PartyKind.ADMIN),
    ),
    MenuEntry(
        "/desk/istation/outage", pgettext_lazy("many", "系统故障"), Group.RUNNING, 10, (PartyKind.ISTATION,)
    ),
)
