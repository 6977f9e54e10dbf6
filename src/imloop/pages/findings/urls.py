"""Addresses of findings, and their places in the menus of desks."""

from __future__ import annotations

from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from imloop.pages.findings import findings
from imloop.pages.menu_entry import Group, MenuEntry
from imloop.store.models import PartyKind

urlpatterns: list[URLPattern] = [
    path("findings", findings.findings),
    path("findings/<int:number>", findings.one_finding),
    path("findings/<int:number>/files/<str:digest>", findings.finding_file),
]

MENU = (
    MenuEntry(
        "/findings",
        _("线索"),
        Group.CASEWORK,
        10,
        (PartyKind.ENVIRONMENT, PartyKind.TRANSPORT, PartyKind.SUPERVISOR, PartyKind.ADMIN),
    ),
)
