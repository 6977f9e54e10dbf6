"""Addresses of what waits for a second person, and its place in the menus of desks."""

from __future__ import annotations

from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from imloop.pages.menu_entry import Group, MenuEntry
from imloop.pages.second_person import proposals
from imloop.steps.ground.access import OFFICES

urlpatterns: list[URLPattern] = [
    path("proposals", proposals.all_proposals),
    path("proposals/<int:number>", proposals.one_proposal),
    path("proposals/<int:number>/files/<str:digest>", proposals.one_file),
]

MENU = (MenuEntry("/proposals", _("待确认事项"), Group.TODAY, 20, OFFICES),)
