"""Addresses of open lists."""

from __future__ import annotations

from django.urls import URLPattern, path

from imloop.pages.reports import open_lists

urlpatterns: list[URLPattern] = [
    path("public/stations", open_lists.stations),
    path("public/stations/changes", open_lists.changes),
    path("public/outlines.geojson", open_lists.outlines),
]
