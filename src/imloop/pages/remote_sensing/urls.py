"""Addresses of readings of the road and their sites, and their places in the menus of desks."""

from __future__ import annotations

from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from imloop.pages.menu_entry import Group, MenuEntry
from imloop.pages.remote_sensing import public_sites, readings, review, sites
from imloop.store.models import PartyKind

urlpatterns: list[URLPattern] = [
    path("remote-sensing", readings.readings),
    path("remote-sensing/review", review.review_next),
    path("remote-sensing/review/<int:number>", review.review_one),
    path("remote-sensing/sites", sites.sites),
    path("remote-sensing/sites/<int:number>", sites.one_site),
    path("remote-sensing/<int:number>", readings.one_reading),
    path("remote-sensing/<int:number>/files/<int:which>", readings.photo),
    path("public/remote-sensing", public_sites.public_sites),
    path("r/<str:token>", public_sites.owner_reading),
    path("r/<str:token>/files/<int:which>", public_sites.owner_photo),
]

MENU = (
    MenuEntry("/remote-sensing", _("遥感与抓拍"), Group.CASEWORK, 15, (PartyKind.ENVIRONMENT,)),
    MenuEntry("/remote-sensing/sites", _("遥感点位"), Group.REGISTERS, 120, (PartyKind.ENVIRONMENT,)),
)
