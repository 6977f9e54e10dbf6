"""Addresses of who did what and who looked, and their places in the menus of desks."""

from __future__ import annotations

from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from imloop.pages.duty import officials, supervision
from imloop.pages.menu_entry import MenuEntry
from imloop.store.models import PartyKind

urlpatterns: list[URLPattern] = [
    path("supervision", supervision.people),
    path("my-record", officials.my_record),
    path("supervision/officials", officials.officials),
    path("supervision/officials/<str:username>", officials.one_official),
    path("supervision/looks", supervision.looks),
    path("supervision/acts", supervision.acts),
    path("supervision/looks/<int:number>", supervision.one_look),
    path("supervision/acts/<int:number>", supervision.one_act),
]

MENU = (
    MenuEntry("/supervision", _("人员与履职"), {PartyKind.SUPERVISOR: 20, PartyKind.ADMIN: 30}),
    MenuEntry("/supervision/officials", _("履职对照"), {PartyKind.SUPERVISOR: 22, PartyKind.ADMIN: 32}),
    MenuEntry("/supervision/looks", _("谁看过"), {PartyKind.SUPERVISOR: 30, PartyKind.ADMIN: 40}),
    MenuEntry("/supervision/acts", _("履职记录"), {PartyKind.SUPERVISOR: 40, PartyKind.ADMIN: 50}),
)
