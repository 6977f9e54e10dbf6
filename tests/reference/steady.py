"""稳态工况法 (GB 18285-2018 annex B): ten-second means, second by second, in the order the line drives them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from imloop.facts.codes import Method
from imloop.facts.test_record import TestRecord
from imloop.law import Law
from reference.formulas import dilution_factor, gas_family, humidity_factor
from reference.opinion import Opinion, Yardstick
from reference.readings import Readings, Row, air_of, at_nine, law_number, mean

Second = dict[str, Decimal]
Span = tuple[int, int]


@dataclass
class Drive:
    """What one mode gave: the window that passed it, the last valid one, one far above the limits, a fault."""

    values: Second
    longest: int = 0
    passed: Span | None = None
    last: tuple[Span, Second] | None = None
    far: tuple[Span, Second] | None = None
    fault: str = ""


class Steady:
    def __init__(self, record: TestRecord, readings: Readings, law: Law, limit_set: str) -> None:
        self.record, self.readings, self.law = record, readings, law
        self.fuel = record.vehicle.fuel
        self.yard = Yardstick(law, Method.ASM, limit_set, self.fuel)
        self.seconds = law.integer("asm.window_s")
        self.least = law_number(law, f"gas.co_co2_min_pct.{gas_family(self.fuel)}")
        self.patience = law.integer("gas.co_co2_min_seconds")

    def corrected(self, mode: str, row: Row) -> Second | str:
        """Corrected concentrations of one second by item, or what is wrong with it."""
        co, co2, hc, no = (row.get(name) for name in ("co_pct", "co2_pct", "hc_ppm", "no_ppm"))
        air = air_of(self.record, row)
        if co is None or co2 is None or hc is None or no is None or air is None:
            return "missing"
        if row.get("speed_kmh") is None:
            return "missing"
        if row.get("rpm") == 0:
            return "stalled"
        if co2 <= 0:
            return "diluted"
        df = dilution_factor(self.law, self.fuel, co, co2)
        no_corrected = no * df * humidity_factor(air)
        return {f"co_{mode}_pct": co * df, f"hc_{mode}_ppm": hc * df, f"no_{mode}_ppm": no_corrected}

    def drive(self, mode: str) -> Drive:
        out = Drive({})
        for run in self.readings.runs(f"{mode}.sample"):
            out.longest = max(out.longest, len(run))
            self._drive_run(mode, run, out)
            if out.passed or out.fault:
                break
        return out

    def _drive_run(self, mode: str, run: list[int], out: Drive) -> None:
        done: list[Second] = []
        thin = 0
        for position, number in enumerate(run):
            row = self.readings.rows[number]
            if position and not self.readings.follows(run[position - 1], number):
                out.fault = "seconds"
                return
            second = self.corrected(mode, row)
            if isinstance(second, str):
                out.fault = second
                return
            co, co2 = row["co_pct"], row["co2_pct"]
            assert co is not None
            assert co2 is not None
            thin = thin + 1 if at_nine(co + co2) < self.least else 0
            if thin >= self.patience:
                out.fault = "diluted"
                return
            done.append(second)
            if position + 1 >= self.seconds:
                self._window(mode, run, done, out)
            if out.passed:
                return

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
            fits = all(self.yard.full_ok(item, values[item], half) for item in deciding)
        else:
            fits = all(self.yard.ok(item, values[item]) for item in deciding)
        if fits:
            out.passed, out.values = span, values
        elif out.far is None and self.law.flag("asm.early_fail"):
            times = law_number(self.law, "asm.early_fail_ratio")
            if any(
                all(not self.yard.full_ok(item, second[item], times) for second in inside)
                for item in deciding
            ):
                out.far = (span, values)

    def _driven_steadily(self, mode: str, rows: list[int]) -> bool:
        speeds = self.readings.values("speed_kmh", rows)
        assert speeds is not None
        nominal = law_number(self.law, f"asm.speed_kmh.{mode}")
        band = law_number(self.law, "asm.speed_tolerance_kmh")
        drift = law_number(self.law, "asm.window_dv_kmh")
        return (
            all(at_nine(abs(speed - nominal)) <= band for speed in speeds)
            and at_nine(abs(speeds[-1] - speeds[0])) < drift
        )


def steady_state(record: TestRecord, readings: Readings, law: Law, limit_set: str) -> Opinion:
    test = Steady(record, readings, law, limit_set)
    slow = test.drive("5025")
    if slow.fault:
        return Opinion("invalid", slow.fault)
    if slow.passed:
        return _passed(test, "5025", slow, {})
    fast = test.drive("2540")
    if fast.fault:
        return Opinion("invalid", fast.fault)
    enough = law.integer("asm.sample_s")
    earlier = slow.last[1] if slow.last else {}
    if fast.passed and slow.longest >= enough:
        return _passed(test, "2540", fast, earlier)
    if not fast.passed and min(slow.longest, fast.longest) >= enough and slow.last and fast.last:
        answer = test.yard.judged({**slow.last[1], **fast.last[1]})
        answer.window = ("2540", *fast.last[0])
        return answer
    for mode, drive in (("5025", slow), ("2540", fast)):
        if drive.far:
            answer = test.yard.judged(drive.far[1])
            answer.window = (mode, *drive.far[0])
            return answer
    return Opinion("invalid", "incomplete")


def _passed(test: Steady, mode: str, drive: Drive, earlier: Second) -> Opinion:
    assert drive.passed is not None
    answer = test.yard.judged({**earlier, **drive.values}, frozenset(earlier))
    answer.window = (mode, *drive.passed)
    return answer
