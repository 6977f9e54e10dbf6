"""Addresses of booking and the day's reception, and their places in the menus of desks."""

from __future__ import annotations

from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from imloop.pages.appointments import reception, reception_day, visits
from imloop.pages.menu_entry import Group, MenuEntry
from imloop.store.models import PartyKind

urlpatterns: list[URLPattern] = [
    path("c/<str:token>/book", visits.book_retest),
    path("a/<str:token>.ics", visits.appointment_file),
    path("a/<str:token>", visits.own_appointment),
    path("public/stations/<str:code>/book", visits.book_test),
    path("public/stations/<str:code>/queue", visits.public_queue),
    path("desk/istation/reception", reception.reception),
    path("desk/istation/queue", reception_day.queue_board),
    path("desk/istation/visits/<int:number>", reception_day.visit),
    path("desk/istation/hours", reception_day.hours),
]

MENU = (
    MenuEntry("/desk/istation/reception", _("受理"), Group.TODAY, 20, (PartyKind.ISTATION,)),
    MenuEntry("/desk/istation/queue", _("排队"), Group.TODAY, 50, (PartyKind.ISTATION,)),
    MenuEntry("/desk/istation/hours", _("营业时间"), Group.TODAY, 60, (PartyKind.ISTATION,)),
)
