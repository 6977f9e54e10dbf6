"""Addresses of applications and decisions, and their places in the menus of desks."""

from __future__ import annotations

from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy, pgettext_lazy

from imloop.pages.matters import apply, copies, matters, penalty
from imloop.pages.menu_entry import MenuEntry
from imloop.store.models import PartyKind

urlpatterns: list[URLPattern] = [
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
    MenuEntry(
        "/matters",
        pgettext_lazy("many", "事项"),
        {
            PartyKind.ISTATION: 90,
            PartyKind.MSTATION: 40,
            PartyKind.ENVIRONMENT: 50,
            PartyKind.TRANSPORT: 40,
            PartyKind.MARKET: 70,
            PartyKind.POLICE: 40,
            PartyKind.SUPERVISOR: 70,
        },
    ),
    MenuEntry(
        "/copies",
        gettext_lazy("抄告"),
        {
            PartyKind.ENVIRONMENT: 52,
            PartyKind.TRANSPORT: 42,
            PartyKind.MARKET: 72,
            PartyKind.POLICE: 42,
            PartyKind.SUPERVISOR: 72,
        },
    ),
)
