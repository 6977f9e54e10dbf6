"""A department settles a run that waits: which vehicle it was, or that its time holds, or that it is not accepted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from imloop.facts.codes import Result
from imloop.facts.digits import whole
from imloop.facts.identifiers import plain, vin_fault
from imloop.facts.refusal import Conflict, Malformed, NotAllowed, Unknown
from imloop.facts.text import Reason, Text
from imloop.gates.inspections.times import HELD
from imloop.steps.cases.history import run_of
from imloop.steps.cases.reconsider import reconsider, wait_after
from imloop.steps.ground.access import Caller, covers
from imloop.steps.ground.findings import keep_findings
from imloop.steps.ground.keep_raw import raw_bytes
from imloop.steps.ground.ledger import Ledger, writing
from imloop.steps.inspections.decide_run import Decided, decide_run
from imloop.steps.inspections.judge_upload import judge_first
from imloop.steps.inspections.keep_run import keep_obd_names, tell_anew
from imloop.steps.inspections.known_facts import look_up_settled
from imloop.steps.inspections.replay import Decode
from imloop.steps.stations.station_facts import facts_of
from imloop.steps.vehicles.identify_vehicle import names_of
from imloop.steps.vehicles.vehicle_facts import candidates_of
from imloop.store import verdict_inputs
from imloop.store.models import Finding, HeldRun, ObdName, PartyKind, Test, Vehicle
from imloop.store.statements import update

ANOTHER = "another"
"""None of the candidates: a vehicle that is not known yet, by the VIN or plate of the message."""
NAMED = "named"
"""A vehicle that is known already and is none of the candidates: by its VIN, its plate, or both, exactly."""
_WAITS_FOR_FAIL = "failed-run-waits"
_DOUBTFUL = "identity-doubtful"


@dataclass(frozen=True, slots=True)
class Settlement:
    """``settled``: of ``HeldRun.Settled``; ``vehicle``: the key of a candidate, ``ANOTHER`` or ``NAMED``, where it says
    which; ``vin``, ``plate``: of the one named."""

    settled: str
    because: str
    vehicle: str = ""
    vin: str = ""
    plate: str = ""


def settle_run(
    caller: Caller, station: str, test_no: str, said: Settlement, now: datetime, decode: Decode
) -> HeldRun:
    """Once; what follows from it is decided anew and told to everyone concerned. ``decode``: of the bytes that came."""
    with writing(now, caller) as ledger:
        held = _theirs(caller, station, test_no)
        _require_words(said)
        vehicle, candidates = _vehicle(held, said), list(candidates_of(held))
        name, decided = f"{station}/{test_no}", _decided(held, vehicle, decode)
        named_now = decided if held.test.vehicle is None else None
        waits = named_now is not None and bool(named_now.held)
        noted = {
            "settled": said.settled,
            "because": said.because.strip(),
            "vehicle": str(vehicle) if vehicle is not None else "",
            "result": decided.verdict.result if decided is not None else held.test.result,
            "waits": HELD if waits else "",
            **_judged_anew(ledger, held.test, vehicle, decided),
        }
        ledger.note("run-settled", name, noted)
        ledger.send(station, "run-settled", name[:40], noted)
        if named_now is not None:
            _keep_findings(ledger, held.test, named_now)
        if vehicle is not None and named_now is not None and waits:
            _hold_for_time(ledger, held, vehicle, named_now, name)
        else:
            held.settled, held.settled_at, held.settled_by = said.settled, now, caller.actor
            held.settled_because = said.because.strip()
            held.save(update_fields=["settled", "settled_at", "settled_by", "settled_because"])
            _take_effect(ledger, held.test, vehicle, decided)
        _let_others_go(ledger, held, candidates, vehicle, name)
        if vehicle is not None:
            _told_apart(vehicle, candidates)
    return held


def _told_apart(vehicle: Vehicle, candidates: list[Vehicle]) -> None:
    """Somebody has looked: another car drives with its control unit, so that one's failed run concerns it no more."""
    others = [each for each in candidates if each.pk != vehicle.pk]
    ObdName.objects.filter(vin=vehicle.vin, test__vehicle__in=others).delete()


