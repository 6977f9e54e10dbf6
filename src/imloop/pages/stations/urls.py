"""Addresses of the register of stations, and their places in the menus of desks."""

from __future__ import annotations

from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from imloop.pages.menu_entry import MenuEntry
from imloop.pages.stations import compare, parties, register
from imloop.store.models import PartyKind

urlpatterns: list[URLPattern] = [
    path("public/stations/<str:code>", parties.public_station),
    path("parties", parties.stations),
    path("parties/compare", compare.compare),
    path("parties/<str:code>", parties.register_page),
    path("register/departments", register.departments),
    path("register/stations", register.stations),
    path("register/repairers", register.repairers),
    path("certificates", parties.certificates),
]

MENU = (
    MenuEntry(
        "/parties",
        _("站点"),
        {
            PartyKind.ENVIRONMENT: 60,
            PartyKind.TRANSPORT: 70,
            PartyKind.MARKET: 80,
            PartyKind.SUPERVISOR: 80,
        },
    ),
    MenuEntry(
        "/parties/compare",
        _("检验机构比较"),
        {PartyKind.ENVIRONMENT: 62, PartyKind.MARKET: 82, PartyKind.SUPERVISOR: 82},
    ),
    MenuEntry(
        "/certificates",
        _("证书到期"),
        {PartyKind.ENVIRONMENT: 70, PartyKind.TRANSPORT: 80, PartyKind.MARKET: 30},
    ),
    MenuEntry("/parties/{own}", _("本站登记"), {PartyKind.ISTATION: 100, PartyKind.MSTATION: 50}),
)
