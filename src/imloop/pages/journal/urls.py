"""Addresses of the journal that anyone may check."""

from __future__ import annotations

from django.urls import URLPattern, path

from imloop.pages.journal import journal

urlpatterns: list[URLPattern] = [
    path("public/journal", journal.roots),
    path("public/journal/check.py", journal.checker),
    path("public/journal/<int:number>", journal.entry),
]
