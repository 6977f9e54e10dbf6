"""Good rows of a list beside what the register holds of them: looked up and saved together, decided one by one."""

from __future__ import annotations

from collections.abc import Sequence

from imloop.facts.records import inspection
from imloop.gates.vehicles.cycle import due_on_or_after
from imloop.steps.ground.findings import keep_findings
from imloop.steps.ground.ledger import Ledger
from imloop.steps.second_person.propose import propose_list
from imloop.steps.vehicles.identify_vehicle import with_vin
from imloop.steps.vehicles.plates import change_plates, keep_plate, which_passed_on
from imloop.steps.vehicles.register.correct_register import CORRECTION
from imloop.steps.vehicles.register.hold_change import LIST, held_body, keep_changes
from imloop.steps.vehicles.register.how_failed import how_failed
from imloop.steps.vehicles.register.merge_row import Listing, Merged, merge, take_back
from imloop.steps.vehicles.register.vehicle_row import VehicleRow
from imloop.steps.vehicles.register.word import for_the_journal
from imloop.steps.vehicles.vehicle_facts import subject_of
from imloop.store.models import Vehicle, VehicleChange

_FIELDS = (
    *("vin", "plate", "plate_colour", "fuel", "facts", "sources", "stated", "registered"),
    *("owner_name", "owner_phone", "status", "due_on"),
)
_AT_ONCE = 1000


