"""The loop as the plan tells it, for one vehicle, one call after the other: a second opinion that shares no code with
the platform.

A failed test opens a case at its station. Once a repair is on record that was finished after the last failed test, and
that nothing holds, the vehicle may be retested at that station, or where an exit allows. A passed retest closes the
case, a failed one is its next round. What happened is told in the order of the world: a run that comes after a later
one is fitted in, and everything since is told anew. Times are whole seconds of one clock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

from torture.histories.search import Call

CLOSED, REPAIR, RETEST = "closed", "awaiting_repair", "awaiting_retest"
NOW = 1 << 30
"""Later than every run and repair."""
Answer = dict[str, Any]


class Run(NamedTuple):
    """``at``: when it began. A number is its station's own."""

    at: int
    failed: bool
    station: str
    number: str


class Repair(NamedTuple):
    """``at``: when it was finished; ``held``: by a doubt; ``case``: which of the vehicle's it was reported in."""

    at: int
    number: str
    held: bool
    case: int


@dataclass(frozen=True, slots=True)
class Vehicle:
    """``runs`` and ``repairs``: as they were taken. ``cases``: their numbers, ``events``: how many each has had;
    ``exits``: (case, station); ``objections``: (case, round, answered). ``kept``: uploads that have their receipt.
    ``booked``: key of the appointment, ``cancelled``: of earlier ones. ``anew``: a run came after a later one, or after
    its repair."""

    runs: tuple[Run, ...] = ()
    repairs: tuple[Repair, ...] = ()
    cases: tuple[str, ...] = ()
    events: tuple[int, ...] = ()
    exits: tuple[tuple[int, str], ...] = ()
    objections: tuple[tuple[int, int, bool], ...] = ()
    kept: frozenset[str] = frozenset()
    booked: str = ""
    cancelled: frozenset[str] = frozenset()
    anew: bool = False


class Case(NamedTuple):
    """``failed``: when its last failed test began; ``repairs``: reported in it, or made while it was open."""

    station: str
    round: int
    failed: int
    closed: bool
    repairs: tuple[Repair, ...]

    @property
    def answering(self) -> list[Repair]:
        return [repair for repair in self.repairs if repair.at > self.failed and not repair.held]

    @property
    def waiting(self) -> list[Repair]:
        """A doubt about a repair of an earlier round holds nothing."""
        return [repair for repair in self.repairs if repair.at > self.failed and repair.held]

    @property
    def state(self) -> str:
        return CLOSED if self.closed else RETEST if self.answering else REPAIR

    def against(self, station: str, at: int, exits: tuple[str, ...] = ()) -> frozenset[str]:
        """Why it may not be retested there and then."""
        since = [repair for repair in self.repairs if self.failed < repair.at <= at]
        found = set()
        if station != self.station and station not in exits:
            found.add("not-this-station")
        if not since:
            found.add("not-repaired")
        elif all(repair.held for repair in since):
            found.add("time-held")
        return frozenset(found)


class Told(NamedTuple):
    """``counts``: by station and number of a run, what it counts for, why for nothing, and which case it met."""

    cases: tuple[Case, ...]
    counts: Mapping[tuple[str, str], tuple[str, str | None, int | None]]

    @property
    def open(self) -> int | None:
        """Index of the open case."""
        return len(self.cases) - 1 if self.cases and not self.cases[-1].closed else None


def tell(vehicle: Vehicle) -> Told:
    """Everything in the order of the world."""
    return _tell(vehicle.runs, vehicle.repairs, vehicle.anew)


