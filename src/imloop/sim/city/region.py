"""The region's systems of the demo city: folders beside its database, into which the couriers write."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from imloop.sim.world.places import CITY
from imloop.steps.couriers.receivers import add_receiver
from imloop.steps.ground.access import SYSTEM, caller_for
from imloop.steps.second_person.decide import confirm
from imloop.store.models import Proposal

_SYSTEMS = (
    ("region-environment", "自治区生态环境平台（演示）", f"{CITY}-environment"),
    ("region-transport", "自治区交通运输平台（演示）", f"{CITY}-transport"),
)


def enter_receivers(data_dir: Path, now: datetime) -> None:
    """One folder per department of the region."""
    for code, name, party in _SYSTEMS:
        folder = (data_dir / "outside" / code).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        _enter(code, name, party, folder, [], now)
    # One that cannot be reached: its folder is not there, and the couriers' page shows how that looks.
    folder = (data_dir / "outside" / "region-archive").absolute()
    topics = ["case-opened", "case-closed"]
    _enter("region-archive", "自治区旧系统（演示，未接通）", f"{CITY}-environment", folder, topics, now)


def _enter(code: str, name: str, party: str, folder: Path, topics: list[str], now: datetime) -> None:
    """On the server; the department's head confirms it."""
    said = {"code": code, "name": name, "party": party, "address": str(folder)}
    made = add_receiver(SYSTEM, **said, way="folder", topics=topics, now=now)
    if isinstance(made, Proposal) and made.asked is not None:
        head = caller_for(made.asked, str(made.asked.kind))
        confirm(head, made.pk, said="已与自治区平台核对地址（演示）", now=now)
