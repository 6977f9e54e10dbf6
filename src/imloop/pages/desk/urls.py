"""Addresses of each party's first page, and their places in the menus of desks."""

from __future__ import annotations

from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from imloop.pages.desk import first_steps, istation, mstation, work_desk
from imloop.pages.menu_entry import MenuEntry
from imloop.store.models import PartyKind

urlpatterns: list[URLPattern] = [
    path("desk/istation", istation.today),
    path("desk/mstation", mstation.cases),
    path("work", work_desk.work),
    path("first-steps", first_steps.steps),
]

MENU = (
    MenuEntry("/first-steps", _("起步"), {PartyKind.ADMIN: 15}),
    MenuEntry("/desk/istation", _("今日"), {PartyKind.ISTATION: 10}),
    MenuEntry("/desk/mstation", pgettext_lazy("many", "案件"), {PartyKind.MSTATION: 10}),
    MenuEntry(
        "/work",
        _("待办"),
        {
            PartyKind.ENVIRONMENT: 10,
            PartyKind.TRANSPORT: 10,
            PartyKind.MARKET: 10,
            PartyKind.POLICE: 10,
            PartyKind.SUPERVISOR: 10,
            PartyKind.ADMIN: 10,
        },
    ),
)
