"""Addresses of one inspection and what-if, and their places in the menus of desks."""

from __future__ import annotations

from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from imloop.pages.inspections import held_runs, inspection_list, one_inspection, upload, what_if
from imloop.pages.menu_entry import Group, MenuEntry
from imloop.store.models import PartyKind

urlpatterns: list[URLPattern] = [
    path("tests", inspection_list.inspections),
    path("tests/<number:test_no>", one_inspection.one_test),
    path("held-runs", held_runs.held_runs),
    path("held-runs/<str:station>/<str:held_no>/settle", held_runs.settle),
    path("desk/istation/upload", upload.upload),
    path("reports/<number:test_no>.pdf", upload.report_pdf),
    path("traces/<number:test_no>.csv", upload.trace_file),
    path("environment/what-if", what_if.what_if),
]

MENU = (
    MenuEntry("/desk/istation/upload", _("上传"), Group.TODAY, 30, (PartyKind.ISTATION,)),
    MenuEntry(
        "/tests",
        pgettext_lazy("many", "检验"),
        Group.LOOP,
        10,
        (PartyKind.ISTATION, PartyKind.ENVIRONMENT, PartyKind.MARKET, PartyKind.SUPERVISOR),
    ),
    MenuEntry(
        "/held-runs",
        pgettext_lazy("menu", "待核实"),
        Group.LOOP,
        50,
        (PartyKind.ISTATION, PartyKind.ENVIRONMENT, PartyKind.SUPERVISOR),
    ),
    MenuEntry("/environment/what-if", _("推演"), Group.RUNNING, 40, (PartyKind.ENVIRONMENT,)),
)
