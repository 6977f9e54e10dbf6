"""``imloop gate …``: the answer in words and as the exit code."""

from __future__ import annotations

import json
from pathlib import Path

from support.servers.commands import Commands

VIN, PLATE = "LFV2A21K6J3123456", "桂B12345"


def test_every_gate_answers_with_its_exit_code(imloop: Commands, tmp_path: Path) -> None:
    file = tmp_path / "vehicles.csv"
    file.write_text(
        "vin,plate,fuel,vehicle_type,usage,emission_stage,max_mass_kg,first_registered_on,due_on\n"
        f"{VIN},{PLATE},A,K33,A,国五,1800,2020-06-15,2026-06-30\n"
    )
    assert imloop("import", "vehicles", file).returncode == 0
    may, day = ("--plate", PLATE), ("--at", "2026-05-10T09:00")
    assert imloop("gate", "cycle", *may, *day).returncode == 0
    mark = imloop("gate", "mark", *may, *day)
    assert mark.returncode == 1 and "no-pass-in-cycle" in mark.stdout and "第五十三条" in mark.stdout
    assert imloop("gate", "road", *may, *day).returncode == 0
    late = imloop("gate", "road", "--vin", VIN, "--at", "2026-07-01T09:00", "--json")
    assert late.returncode == 1
    assert [reason["code"] for reason in json.loads(late.stdout)["reasons"]] == ["inspection-expired"]
    new = imloop("gate", "registration", "--vin", VIN, *day)
    assert new.returncode == 1 and "国六b" in new.stdout
    assert imloop("gate", "registration", "--vin", VIN, "--application", "transfer_in", *day).returncode == 0
    unknown = imloop("gate", "road", "--plate", "桂B00000")
    assert unknown.returncode == 2 and unknown.stderr.count("\n") == 1
    assert imloop("gate", "road", *may, "--at", "soon").returncode == 2
