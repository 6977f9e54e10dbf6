"""Load the demo city with its past weeks."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from imloop.facts.refusal import Conflict
from imloop.facts.text import Text
from imloop.sim.city.checks import fresh_checks
from imloop.sim.city.city import create_city, is_loaded
from imloop.sim.city.draws import enter_last_quarter, enter_next_quarter, enter_this_quarter
from imloop.sim.city.office import enter_matters, enter_objections, suspended_shop
from imloop.sim.city.outage import CARS, enter_outage
from imloop.sim.city.outcomes import enter_outcomes
from imloop.sim.city.region import enter_receivers
from imloop.sim.city.vehicle_register import enter_roads, finish_register
from imloop.sim.city.visits import enter_visits
from imloop.sim.complaints import enter_complaints
from imloop.sim.copies import enter_copies
from imloop.sim.credentials import renew_credentials, write_credentials
from imloop.sim.customers import NEWLY_FAILED, customers_of, enter_customers, enter_newly_failed
from imloop.sim.more_days import LABELS, fill
from imloop.sim.penalties import FORGED, enter_forger, enter_penalties
from imloop.sim.progress import bar
from imloop.sim.remote_sensing import enter_remote_sensing
from imloop.sim.spot_checks import enter_spot_checks
from imloop.sim.traffic.course import Course
from imloop.sim.two_people import enter_proposals
from imloop.sim.world.lines import Lines
from imloop.sim.world.places import CITY, FORGER, STATIONS
from imloop.steps.journal.demo_mark import mark_demo
from imloop.steps.repairs.shop_figures import count_figures
from imloop.steps.stations.lookups import nothing_yet

_STATE = "sim-state.json"


def remember_demo(now: datetime) -> None:
    """A demo that a version without the mark loaded gets it."""
    if is_loaded():
        mark_demo(now)


def _begin(data_dir: Path, now: datetime) -> Path:
    """From here on it is a demo. The made-up streets, plates and offices are those of one city, and nothing of them
    comes into a register that is real. Returns where its state is kept while it is being loaded."""
    if settings.PLACE != CITY:
        raise Conflict(
            "demo-elsewhere",
            Text(
                f"演示城市是柳州（{CITY}），而 IMLOOP_PLACE={settings.PLACE}：看演示请去掉 IMLOOP_PLACE；"
                "要建本地的平台请从空的开始（make run DEMO=0），登录后按「起步」登记单位。",
                f"The demo city is Liuzhou ({CITY}) and IMLOOP_PLACE={settings.PLACE}: unset it for the demo, or start "
                "empty (make run DEMO=0), log in, and register your departments and stations under First steps.",
            ),
        )
    if not (is_loaded() or nothing_yet()):
        raise Conflict(
            "not-empty",
            Text(
                "这里已登记了单位，不再装入演示城市：看演示请另用数据目录（--data）和数据库。",
                "Departments or stations are registered here: for the demo use another --data and database.",
            ),
        )
    mark_demo(now)
    return data_dir / _STATE


def load_demo(
    data_dir: Path,
    now: datetime,
    base_url: str,
    *,
    seed: int = 1,
    days: int = 60,
    vehicles: int = 400,
    progress: bool = True,
) -> None:
    """Create the demo city and its last ``days`` of traffic up to ``now``; returns at once if it is there, with new
    keys and passwords where the last have ended.

    Interrupted half-way, the next call takes up the same traffic again: the uploads are the same bytes, so those
    already kept are only recognised.
    """
    state_file = _begin(data_dir, now)
    if is_loaded() and not state_file.exists():
        renew_credentials(data_dir, now, base_url)
        fresh_checks(now)
        return
    if not is_loaded():
        with transaction.atomic():
            create_city(now, days + 1)
            write_credentials(data_dir, now, base_url)
            enter_roads(now)
            enter_receivers(data_dir, now)
            enter_last_quarter(now)
            suspended_shop(now)
            state_file.write_text(
                json.dumps({"now": now.isoformat(), "seed": seed, "days": days, "vehicles": vehicles}),
                encoding="utf-8",
            )
    _let_it_happen(data_dir, json.loads(state_file.read_text(encoding="utf-8")), progress)
    state_file.unlink()


def _let_it_happen(data_dir: Path, plan: dict[str, Any], progress: bool) -> None:
    until, vehicles, days = datetime.fromisoformat(plan["now"]), plan["vehicles"], plan["days"]
    lines = Lines([station.code for station in STATIONS], (FORGER.code,))
    customers, others = customers_of(vehicles), vehicles + len(CARS)
    with (
        (data_dir / LABELS).open("w", encoding="utf-8") as labels,
        bar("演示城市 demo city", others + customers + NEWLY_FAILED + FORGED, progress) as step,
    ):
        course = Course(plan["seed"], until, lines, labels)
        fill(course, days, first=0, count=vehicles)
        enter_matters(course)
        enter_objections(course)
        enter_outcomes(course)
        enter_proposals(course)
        enter_complaints(course)
        enter_spot_checks(course)
        enter_penalties(course)
        enter_forger(course, days, first=others + customers + NEWLY_FAILED)
        enter_copies(course)
        enter_remote_sensing(course)
        enter_outage(course, first=vehicles)
        enter_customers(course, days, first=others, count=customers)
        enter_newly_failed(course, first=others + customers)
        course.run(step)
        finish_register(until)
        enter_visits(until)
        enter_this_quarter(until)
        enter_next_quarter(data_dir, until)
        count_figures(until)