def _decided(held: HeldRun, vehicle: Vehicle | None, decode: Decode) -> Decided | None:
    """What it would have meant when it came, had its vehicle been certain. None: it was, or the run is not accepted."""
    test = held.test
    if vehicle is None or test.stated is None or test.receipt.get("counts_why") != _DOUBTFUL:
        return None
    record = decode(raw_bytes(test.raw))
    named = replace(record.vehicle, vin=held.vin, plate=held.plate)
    # In its place on its line nothing is asked again.
    record = replace(record, test_no=test.test_no, station=test.station.code, vehicle=named, sequence=None)
    judged = judge_first(record, test.station.place)
    doubted = [Reason.kept(each) for each in held.reasons if each["code"] == HELD]
    known = look_up_settled(judged, facts_of(test.station), vehicle, test.received_at, doubted)
    # As it was judged when it came, or when its vehicle was settled: a fail stays one.
    ways = (*known.ways, verdict_inputs.as_judged(named, bytes(test.stated)))
    return decide_run(replace(known, ways=ways), judged)


def _judged_anew(
    ledger: Ledger, test: Test, vehicle: Vehicle | None, decided: Decided | None
) -> dict[str, object]:
    """What passed as it was stated and fails as the vehicle is known now is a failed run, like any other: its row says
    so from now on, the receipt what it said when it came. For the journal, where it changed."""
    if decided is None or (test.result, decided.verdict.result) != (Result.PASS, Result.FAIL):
        return {}
    record, verdict = decided.measured.record, decided.verdict
    test.vehicle, test.result, test.law_hash = vehicle, verdict.result, verdict.law_hash
    test.verdict = verdict.to_json()
    test.stated = verdict_inputs.pack(replace(record, vehicle=decided.judged_as or record.vehicle))
    update(test, "vehicle", "result", "law_hash", "verdict", "stated")
    named = names_of(record.vehicle, [ecu.vin for ecu in record.obd.ecus] if record.obd else ())
    keep_obd_names(test, replace(named, vin=""))  # whose the VIN of the message was is settled
    return {"law": test.law_hash, "verdict": ledger.receipt_hash(test.verdict)}


def _keep_findings(ledger: Ledger, test: Test, decided: Decided) -> None:
    """What depends on the vehicle could not be said when it came."""
    said = Finding.objects.filter(subject_kind="test", subject=test.test_no, station_code=test.station.code)
    known = list(said.values_list("data", flat=True))
    fresh = [each for each in decided.about_vehicle if each.to_json() not in known]
    keep_findings(ledger, "test", test.test_no, test.station.code, fresh)


def _hold_for_time(ledger: Ledger, held: HeldRun, vehicle: Vehicle, decided: Decided, name: str) -> None:
    """Which vehicle it was is settled now; when it was made is a question of its own."""
    run = held.test
    run.vehicle, run.counts_why = vehicle, HELD
    update(run, "vehicle", "counts_why")
    held.reasons = [reason.to_json() for reason in decided.held]
    held.save(update_fields=["reasons"])
    if run.result == Result.FAIL:
        held.candidates.set([vehicle])  # of another it is no failed run that waits any more
        wait_after(ledger, vehicle, run.started_at, name)


def _theirs(caller: Caller, station: str, test_no: str) -> HeldRun:
    held = (
        HeldRun.objects.select_related("test__station", "test__vehicle")
        .filter(test__station__code=station, test__test_no=test_no)
        .first()
    )
    if caller.kind != PartyKind.ENVIRONMENT or held is None or not covers(caller.place, held.place):
        raise NotAllowed(
            "not-your-run",
            Text(
                "只有检验机构所在地生态环境部门可以核实。",
                "Only the environment department of the station's place settles this.",
            ),
        )
    if held.settled_at is not None:
        raise Conflict(
            "already-settled",
            Text("这次检验已核实，不再变更。", "This run has been settled and is not changed again."),
        )
    return held


def _require_words(said: Settlement) -> None:
    if said.settled not in HeldRun.Settled.values:
        listed = " ".join(HeldRun.Settled.values)
        raise Malformed(
            "wrong-value", Text(f"settled：可选 {listed}。", f"settled: choose one of {listed}."), at="choice"
        )
    if not 0 < len(said.because.strip()) <= 400:
        raise Malformed(
            "reason-missing",
            Text("请写明核实情况（400 字以内）。", "Say what was found, in up to 400 characters."),
            at="because",
        )


