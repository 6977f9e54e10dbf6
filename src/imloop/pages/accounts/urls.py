"""Addresses of log-in, the own account, people and keys."""

from __future__ import annotations

from django.urls import URLPattern, path

from imloop.pages.accounts import account, filters, keys, log_in, people

urlpatterns: list[URLPattern] = [
    path("login", log_in.log_in),
    path("login/code", log_in.second),
    path("logout", log_in.log_out),
    path("password", log_in.password),
    path("account", account.account),
    path("account/second-factor", account.second_factor),
    path("people", people.people),
    path("people/<str:username>", people.one_person),
    path("i/<str:token>", people.accept),
    path("keys", keys.keys),
    path("filters", filters.keep),
    path("filters/<int:number>/delete", filters.drop),
]
