"""Addresses of who did what and who looked, and their places in the menus of desks."""

from __future__ import annotations

from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from imloop.pages.duty import officials, supervision
from imloop.pages.menu_entry import Group, MenuEntry
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
    MenuEntry("/supervision", _("人员与履职"), Group.DUTY, 10, (PartyKind.SUPERVISOR, PartyKind.ADMIN)),
    MenuEntry(
        "/supervision/officials", _("履职对照"), Group.DUTY, 20, (PartyKind.SUPERVISOR, PartyKind.ADMIN)
    ),
    MenuEntry("/supervision/looks", _("谁看过"), Group.DUTY, 30, (PartyKind.SUPERVISOR, PartyKind.ADMIN)),
    MenuEntry("/supervision/acts", _("履职记录"), Group.DUTY, 40, (PartyKind.SUPERVISOR, PartyKind.ADMIN)),
)