def _vehicle(held: HeldRun, said: Settlement) -> Vehicle | None:
    """The vehicle that it was; None where the run is not accepted."""
    doubtful = held.test.vehicle is None
    if said.settled == HeldRun.Settled.REJECTED:
        return None
    if said.settled == HeldRun.Settled.LATER and held.test.result != Result.FAIL:
        raise _NO_FAIL
    of_time = said.settled in (HeldRun.Settled.RELEASED, HeldRun.Settled.LATER)
    if of_time and not doubtful:
        return held.test.vehicle
    if of_time or not doubtful:
        raise Malformed(
            "wrong-value",
            Text("请选择是哪一辆车。", "Say which vehicle it was.")
            if doubtful
            else Text(
                "车辆没有疑问，请选择放行或不予采信。", "The vehicle is certain: release it or reject it."
            ),
            at="choice",
        )
    if said.vehicle == ANOTHER:
        return _another(held)
    if said.vehicle == NAMED:
        return _named(plain(said.vin), plain(said.plate))
    found = candidates_of(held).filter(pk=whole(said.vehicle) or 0).first()
    if found is None:
        raise Unknown("unknown-vehicle", Text("请从所列车辆中选择。", "Choose one of the vehicles listed."))
    return found


_NO_FAIL = Malformed(
    "wrong-value",
    Text(
        "只有不合格检验按收到时间计入；合格检验时间不实的，不予采信。",
        "A failed run alone counts from when it came; a pass whose hour does not hold is not accepted.",
    ),
    at="choice",
)


def _named(vin: str, plate: str) -> Vehicle:
    """Every name that is given must be its own: nothing is taken for a typing error here."""
    if not (vin or plate):
        raise Malformed("malformed", Text("请填写号牌或 VIN。", "Give the plate or the VIN."), at="plate")
    wanted = {name: said for name, said in (("vin", vin), ("plate", plate)) if said}
    found = list(Vehicle.objects.filter(**wanted)[:2])
    if len(found) > 1:
        raise Conflict(
            "plate-ambiguous",
            Text(
                f"号牌 {plate} 为多辆车所用，请填写 VIN。",
                f"Several vehicles bear plate {plate}: give the VIN.",
            ),
        )
    if not found:
        raise Unknown(
            "unknown-vehicle",
            Text(
                f"没有 VIN、号牌均与 {vin} {plate} 完全一致的车辆。",
                f"No vehicle is known by exactly {vin} {plate}.",
            ),
            at="vin" if vin else "plate",
        )
    return found[0]


def _another(held: HeldRun) -> Vehicle:
    """By the VIN; by the plate only where nobody else bears it."""
    vin = held.vin if vin_fault(held.vin) is None else ""
    borne = Vehicle.objects.filter(plate=held.plate).exists()
    if not vin and (borne or not held.plate):
        raise Conflict(
            "vehicle-unidentified",
            Text(
                "报文没有可用的 VIN，不能建立新车辆，请选择所列车辆或不予采信。",
                "The message has no usable VIN for a new vehicle: choose one listed, or reject the run.",
            ),
        )
    found = Vehicle.objects.filter(vin=vin).first() if vin else None
    if found is not None and candidates_of(held).filter(pk=found.pk).exists():
        raise Conflict(
            "vehicle-is-listed",
            Text(
                "报文的 VIN 就是所列车辆之一：是该车请选该车；VIN 被套用的，请选不予采信，另行立案查处。",
                "The VIN of the message is one of the vehicles listed: choose it, or, where the VIN was copied, do not "
                "accept the run and follow that up on its own.",
            ),
        )
    return found or Vehicle.objects.create(vin=vin, plate="" if borne else held.plate)


def _take_effect(ledger: Ledger, test: Test, vehicle: Vehicle | None, decided: Decided | None) -> None:
    """A pass that is none as the vehicle is known now, and no fail, decides nothing."""
    undecided = decided is not None and test.result == Result.PASS != decided.verdict.result
    why = "rejected" if vehicle is None else "not-decided" if undecided else None
    test.vehicle, test.counts_why = vehicle or test.vehicle, why
    update(test, "vehicle", "counts_why")
    if vehicle is not None and not undecided:
        tell_anew(ledger, vehicle, run_of(test), test.station)


def _let_others_go(
    ledger: Ledger, held: HeldRun, candidates: list[Vehicle], vehicle: Vehicle | None, name: str
) -> None:
    """A pass of another candidate waited because the failed run might have been of that vehicle."""
    if held.test.result != "fail":
        return
    for other in candidates:
        if vehicle is not None and other.pk == vehicle.pk:
            continue
        waiting = other.tests.filter(counts_why=_WAITS_FOR_FAIL).select_related("station")
        first = waiting.order_by("started_at").first()
        if first is not None:
            reconsider(ledger, other, run_of(first), name)