class Block:
    """``new``, ``changed``: vehicles; ``plates``: each with the plate and colour it had; ``held`` and ``differing``:
    how many vehicles; ``unclear``: rows by a plate that has gone on, and nobody is known to bear."""

    def __init__(self, ledger: Ledger, rows: Sequence[VehicleRow], of: Listing, reason: str) -> None:
        self.ledger, self.rows, self.of, self.reason = ledger, rows, of, reason
        self.new: list[Vehicle] = []
        self.changed: list[Vehicle] = []
        self.same = self.held = self.differing = 0
        self.plates: list[tuple[Vehicle, str, str]] = []
        self.unclear: list[VehicleRow] = []
        self._known: list[Merged] = []
        self._made: list[Merged] = []
        self._by_vin: dict[str, Vehicle] = {}
        self._bearers: dict[str, list[Vehicle]] = {}
        self._touched: dict[int, Vehicle] = {}
        self._keep: set[int] = set()
        self._passed_on: set[int] = set()
        self._failed: dict[int, list[inspection.Vehicle]] = {}

    def apply(self) -> None:
        self._load()
        wanted = [each for row in self.rows if (each := self._row(row)) is not None]
        for merged, row, former in wanted:
            self._plate(merged, row, former)
        self._save()

    def _load(self) -> None:
        vins = [row.vin for row in self.rows if row.vin]
        plates = [row.plate for row in self.rows if row.plate]
        loaded: dict[int, Vehicle] = {}
        for start in range(0, len(vins), _AT_ONCE):
            loaded |= {found.pk: found for found in with_vin(*vins[start : start + _AT_ONCE])}
        for start in range(0, len(plates), _AT_ONCE):
            for found in Vehicle.objects.filter(plate__in=plates[start : start + _AT_ONCE]):
                loaded.setdefault(found.pk, found)
        for vehicle in loaded.values():
            if vehicle.vin:
                self._by_vin[vehicle.vin] = vehicle
            if vehicle.plate:
                self._bearers.setdefault(vehicle.plate, []).append(vehicle)
        bearing = [each for bearers in self._bearers.values() for each in bearers]
        self._keep, self._passed_on = keep_plate(bearing), which_passed_on(bearing)
        keys = list(loaded)
        for start in range(0, len(keys), _AT_ONCE):
            self._failed |= how_failed([loaded[key] for key in keys[start : start + _AT_ONCE]])

    def _row(self, row: VehicleRow) -> tuple[Merged, VehicleRow, tuple[str, str]] | None:
        holders = self._bearers.get(row.plate, []) if row.plate else []
        vehicle = self._by_vin.get(row.vin) if row.vin else self._with_plate(row.plate, holders)
        vehicle = vehicle or self._by_plate_alone(holders)
        if vehicle is None and not row.vin and any(not each.vin for each in holders):
            self.unclear.append(row)
            return None
        new = vehicle is None
        vehicle = vehicle or Vehicle(vin=row.vin)
        former = vehicle.plate, vehicle.plate_colour
        was_stated = len(vehicle.stated)
        merged = merge(vehicle, row, self.of, failed_as=self._failed.get(vehicle.pk))
        if vehicle.due_on is None and row.registered_on is not None:
            vehicle.due_on = due_on_or_after(subject_of(vehicle), self.of.on, self.of.law)
        if new:
            self._made.append(merged)
        else:
            self._known.append(merged)
            merged.noted = merged.noted or len(vehicle.stated) != was_stated
        return merged, row, former

    def _with_plate(self, plate: str, holders: Sequence[Vehicle]) -> Vehicle | None:
        return next((each for each in holders if each.vin and each.plate == plate), None)

    def _by_plate_alone(self, holders: Sequence[Vehicle]) -> Vehicle | None:
        """A row that nothing but the plate names is who bears it now only where nobody else does, or did since."""
        alone = holders[0] if len(holders) == 1 else None
        return alone if alone is not None and not alone.vin and alone.pk not in self._passed_on else None

    def _plate(self, merged: Merged, row: VehicleRow, former: tuple[str, str]) -> None:
        """When every row has said its own: one person does not take the plate that a known, active vehicle bears."""
        vehicle = merged.vehicle
        if not row.plate or "plate" not in merged.entered:
            return
        if vehicle.status == Vehicle.Status.ACTIVE:
            for other in self._bearers.get(row.plate, []):
                if other is vehicle or not other.vin or other.plate != row.plate:
                    continue
                if other.registered and other.status == Vehicle.Status.ACTIVE:
                    take_back(merged, "plate")
                    vehicle.plate = vehicle.plate or (former[0] if former[0] != row.plate else "")
                    merged.held["plate"][0] = vehicle.plate  # as a second person will find it
                    return
                if other.pk in self._keep:
                    continue
                self.plates.append((other, other.plate, other.plate_colour))
                other.plate = other.plate_colour = ""
                other.facts = {name: each for name, each in other.facts.items() if name != "plate"}
                self._touched[other.pk] = other
        if vehicle.pk and vehicle.plate != former[0]:
            self.plates.append((vehicle, *former))

    def _save(self) -> None:
        self.new = [merged.vehicle for merged in self._made]
        Vehicle.objects.bulk_create(self.new, batch_size=_AT_ONCE)
        for merged in self._known:
            if merged.entered or merged.event or merged.noted:
                self._touched[merged.vehicle.pk] = merged.vehicle
            elif not merged.held:
                self.same += 1
        self.changed = list(self._touched.values())
        if self.changed:
            Vehicle.objects.bulk_create(
                self.changed,
                batch_size=_AT_ONCE,
                update_conflicts=True,
                unique_fields=["id"],
                update_fields=list(_FIELDS),
            )
        change_plates(self.plates, self.of.on, "import", self.ledger.now)
        self._keep_history()
        self._propose()
        self._doubt()

    def _keep_history(self) -> None:
        """Each known vehicle's changes, one entry a vehicle; what gates ask is remembered for the marks."""
        for merged in self._known:
            if merged.entered:
                body = {"source": self.of.source, "list": self.of.evidence}
                fields = for_the_journal(merged.entered)
                self.ledger.note("vehicle-changed", str(merged.vehicle), {**body, "fields": fields})
        for vehicle, plate, _ in self.plates:
            if vehicle.plate == "":
                lost = {"plate": [plate, ""]}
                self.ledger.note("vehicle-changed", str(vehicle), {"list": self.of.evidence, "fields": lost})
        keep_changes(self.ledger, ((each.vehicle, each.rested_on(self.of.law)) for each in self._known))
        VehicleChange.objects.bulk_create(
            VehicleChange(
                vehicle=merged.vehicle,
                kind=merged.event[0],
                on=self.of.on,
                recorded_at=self.ledger.now,
                source=self.ledger.caller.actor,
                data={"before": merged.event[1]},
            )
            for merged in (*self._made, *self._known)
            if merged.event
        )

    def _propose(self) -> None:
        said = {"evidence": self.of.evidence, "batch": self.of.evidence, "why": self.reason}
        waiting = [
            (str(merged.vehicle), held_body(merged.vehicle, LIST, merged.held, self.of.source, **said))
            for merged in (*self._made, *self._known)
            if merged.held
        ]
        self.held = len(waiting)
        if waiting:
            propose_list(self.ledger, CORRECTION, waiting, self.of.law, reason=self.reason)

    def _doubt(self) -> None:
        self.differing = sum(bool(merged.beside) for merged in self._known)
        for merged in self._known:
            if merged.doubts:
                keep_findings(self.ledger, "vehicle", str(merged.vehicle), self.of.party, merged.doubts)
