"""Addresses for everyone: the start page, an owner's case, the law."""

from __future__ import annotations

from django.urls import URLPattern, path

from imloop.pages.public import about, errors, law, public

urlpatterns: list[URLPattern] = [
    path("", public.start),
    path("find", public.find),
    path("settings", public.change_settings),
    path("c/<str:token>", public.owner_case),
    path("c/<str:token>/notice.pdf", public.owner_notice_pdf),
    path("desk", public.any_desk),
    path("law", law.law),
    path("about", about.about),
    path("docs/errors", errors.errors),
]
