"""Addresses of applications and decisions, and their places in the menus of desks."""

from __future__ import annotations

from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy, pgettext_lazy

from imloop.pages.matters import apply, copies, matters, penalty
from imloop.pages.matters.complaints import desk, open311, report
from imloop.pages.menu_entry import DEPARTMENTS, Group, MenuEntry
from imloop.store.models import PartyKind

urlpatterns: list[URLPattern] = [
    path("report", report.report),
    path("report/twins", report.twins),
    path("report/follow", report.follow_one),
    path("report/reward", report.collect),
    path("report/p/<str:token>", report.own_report),
    path("report/p/<str:token>/files/<str:digest>", report.own_photo),
    path("open311/v2/services.json", open311.services),
    path("open311/v2/requests.json", open311.requests),
    path("open311/v2/requests/<str:number>.json", open311.one_request),
    path("complaints", desk.complaints),
    path("complaints/new", desk.take_down),
    path("complaints/identity", desk.requests),
    path("complaints/<str:matter_no>/reporter", desk.who_reported),
    path("rewards", desk.rewards),
    path("apply", apply.guide),
    path("apply/<str:subject>", apply.apply),
    path("m/<str:token>", apply.own_matter),
    path("m/<str:token>/edit", apply.edit),
    path("m/<str:token>/files/<str:digest>", apply.own_file),
    path("public/decisions", matters.decisions),
    path("matters", matters.matters),
    path("matters/open", matters.open_one),
    path("copies", copies.copies),
    path("matters/<str:matter_no>", matters.one_matter),
    path("matters/<str:matter_no>/papers/<str:kind>.pdf", penalty.penalty_pdf),
    path("matters/<str:matter_no>/files/<str:digest>", matters.matter_file),
]

MENU = (
    MenuEntry("/complaints", pgettext_lazy("many", "投诉举报"), Group.CASEWORK, 70, DEPARTMENTS),
    MenuEntry("/rewards", pgettext_lazy("many", "支付奖励"), Group.CASEWORK, 80, DEPARTMENTS),
    MenuEntry(
        "/matters",
        pgettext_lazy("many", "事项"),
        Group.CASEWORK,
        50,
        (*DEPARTMENTS, PartyKind.ISTATION, PartyKind.MSTATION),
    ),
    MenuEntry("/copies", gettext_lazy("抄告"), Group.CASEWORK, 60, DEPARTMENTS),
)
