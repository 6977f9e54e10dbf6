"""Addresses of repairs and repairers, and their places in the menus of desks."""

from __future__ import annotations

from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from imloop.pages.menu_entry import Group, MenuEntry
from imloop.pages.repairs import repair, repair_watch, repairers, station_papers
from imloop.store.models import PartyKind

urlpatterns: list[URLPattern] = [
    path("desk/mstation/repair", repair.repair),
    path("desk/mstation/repairs", repair.records),
    path("desk/mstation/repairs/<number:repair_no>", repair.one_record),
    path("desk/istation/papers", station_papers.papers),
    path("repairs/<str:shop>/<number:repair_no>/files/<str:digest>", repair.record_file),
    path("repairs", repair_watch.repairs),
    path("repairs/shops", repair_watch.shops),
    path("repairs/<str:shop>/<number:repair_no>", repair_watch.one_repair),
    path("public/repairers", repairers.repairers),
]

MENU = (
    MenuEntry("/desk/mstation/repair", _("填报维修"), Group.TODAY, 20, (PartyKind.MSTATION,)),
    MenuEntry(
        "/desk/mstation/repairs", pgettext_lazy("many", "维修记录"), Group.TODAY, 30, (PartyKind.MSTATION,)
    ),
    MenuEntry(
        "/repairs",
        pgettext_lazy("many", "维修"),
        Group.LOOP,
        30,
        (PartyKind.ENVIRONMENT, PartyKind.TRANSPORT),
    ),
    MenuEntry("/repairs/shops", _("维修站指标"), Group.LOOP, 40, (PartyKind.TRANSPORT,)),
)
