"""Addresses of each party's first page, and their places in the menus of desks."""

from __future__ import annotations

from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from imloop.pages.desk import department, istation, mstation, work_desk
from imloop.pages.menu_entry import MenuEntry
from imloop.store.models import PartyKind

urlpatterns: list[URLPattern] = [
    path("desk/istation", istation.today),
    path("desk/istation/upload", istation.upload),
    path("desk/istation/reception", istation.reception),
    path("desk/istation/permit", istation.permit),
    path("notices/<str:notice_no>.pdf", istation.notice_pdf),
    path("reports/<str:test_no>.pdf", istation.report_pdf),
    path("traces/<str:test_no>.csv", department.trace_file),
    path("desk/mstation", mstation.cases),
    path("work", work_desk.work),
    path("cases", department.cases),
]

MENU = (
    MenuEntry("/desk/istation", _("今日"), {PartyKind.ISTATION: 10}),
    MenuEntry("/desk/istation/reception", _("受理"), {PartyKind.ISTATION: 20}),
    MenuEntry("/desk/istation/upload", _("上传"), {PartyKind.ISTATION: 30}),
    MenuEntry("/desk/istation/permit", _("复检放行"), {PartyKind.ISTATION: 40}),
    MenuEntry("/desk/mstation", _("案件"), {PartyKind.MSTATION: 10}),
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
    MenuEntry(
        "/cases",
        _("案件"),
        {
            PartyKind.ENVIRONMENT: 20,
            PartyKind.TRANSPORT: 50,
            PartyKind.MARKET: 60,
            PartyKind.POLICE: 30,
            PartyKind.SUPERVISOR: 50,
            PartyKind.ADMIN: 60,
        },
    ),
)
