"""The simulated vehicles in the police's list, as the traffic police of the city would enter them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from imloop.facts.codes import Method
from imloop.sim.cars.fleet import SimVehicle
from imloop.sim.sample import PLATES, sample_vehicle
from imloop.sim.world.places import CITY
from imloop.steps.ground.access import caller_for
from imloop.steps.vehicles.register.enter_vehicles import Seen, enter_vehicles
from imloop.steps.vehicles.register.vehicle_row import COLUMNS
from imloop.store.models import Party, PartyKind


def enter_fleet(vehicles: Iterable[SimVehicle], now: datetime) -> None:
    """Enter them at that moment; those that are there already stay as they are."""
    police = caller_for(Party.objects.get(code=f"{CITY}-{PartyKind.POLICE}"))
    rows = [(number + 2, _row(vehicle.facts)) for number, vehicle in enumerate(vehicles)]
    rejected = enter_vehicles(rows, police, now, Seen()).rejected
    if rejected:
        raise ValueError(f"the simulated list is refused: {rejected[0]}")


def enter_samples(now: datetime) -> None:
    """The vehicles with which the README shows the loop."""
    enter_fleet((sample_vehicle(Method.ASM, plate) for plate in PLATES), now)


def _row(facts: Mapping[str, object]) -> dict[str, str]:
    owner = facts.get("owner")
    said = {
        **facts,
        **({f"owner_{name}": value for name, value in owner.items()} if isinstance(owner, dict) else {}),
    }
    return {name: str(said[name]) for name in COLUMNS if name in said}
