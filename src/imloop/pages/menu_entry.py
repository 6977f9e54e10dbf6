"""One line of a desk's menu, as the subject it leads to writes it into its ``urls.py``."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from imloop.steps.ground.access import OFFICES
from imloop.store.models import PartyKind

OWN = "{own}"
"""Stands in an address for the code of the party at the desk."""
DEPARTMENTS = tuple(kind for kind in OFFICES if kind != PartyKind.ADMIN)


class Group(Enum):
    """The parts of every menu, in this order, each under its heading; the first needs none."""

    TODAY = ""
    LOOP = _("检测与维修")
    CASEWORK = _("线索与办理")
    REGISTERS = _("登记簿")
    DUTY = _("履职")
    RUNNING = _("运行")


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """``desks``: whose menus have the entry (``PartyKind``); ``at``: where in its group, smallest first. Numbers are
    ten apart, so that a new entry finds room between two others; no two entries of a desk have the same place."""

    url: str
    label: Promise
    group: Group
    at: int
    desks: Collection[str]
