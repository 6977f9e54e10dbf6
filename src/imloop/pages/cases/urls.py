"""Addresses of cases, for departments, stations and owners, and their places in the menus of desks."""

from __future__ import annotations

from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from imloop.pages.cases import case_list, held_repairs, one_case, owner, retest_permit
from imloop.pages.menu_entry import Group, MenuEntry
from imloop.steps.ground.access import OFFICES
from imloop.store.models import PartyKind

urlpatterns: list[URLPattern] = [
    path("c/<str:token>/object", owner.object_to),
    path("c/<str:token>/history", owner.case_history),
    path("history", owner.vehicle_history),
    path("history/<str:token>", owner.shown_history),
    path("desk/istation/permit", retest_permit.permit),
    path("notices/<str:notice_no>.pdf", retest_permit.notice_pdf),
    path("cases", case_list.cases),
    path("cases/<str:case_no>", one_case.one_case),
    path("cases/<str:case_no>/decide", one_case.decide),
    path("cases/<str:case_no>/release", held_repairs.release),
]

MENU = (
    MenuEntry("/desk/istation/permit", _("复检放行"), Group.TODAY, 40, (PartyKind.ISTATION,)),
    MenuEntry("/cases", pgettext_lazy("many", "案件"), Group.LOOP, 20, OFFICES),
)
