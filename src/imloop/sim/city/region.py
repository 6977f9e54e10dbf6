"""The region's systems of the demo city: folders beside its database, into which the couriers write."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from imloop.sim.world.places import CITY
from imloop.steps.couriers.receivers import add_receiver
from imloop.steps.ground.access import SYSTEM

_SYSTEMS = (
    ("region-environment", "自治区生态环境平台（演示）", f"{CITY}-environment"),
    ("region-transport", "自治区交通运输平台（演示）", f"{CITY}-transport"),
)


def enter_receivers(data_dir: Path, now: datetime) -> None:
    """One folder per department of the region."""
    for code, name, party in _SYSTEMS:
        folder = (data_dir / "outside" / code).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        add_receiver(
            SYSTEM,
            code=code,
            name=name,
            party=party,
            way="folder",
            address=str(folder),
            topics=[],
            now=now,
        )
    # One that cannot be reached: its folder is not there, and the couriers' page shows how that looks.
    add_receiver(
        SYSTEM,
        code="region-archive",
        name="自治区旧系统（演示，未接通）",
        party=f"{CITY}-environment",
        way="folder",
        address=str((data_dir / "outside" / "region-archive").absolute()),
        topics=["case-opened", "case-closed"],
        now=now,
    )
