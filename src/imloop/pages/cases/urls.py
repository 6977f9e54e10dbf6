"""Addresses of a case, for departments and for its owner."""

from __future__ import annotations

from django.urls import URLPattern, path

from imloop.pages.cases import one_case, owner

urlpatterns: list[URLPattern] = [
    path("c/<str:token>/object", owner.object_to),
    path("c/<str:token>/history", owner.case_history),
    path("history", owner.vehicle_history),
    path("cases/<str:case_no>", one_case.one_case),
    path("cases/<str:case_no>/decide", one_case.decide),
]
