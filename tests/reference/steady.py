"""稳态工况法 (GB 18285-2018 annex B): ten-second means, second by second, in the order the line drives them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from imloop.facts.codes import Method
from imloop.facts.records.inspection import TestRecord
from imloop.law import Law
from reference.formulas import correction, dilution_factor, gas_family
from reference.idle import thin
from reference.opinion import Opinion, Yardstick
from reference.readings import Readings, Row, air_of, at_nine, law_number, mean

Second = dict[str, Decimal]
Span = tuple[int, int]


@dataclass
class Drive:
    """What one mode gave: its longest stretch, the window that passed it, the last valid one, one far too high."""

    longest: int = 0
    passed: tuple[Span, Second] | None = None
    last: tuple[Span, Second] | None = None
    far: tuple[Span, Second] | None = None

    @property
    def shown(self) -> tuple[Span, Second] | None:
        return self.passed or self.far or self.last


class Steady:
    """One run. Every second that the line labelled as sampling is judged, also after a window that passes."""

    def __init__(self, record: TestRecord, readings: Readings, law: Law, limit_set: str) -> None:
        self.record, self.readings, self.law = record, readings, law
        self.fuel = record.vehicle.fuel
        self.yard = Yardstick(law, Method.ASM, limit_set, self.fuel)
        self.seconds = law.integer("asm.window_s")

    def fault(self) -> str:
        """What keeps the run from counting, "" if nothing does."""
        least = law_number(self.law, f"gas.co_co2_min_pct.{gas_family(self.fuel)}")
        for mode in ("5025", "2540"):
            for run in self.readings.runs(f"{mode}.sample"):
                names = ("co_pct", "co2_pct", "hc_ppm", "no_ppm", "speed_kmh")
                co, co2, *others = (self.readings.values(name, run) for name in names)
                if co is None or co2 is None or None in others:
                    return "missing"
                rows = [self.readings.rows[number] for number in run]
                airs = [air_of(self.record, row) for row in rows]
                if any(air is None or correction(self.law, air) is None for air in airs):
                    return "air"
                if any(row.get("rpm") == 0 for row in rows):
                    return "stalled"
                if min(co2) <= 0 or thin(co, co2, least, self.law.integer("gas.co_co2_min_seconds")):
                    return "diluted"
        return ""

    def richer_than_fuel(self) -> bool:
        """Dry exhaust of petrol has 15.3 % of CO2 at most, of gas less: what is corrected by more is not measured."""
        most = law_number(self.law, "gas.co2_max_pct")
        sampled = (row for mode in ("5025", "2540") for row in self.readings.of(f"{mode}.sample"))
        shown = (self.readings.rows[row].get("co2_pct") for row in sampled)
        return any(co2 is not None and co2 > most for co2 in shown)

    def corrected(self, mode: str, row: Row) -> Second:
        """Corrected concentrations of one second by item."""
        co, co2, hc, no = (row[name] for name in ("co_pct", "co2_pct", "hc_ppm", "no_ppm"))
        air = air_of(self.record, row)
        assert co is not None
        assert co2 is not None
        assert hc is not None
        assert no is not None
        assert air is not None
        df = dilution_factor(self.law, self.fuel, co, co2)
        moist = correction(self.law, air)
        assert moist is not None
        return {f"co_{mode}_pct": co * df, f"hc_{mode}_ppm": hc * df, f"no_{mode}_ppm": no * df * moist}

    def late(self, mode: str, first: int) -> int:
        """Seconds that the line still called settling when by the text the sampling had begun: it started that late."""
        settling = 0
        while first - settling > 0 and self.readings.phase[first - settling - 1] == f"{mode}.settle":
            settling += 1
        return max(settling - self.law.integer("asm.settle_s"), 0)

    def drive(self, mode: str) -> Drive:
        """A mode that takes longer than it may is over: what is sampled after that is not of this test."""
        out, most = Drive(), self.law.integer("asm.mode_max_s")
        stretches = self.readings.runs(f"{mode}.sample")
        for run in stretches:
            done: list[Second] = []
            late = self.late(mode, run[0])
            for number in run:
                if number - stretches[0][0] >= most:
                    return out
                out.longest = max(out.longest, late + len(done) + 1)
                done.append(self.corrected(mode, self.readings.rows[number]))
                if len(done) >= self.seconds and not out.passed:
                    self._window(mode, run, done, out)
        return out

    def _window(self, mode: str, run: list[int], done: list[Second], out: Drive) -> None:
        rows = run[len(done) - self.seconds : len(done)]
        if not self._driven_steadily(mode, rows):
            return
        inside = done[-self.seconds :]
        values = {item: mean([second[item] for second in inside]) for item in inside[0]}
        span = (rows[0], rows[-1])
        out.last = (span, values)
        deciding = [item for item in values if self.yard.decides(item)]
        if len(done) == self.seconds:
            half = law_number(self.law, "asm.quick_ratio")
            fits = all(self.yard.ok(item, values[item], half) for item in deciding)
        else:
            fits = all(self.yard.ok(item, values[item]) for item in deciding)
        if fits:
            out.passed = (span, values)
        elif out.far is None and self.law.flag("asm.early_fail"):
            times = law_number(self.law, "asm.early_fail_ratio")
            if any(
                all(not self.yard.full_ok(item, second[item], times) for second in inside)
                for item in deciding
            ):
                out.far = (span, values)

    def _driven_steadily(self, mode: str, rows: list[int]) -> bool:
        """In the band all the time; and near the speed of the first second: every second, or by the other reading the
        tenth alone."""
        nominal = law_number(self.law, f"asm.speed_kmh.{mode}")
        band = law_number(self.law, "asm.speed_tolerance_kmh")
        drift = law_number(self.law, "asm.window_dv_kmh")
        compared = rows if self.law.flag("asm.window_each_second") else rows[-1:]
        first = self.readings.rows[rows[0]]["speed_kmh"]
        for number in rows:
            speed = self.readings.rows[number]["speed_kmh"]
            assert speed is not None
            assert first is not None
            if at_nine(abs(speed - nominal)) > band:
                return False
            if number in compared and at_nine(abs(speed - first)) >= drift:
                return False
        return True


def steady_state(record: TestRecord, readings: Readings, law: Law, limit_set: str) -> Opinion:
    """5025 first; what it does not pass, 2540 may, after 5025 was driven to its end at a steady speed."""
    test = Steady(record, readings, law, limit_set)
    if fault := test.fault():
        return Opinion("invalid", fault)
    slow = test.drive("5025")
    if slow.passed:
        return _answer(test, {"5025": slow})
    fast = test.drive("2540")
    enough = law.integer("asm.sample_s")
    slow_complete = slow.longest >= enough and slow.last is not None
    fast_complete = fast.longest >= enough and fast.last is not None
    if fast.passed:
        return (
            _answer(test, {"5025": slow, "2540": fast}) if slow_complete else Opinion("invalid", "incomplete")
        )
    if slow.far or fast.far or (slow_complete and fast_complete):
        answer = _answer(test, {"5025": slow, "2540": fast})
        # No window passed, and yet what is shown exceeds nothing: only the quick windows were steady.
        return answer if answer.exceeded else Opinion("invalid", "no later window")
    return Opinion("invalid", "incomplete")


def _answer(test: Steady, drives: dict[str, Drive]) -> Opinion:
    """The mode that was driven last shows the window; once it passes, the one before it is only recorded."""
    shown = {mode: drive.shown for mode, drive in drives.items() if drive.shown is not None}
    mode, (span, latest) = list(shown.items())[-1]
    earlier = {} if mode == "5025" or "5025" not in shown else shown["5025"][1]
    free = frozenset(earlier) if drives[mode].passed else frozenset()
    answer = test.yard.judged({**earlier, **latest}, free)
    if answer.result == "pass" and test.richer_than_fuel():
        return Opinion("invalid", "CO2 of no fuel")
    answer.window = (mode, *span)
    return answer
