"""Which method is this vehicle tested by here, where nobody says? The one of the fault that is open; else the strictest
that its fuel and its drive allow (GB 18285-2018 and GB 3847-2018 put methods under load first)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from imloop.facts.codes import DIESEL_FUELS, DIESEL_METHODS, UNDER_LOAD, Method

_OFF_THE_DYNAMOMETER = frozenset({"4wd", "awd"})


@dataclass(frozen=True, slots=True)
class Chosen:
    """``why``: fault (the open case failed by it) | vehicle (its fuel and drive)."""

    method: Method
    why: str


def choose_method(failed: Method | None, fuel: str, drive: str, offered: Sequence[Method]) -> Chosen | None:
    """``failed``: of the last run of the open case; ``fuel``, ``drive``: as registered, empty: not known; ``offered``:
    by the lines of the station. None: not to be told from what is known, and never guessed."""
    if failed is not None:
        return Chosen(failed, "fault")
    if not fuel:
        return None
    fitting = [each for each in offered if (each in DIESEL_METHODS) == (fuel in DIESEL_FUELS)]
    loaded_first = sorted(fitting, key=lambda each: (each in UNDER_LOAD) == (drive in _OFF_THE_DYNAMOMETER))
    found = next((each for each in loaded_first if each is not Method.RINGELMANN), None)
    return None if found is None else Chosen(found, "vehicle")