@lru_cache(maxsize=200_000)
def _tell(runs: tuple[Run, ...], repairs: tuple[Repair, ...], anew: bool) -> Told:
    """A repair is of the case in which it was reported; told anew, of the one that was open when it was finished."""
    cases: list[Case] = []
    counts: dict[tuple[str, str], tuple[str, str | None, int | None]] = {}
    facts: list[Run | Repair] = sorted([*runs, *repairs], key=lambda fact: fact.at)
    for fact in facts:
        case = cases[-1] if cases and not cases[-1].closed else None
        if isinstance(fact, Repair):
            if anew and case is not None:
                cases[-1] = case._replace(repairs=(*case.repairs, fact))
        elif case is None:
            met = len(cases) if fact.failed else None
            counts[fact.station, fact.number] = ("case" if fact.failed else "cycle"), None, met
            if fact.failed:
                own = () if anew else tuple(repair for repair in repairs if repair.case == len(cases))
                cases.append(Case(fact.station, 1, fact.at, False, own))
        elif case.against(fact.station, fact.at):
            counts[fact.station, fact.number] = "nothing", "retest-without-permit", len(cases) - 1
        else:
            counts[fact.station, fact.number] = "case", None, len(cases) - 1
            cases[-1] = (
                case._replace(round=case.round + 1, failed=fact.at, station=fact.station)
                if fact.failed
                else case._replace(closed=True)
            )
    return Told(tuple(cases), counts)


def step(vehicle: Vehicle, call: Call) -> Vehicle | None:
    """The vehicle after the call, where the answer is the right one."""
    expected, after = says(vehicle, call)
    return after if all(call.answer.get(name) == value for name, value in expected.items()) else None


def says(vehicle: Vehicle, call: Call) -> tuple[Answer, Vehicle]:
    """What has to be answered, as far as the model knows it, and what is so afterwards."""
    return _SAYS[call.kind](vehicle, call.given, call.answer)


def changes(call: Call) -> bool:
    """Could the call have changed anything, by its answer?"""
    return call.answer.get("status") == 201 or (
        call.kind in ("release", "reject", "cancel") and call.answer.get("status") == 200
    )


def _refused(vehicle: Vehicle, status: int, *codes: str) -> tuple[Answer, Vehicle]:
    return {"status": status, "codes": frozenset(codes)}, vehicle


def _run(vehicle: Vehicle, given: Mapping[str, Any], heard: Mapping[str, Any]) -> tuple[Answer, Vehicle]:
    if given["upload"] in vehicle.kept:
        return {"status": 200}, vehicle
    run = Run(given["at"], given["failed"], given["station"], given["number"])
    if any((run.station, run.number) == (each.station, each.number) for each in vehicle.runs):
        return _refused(vehicle, 409, "test-no-taken")
    told = tell(vehicle)
    late = any(run.at <= each.at for each in vehicle.runs)
    if told.open is None and run.failed:  # its repair may be known before it
        late = late or any(repair.at > run.at for repair in vehicle.repairs)
    if not late and told.open is not None and (against := told.cases[-1].against(run.station, run.at)):
        return _refused(vehicle, 403, *against)
    after = replace(
        vehicle, runs=(*vehicle.runs, run), kept=vehicle.kept | {given["upload"]}, anew=vehicle.anew or late
    )
    then = tell(after)
    counts, why, met = then.counts[run.station, run.number]
    answer: Answer = {"status": 201, "counts": counts, "why": why}
    if met is None:
        return {**answer, "case": None, "state": None}, _named(after, then, None, "")
    after = _named(after, then, met, heard.get("case"))
    answer |= {"case": after.cases[met] or "a new case", "state": then.cases[met].state}
    return (answer if after.anew else {**answer, "notice": run.failed}), after


def _named(vehicle: Vehicle, told: Told, met: int | None, heard: object) -> Vehicle:
    """Numbers of the cases in the order in which they were opened. A new one's is the one that is heard; where nothing
    is heard of it, it stays unknown. Fewer than before: the last are part of another."""
    cases = [*vehicle.cases[: len(told.cases)], *[""] * (len(told.cases) - len(vehicle.cases))]
    events = [*vehicle.events[: len(cases)], *[0] * (len(cases) - len(vehicle.events))]
    if met is not None:
        events[met] += 1
        if not cases[met] and heard not in (None, *vehicle.cases):
            cases[met] = str(heard)
    return replace(vehicle, cases=tuple(cases), events=tuple(events))


