"""``make neighbours``: inputs as sloppy as those of the field, each with one right answer that the documents decide,
played through the public doors of a fresh demo city.

``[NAME …] --database sqlite|postgresql``, both without. A line a case, exit 1 when one has another answer.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

sys.path[:0] = [
    str(Path(__file__).resolve().parents[1]),
    str(Path(__file__).resolve().parents[2] / "scripts"),
]

from imloop.facts.days import CHINA  # noqa: E402
from neighbours import answers, tables  # noqa: E402
from neighbours.case import Call, Car, Case, Row, Table, Upload  # noqa: E402
from neighbours.cases import ALL  # noqa: E402
from neighbours.city import City  # noqa: E402
from neighbours.inputs import Inputs  # noqa: E402
from torture.run import database  # noqa: E402

COUNTED = re.compile(r"(\d+)\s*行已导入.*?(\d+)\s*行被拒", re.DOTALL)


class Player:
    """Plays case after case; what lists have kept is compared at the end, with one export for all."""

    def __init__(self, city: City) -> None:
        self.city, self.inputs = city, Inputs(datetime.now(CHINA).replace(microsecond=0))

    def all(self, cases: list[Case]) -> Iterator[tuple[Case, list[str]]]:
        """Each with its faults; those with a list come last."""
        waiting = {}
        for case in cases:
            faults = self._play(case)
            if any(isinstance(step, Row | Table) for step in case.steps):
                waiting[case.name] = (case, faults)
            else:
                yield case, faults
        rows = [(case, step) for case, _ in waiting.values() for step in case.steps if isinstance(step, Row)]
        if rows:
            file = self.city.folder / "rows.csv"
            file.write_bytes(tables.long_list(rows))
            self.city.command("import", "vehicles", str(file))
        known = self.city.vehicles() if waiting else {}
        for case, faults in waiting.values():
            yield case, [*faults, *_kept(case, known)]

    def _play(self, case: Case) -> list[str]:
        found = []
        for number, step in enumerate(case.steps, 1):
            if isinstance(step, Row):
                continue  # with all others at the end
            faults = self._import(case, step) if isinstance(step, Table) else self._send(case, step)
            found += [f"step {number}: {fault}" for fault in faults]
            if self.city.server.poll() is not None:
                raise RuntimeError(f"{case.name}: the server ended")
        return found

    def _send(self, case: Case, step: Upload | Call) -> Iterator[str]:
        car = Car(step.car or case.name)
        key = {"Authorization": f"Bearer {self.city.keys[step.sender]}"} if step.sender else {}
        if isinstance(step, Upload):
            method, path, body = "POST", f"/api/v1/{step.to}", self.inputs.body(case, step)
        else:
            words = {"{vin}": car.vin, "{plate}": quote(car.plate)}
            method, path, body = step.method, step.path, step.body
            for word, value in words.items():
                path = path.replace(word, value)
        headers = {"Content-Type": "application/json"} | key | dict(step.headers)
        if (said := headers.get("Authorization")) and step.sender:
            headers["Authorization"] = said.replace("{key}", self.city.keys[step.sender])
        answer = self.city.call(method, path, body, headers)
        if number := answers.document(answer[2]).get("case"):
            self.inputs.cases[car.name] = number
        yield from answers.faults(
            step.right, answer, lambda where: self.city.call("GET", where, None, key), car.plate
        )

    def _import(self, case: Case, step: Table) -> Iterator[str]:
        folder = Path(tempfile.mkdtemp(dir=self.city.folder))
        file = folder / ("vehicles.csv" if step.made == "as csv" else step.file)
        file.write_bytes(tables.content(case, step))
        done = self.city.command("import", "vehicles", str(file))
        said = done.stdout + done.stderr
        counted = COUNTED.search(said)
        entered, rejected = (int(counted[1]), int(counted[2])) if counted else (0, None)
        if "Traceback" in said:
            yield f"a program's error: {said.strip()[-200:]}"
        if done.returncode not in step.right.get("exit", (0, 1)):
            yield f"exit {done.returncode}, right {step.right.get('exit', (0, 1))}: {said.strip()[-160:]}"
        for name, count in (("entered", entered), ("rejected", rejected)):
            if name in step.right and count not in answers.several(step.right[name]):
                yield f"{count} {name}, right {step.right[name]}: {said.strip()[-160:]}"


def _kept(case: Case, known: Mapping[str, dict[str, str]]) -> Iterator[str]:
    """Where the register holds something else than the case's lists said."""
    for step in case.steps:
        wanted = (
            {"": step.kept}
            if isinstance(step, Row)
            else step.right.get("kept", {})
            if isinstance(step, Table)
            else {}
        )
        for suffix, fields in wanted.items():
            vin = Car(case.name + suffix).vin
            row = known.get(vin)
            if (row is None) != (fields is None):
                yield f"{vin} was entered: {row}" if row else f"{vin} was not entered"
            for name, value in (fields or {}).items() if row else ():
                if row and row[name] != (right := tables.filled(case, value)):
                    yield f"{name} {row[name]!r}, right {right!r}"


def printable(text: str) -> str:
    """Nothing that a terminal or grep takes for anything but a text."""
    return "".join(sign if sign.isprintable() or sign == "\n" else "?" for sign in text)


def play(kind: str, cases: list[Case]) -> list[str]:
    """Names of the cases with another answer than the right one, on a city of its own."""
    wrong: list[str] = []
    with (
        tempfile.TemporaryDirectory(prefix="neighbours") as name,
        database(kind, Path(name), durable=False) as url,
    ):
        city = City(Path(name), url)
        try:
            for case, faults in Player(city).all(cases):
                told = "".join(f"\n       {fault}" for fault in faults and [case.clause, *faults])
                word = "wrong" if faults else "right"
                print(printable(f"{word}  {case.name}: {case.says}{told}"), flush=True)
                wrong += [case.name] if faults else []
        finally:
            city.stop()
    print(f"neighbours on {kind}: {len(cases) - len(wrong)} of {len(cases)} have the right answer", *wrong)
    return wrong


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("names", nargs="*", help="only these cases")
    options.add_argument("--database", choices=("sqlite", "postgresql"), help="only this one")
    given = options.parse_args()
    cases = [case for case in ALL if not given.names or case.name in given.names]
    kinds = (given.database,) if given.database else ("sqlite", "postgresql")
    wrong = [play(kind, cases) for kind in kinds]
    return int(any(wrong) or not cases)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    sys.exit(main())
