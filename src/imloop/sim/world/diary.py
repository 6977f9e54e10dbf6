"""When things happen in the city: open days, arrivals over the day, the weather of the hour."""

from __future__ import annotations

import math
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import numpy as np

from imloop.facts.days import CHINA, midnight
from imloop.law import load
from imloop.sim.world.places import CITY

OPENS, LAST_IN = time(8, 0), time(17, 5)
TURNOVER = timedelta(seconds=75)
"""Driving off, driving on, fixing the next vehicle."""


def is_open(day: date) -> bool:
    """Stations and shops of the demo keep the working days of the State Council's calendar."""
    return load().at(day, CITY).is_working_day(day)


def open_days(first: date, last: date) -> list[date]:
    return [day for day in (first + timedelta(n) for n in range((last - first).days + 1)) if is_open(day)]


def arrivals(rng: np.random.Generator, days: list[date], count: int, now: datetime) -> list[datetime]:
    """``count`` arrivals before ``now``, sorted: Mondays busier, mornings and afternoons with a quiet noon."""
    weights = np.array([1.15 if day.weekday() == 0 else 1.0 for day in days])
    chosen = rng.choice(len(days), size=count, p=weights / weights.sum())
    moments = [_moment(rng, days[int(index)]) for index in chosen]
    # Who would come later today came on the open day before.
    earlier = dict(pairwise(days[::-1]))
    return sorted(
        at(earlier[m.date()], hour_of(m)) if m >= now and m.date() in earlier else m for m in moments
    )


def _moment(rng: np.random.Generator, day: date) -> datetime:
    middle = 9.9 if rng.random() < 0.58 else 15.3
    hour = float(np.clip(rng.normal(middle, 0.95), 8.05, 17.1))
    return at(day, hour)


def at(day: date, hour: float) -> datetime:
    """A moment of a day, to the whole second, by local time."""
    return midnight(day) + timedelta(seconds=round(hour * 3600))


def hour_of(moment: datetime) -> float:
    """The local time of day in hours."""
    local = moment.astimezone(CHINA)
    return local.hour + local.minute / 60 + local.second / 3600


def next_opening(moment: datetime, rng: np.random.Generator) -> datetime:
    """The moment itself if doors are open then, else some time after they open next."""
    if is_open(moment.date()) and OPENS <= moment.time() <= LAST_IN:
        return moment
    day = moment.date() if moment.time() < OPENS else moment.date() + timedelta(days=1)
    while not is_open(day):
        day += timedelta(days=1)
    return at(day, 8.1 + float(rng.uniform(0.0, 2.2)))


def weather(seed: int, moment: datetime) -> tuple[float, float, float]:
    """°C, relative humidity %, kPa in Liuzhou at that hour; the same for the same seed and hour."""
    rng = np.random.default_rng([seed, 7002, moment.toordinal(), moment.hour])
    season = math.cos(2 * math.pi * (moment.timetuple().tm_yday - 203) / 365)
    hour = math.cos(2 * math.pi * (moment.hour - 15) / 24)
    temperature = 19.8 + 8.8 * season + 3.2 * hour + rng.normal(0, 1.1)
    humidity = 70 - 9 * hour + rng.normal(0, 4)
    pressure = 100.4 - 0.7 * season + rng.normal(0, 0.12)
    return round(float(temperature), 1), round(float(np.clip(humidity, 35, 95)), 1), round(float(pressure), 1)
