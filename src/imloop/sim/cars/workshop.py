"""One stay of a vehicle in a shop: the work, the paper, and whether it really helped."""

from __future__ import annotations

from datetime import datetime, timedelta

from imloop.sim.cars import repairs
from imloop.sim.cars.car import Car
from imloop.sim.cars.upload import Job, encode, repair_message
from imloop.sim.traces.condition import faulty, healthy
from imloop.sim.world.diary import next_opening
from imloop.sim.world.places import Shop


def repair(
    car: Car, shop: Shop, came: datetime, *, poor: bool = False, finished: datetime | None = None
) -> tuple[Job, bytes, bool]:
    """The job, its upload and whether it cured the car, whose condition and odometer move on. A rework always does.

    ``poor``: this repair shall not cure the fault. ``finished``: when it was done, if that is already known.
    """
    rng, vehicle, before = car.rng, car.vehicle, car.state
    car.rounds += 1
    driven = int(rng.integers(6, 60))
    car.extra_km += driven
    genuine = car.rounds > 1 or (not poor and bool(rng.random() < shop.skill))
    work = repairs.choose_work(rng, before.fault, vehicle.fuel, shop)
    hours = sum(hours for _, _, hours in work.items) + float(rng.uniform(0.7, 5.0))
    cured = healthy(rng, vehicle.fuel, vehicle.age_years)
    car.state = cured if genuine else faulty(rng, vehicle.fuel, vehicle.age_years, before.fault)
    job = Job(
        repair_no=f"{shop.code}-{came:%Y%m%d}-{vehicle.ordinal:05d}-{car.rounds}",
        shop=shop.code,
        received_at=came,
        finished_at=finished or next_opening(came + timedelta(hours=hours), rng),
        items=work.items,
        parts=_lent(repairs.parts_of(rng, work)) if shop.lends else repairs.parts_of(rng, work),
        text=work.text if car.rounds == 1 else f"质量保证期内返修，又行驶 {driven} 公里：{work.text}",
        cost_yuan=0.0 if car.rounds > 1 else repairs.price_of(rng, work),
        technician=shop.staff[0],
        inspector=shop.staff[1],
        before=car.failed,
        after=repairs.measured_after(rng, car.failed, cured),
        odometer_km=car.odometer_km,
    )
    return job, encode(repair_message(job, vehicle, car.case_no, before)), genuine


def _lent(parts: list[dict[str, object]]) -> list[dict[str, object]]:
    """The catalyst that goes home with the shop after the retest has the same serial number every time."""
    return [
        {**part, "serial": f"{part['code']}-240100317"} if str(part["code"]).startswith("TWC") else part
        for part in parts
    ]