def _more(vehicle: Vehicle, case: int) -> Vehicle:
    """One more event of a case."""
    events = list(vehicle.events)
    events[case] += 1
    return replace(vehicle, events=tuple(events))


def _repair(vehicle: Vehicle, given: Mapping[str, Any], _: Mapping[str, Any]) -> tuple[Answer, Vehicle]:
    if given["upload"] in vehicle.kept:
        return {"status": 200}, vehicle
    told = tell(vehicle)
    if told.open is None:
        return _refused(vehicle, 422, "no-open-case")
    repair = Repair(given["at"], given["number"], given["held"], told.open)
    after = replace(vehicle, repairs=(*vehicle.repairs, repair), kept=vehicle.kept | {given["upload"]})
    then = tell(after)
    case = then.cases[told.open]
    answer: Answer = {"status": 201, "state": case.state, "round": case.round}
    answer["allowed"] = not case.closed and not case.against(case.station, NOW)
    # A pass that had no permit may count now, and the fail after it opens a case that no receipt names.
    return _about(vehicle, answer), _named(_more(after, told.open), then, None, None)


def _about(vehicle: Vehicle, answer: Answer) -> Answer:
    """With the number of the open case, where it is known."""
    return {**answer, "case": vehicle.cases[-1]} if vehicle.cases[-1] else answer


def _permit(vehicle: Vehicle, given: Mapping[str, Any], _: Mapping[str, Any]) -> tuple[Answer, Vehicle]:
    told = tell(vehicle)
    if told.open is None:
        return {"status": 200, "allowed": False, "codes": frozenset({"no-open-case"}), "case": None}, vehicle
    case = told.cases[-1]
    against = case.against(given["station"], NOW, _ways_out(vehicle, told.open))
    if "not-this-station" in against:  # another station's case: no state, and of the number a part
        only = frozenset({"not-this-station"})
        return {"status": 200, "allowed": False, "codes": only, "state": None}, vehicle
    answer: Answer = {"status": 200, "allowed": not against, "codes": against, "state": case.state}
    return _about(vehicle, answer), vehicle


def _ways_out(vehicle: Vehicle, case: int) -> tuple[str, ...]:
    return tuple(station for of, station in vehicle.exits if of == case)


def _shown(vehicle: Vehicle, case: int) -> Answer:
    """A case as its JSON tells it."""
    told = tell(vehicle).cases[case]
    objections = [answered for of, _, answered in vehicle.objections if of == case]
    return {
        "state": told.state,
        "round": told.round,
        "events": vehicle.events[case],
        "repairs": frozenset(repair.number for repair in told.repairs),
        "held": frozenset(repair.number for repair in told.waiting),
        "exits": len(_ways_out(vehicle, case)),
        "objections": (len(objections), sum(objections)),
    }


def _case(vehicle: Vehicle, given: Mapping[str, Any], _: Mapping[str, Any]) -> tuple[Answer, Vehicle]:
    if given["case"] not in vehicle.cases:
        return {"status": 200 if vehicle.anew else 404}, vehicle
    shown = _shown(vehicle, vehicle.cases.index(given["case"]))
    if vehicle.anew:
        shown = {name: shown[name] for name in ("state", "round")}
    return {"status": 200, **shown}, vehicle


def _moved(vehicle: Vehicle, case: int, status: int, *, shown: bool = True) -> tuple[Answer, Vehicle]:
    after = _named(
        _more(vehicle, case), tell(vehicle), None, None
    )  # a release may open a case, as a repair may
    return {"status": status, **(_shown(after, case) if shown else {})}, after


def _exit(vehicle: Vehicle, given: Mapping[str, Any], _: Mapping[str, Any]) -> tuple[Answer, Vehicle]:
    case = vehicle.cases.index(given["case"])
    if tell(vehicle).cases[case].closed:
        return _refused(vehicle, 409, "no-such-step")
    return _moved(replace(vehicle, exits=(*vehicle.exits, (case, given["station"]))), case, 200, shown=False)


