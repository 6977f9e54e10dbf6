"""Addresses of the register of stations, and their places in the menus of desks."""

from __future__ import annotations

from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from imloop.pages.menu_entry import Group, MenuEntry
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
        Group.REGISTERS,
        10,
        (PartyKind.ENVIRONMENT, PartyKind.TRANSPORT, PartyKind.MARKET, PartyKind.SUPERVISOR),
    ),
    MenuEntry(
        "/parties/compare",
        _("检验机构比较"),
        Group.REGISTERS,
        30,
        (PartyKind.ENVIRONMENT, PartyKind.MARKET, PartyKind.SUPERVISOR),
    ),
    MenuEntry(
        "/certificates",
        _("证书到期"),
        Group.REGISTERS,
        40,
        (PartyKind.ENVIRONMENT, PartyKind.TRANSPORT, PartyKind.MARKET),
    ),
    MenuEntry("/parties/{own}", _("本站登记"), Group.REGISTERS, 20, (PartyKind.ISTATION, PartyKind.MSTATION)),
)
