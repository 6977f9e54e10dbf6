"""Addresses of each party's first page, and their places in the menus of desks."""

from __future__ import annotations

from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from imloop.pages.desk import first_steps, istation, mstation, work_desk
from imloop.pages.menu_entry import Group, MenuEntry
from imloop.steps.ground.access import OFFICES
from imloop.store.models import PartyKind

urlpatterns: list[URLPattern] = [
    path("desk/istation", istation.today),
    path("desk/mstation", mstation.cases),
    path("work", work_desk.work),
    path("first-steps", first_steps.steps),
]

MENU = (
    MenuEntry("/first-steps", _("起步"), Group.TODAY, 30, (PartyKind.ADMIN,)),
    MenuEntry("/desk/istation", _("今日"), Group.TODAY, 10, (PartyKind.ISTATION,)),
    MenuEntry("/desk/mstation", pgettext_lazy("many", "案件"), Group.TODAY, 10, (PartyKind.MSTATION,)),
    MenuEntry("/work", _("待办"), Group.TODAY, 10, OFFICES),
)
