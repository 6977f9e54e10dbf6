"""A vehicle on its way through the loop: the simulator's own memory of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from imloop.sim.cars.fleet import SimVehicle
from imloop.sim.traces.condition import Condition


@dataclass(slots=True)
class Car:
    """``number``: ordinal of its failure among all (0: has not failed); ``rounds``: repairs so far;
    ``failed``: item → value of the last failed test; ``errand``: what its owner does after the first failure, if not
    what others do."""

    vehicle: SimVehicle
    rng: np.random.Generator
    station: str
    state: Condition
    case_no: str = ""
    shop: str = ""
    rounds: int = 0
    number: int = 0
    extra_km: int = 0
    failed: dict[str, float] = field(default_factory=dict)
    errand: Callable[[Car, datetime], None] | None = None

    @property
    def odometer_km(self) -> int:
        return int(str(self.vehicle.facts["odometer_km"])) + self.extra_km

    def drive(self, km: int) -> None:
        self.extra_km += km
