"""Addresses of spot checks, and their places in the menus of desks."""

from __future__ import annotations

from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from imloop.pages.menu_entry import Group, MenuEntry
from imloop.pages.spot_checks import checks, phone, tasks
from imloop.store.models import PartyKind

urlpatterns: list[URLPattern] = [
    path("spot-checks", checks.all_checks),
    path("spot-checks/tasks", tasks.all_tasks),
    path("spot-checks/tasks/<str:task_no>", tasks.one_task),
    path("spot-checks/instruments", tasks.instruments),
    path("spot-checks/phone", phone.phone),
    path("spot-checks/phone/state", phone.state),
    path("spot-checks/phone/send", phone.send),
    path("spot-checks/worker.js", phone.worker),
    path("spot-checks/<str:check_no>", checks.one_check),
    path("spot-checks/<str:check_no>/record.pdf", checks.paper),
]

MENU = (
    MenuEntry(
        "/spot-checks",
        _("监督抽测"),
        Group.CASEWORK,
        34,
        (PartyKind.ENVIRONMENT, PartyKind.POLICE, PartyKind.SUPERVISOR),
    ),
    MenuEntry("/spot-checks/tasks", _("抽测任务"), Group.CASEWORK, 36, (PartyKind.ENVIRONMENT,)),
)