def _release(vehicle: Vehicle, given: Mapping[str, Any], _: Mapping[str, Any]) -> tuple[Answer, Vehicle]:
    case = vehicle.cases.index(given["case"])
    told = tell(vehicle).cases[case]
    if told.closed:
        return _refused(vehicle, 409, "no-such-step")
    meant = [each for each in vehicle.repairs if each.number == given["number"] and each.case == case]
    if not any(each in told.waiting for each in meant):
        return _refused(vehicle, 403, "repair-not-held")
    repairs = tuple(each._replace(held=False) if each in meant else each for each in vehicle.repairs)
    return _moved(replace(vehicle, repairs=repairs), case, 200)


def _object(vehicle: Vehicle, given: Mapping[str, Any], _: Mapping[str, Any]) -> tuple[Answer, Vehicle]:
    """One to each failed test, and none while another waits for its answer."""
    case = vehicle.cases.index(given["case"])
    told = tell(vehicle).cases[case]
    if told.closed:
        return _refused(vehicle, 409, "no-such-step")
    if any(
        of == case and (round_ == told.round or not answered) for of, round_, answered in vehicle.objections
    ):
        return _refused(vehicle, 403, "objected-already")
    objections = (*vehicle.objections, (case, told.round, False))
    return _moved(replace(vehicle, objections=objections), case, 201, shown=False)


def _reject(vehicle: Vehicle, given: Mapping[str, Any], _: Mapping[str, Any]) -> tuple[Answer, Vehicle]:
    case = vehicle.cases.index(given["case"])
    if tell(vehicle).cases[case].closed:
        return _refused(vehicle, 409, "no-such-step")
    if not any(of == case and not answered for of, _round, answered in vehicle.objections):
        return _refused(vehicle, 403, "no-objection")
    objections = tuple((of, round_, answered or of == case) for of, round_, answered in vehicle.objections)
    return _moved(replace(vehicle, objections=objections), case, 200)


def _book(vehicle: Vehicle, given: Mapping[str, Any], heard: Mapping[str, Any]) -> tuple[Answer, Vehicle]:
    """With the key of a case, one at a time."""
    found = {"booked-already"} if vehicle.booked else set()
    if given["case"] in vehicle.cases:
        case = vehicle.cases.index(given["case"])
        told = tell(vehicle).cases[case]
        if told.closed:
            return _refused(vehicle, 409, "no-open-case")
        if given["station"] not in (told.station, *_ways_out(vehicle, case)):
            found.add("not-this-station")
    elif heard["status"] == 409:  # part of another case since, or of one whose number was not heard yet
        return _refused(vehicle, 409, "no-open-case")
    if found:
        return _refused(vehicle, 403, *found)
    return {"status": 201, "booking": "booked"}, replace(vehicle, booked=str(heard.get("token")))


def _cancel(vehicle: Vehicle, given: Mapping[str, Any], _: Mapping[str, Any]) -> tuple[Answer, Vehicle]:
    if given["token"] != vehicle.booked:
        return _refused(vehicle, 409, "appointment-over")
    after = replace(vehicle, booked="", cancelled=vehicle.cancelled | {vehicle.booked})
    return {"status": 200, "booking": "cancelled"}, after


def _appointment(vehicle: Vehicle, given: Mapping[str, Any], _: Mapping[str, Any]) -> tuple[Answer, Vehicle]:
    state = "cancelled" if given["token"] in vehicle.cancelled else "booked"
    return {"status": 200, "booking": state}, vehicle


_SAYS: Mapping[str, Callable[[Vehicle, Mapping[str, Any], Mapping[str, Any]], tuple[Answer, Vehicle]]] = {
    "run": _run,
    "repair": _repair,
    "permit": _permit,
    "case": _case,
    "exit": _exit,
    "release": _release,
    "object": _object,
    "reject": _reject,
    "book": _book,
    "cancel": _cancel,
    "appointment": _appointment,
}
