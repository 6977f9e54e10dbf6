"""``imloop gate reception | retest | charge | conflict``: the answer in words and as the exit code."""

from __future__ import annotations

import json

import pytest

from imloop.sim.world.identifiers import unified_code
from support.servers.commands import Commands

I1, I2, M1 = "450203001", "450204002", "M450203001"
VIN, USCC = "LFV2A21K6J3123456", unified_code("乙")
DAY = ("--at", "2026-05-10T09:00")


@pytest.fixture(scope="module")
def registers(imloop: Commands, tmp_path_factory: pytest.TempPathFactory) -> Commands:
    """Two I-stations and an M-station that shares its credit code with the second."""
    folder = tmp_path_factory.mktemp("registers")
    stations, repairers, vehicles = (folder / f"{name}.csv" for name in ("stations", "repairers", "vehicles"))
    stations.write_text(
        "code,name,place,uscc,since,cite,lines\n"
        f"{I1},甲检测站,450203,,2020-01-01,条例第十七条,01:ASM\n"
        f"{I2},乙检测站,450204,{USCC},2020-01-01,条例第十七条,01:ASM\n"
    )
    repairers.write_text(
        f"code,name,place,uscc,since,cite\n{M1},乙维修站,450203,{USCC},2020-01-01,方案五(三)\n"
    )
    vehicles.write_text(f"vin,plate,fuel,vehicle_type,usage\n{VIN},桂B12345,A,K33,A\n")
    for kind, file in (("stations", stations), ("repairers", repairers), ("vehicles", vehicles)):
        done = imloop("import", kind, file)
        assert done.returncode == 0, done.stdout + done.stderr
    return imloop


def test_reception(registers: Commands) -> None:
    asked = ("gate", "reception", "--station", I1, "--method", "ASM", "--vin", VIN, *DAY)
    unknown = registers(*asked, "--line", "09")
    assert unknown.returncode == 1 and "unknown-line" in unknown.stdout and "不可以" in unknown.stdout
    # The line is licensed, but nobody has registered its instruments.
    bare = registers(*asked, "--line", "01", "--json")
    answer = json.loads(bare.stdout)
    assert bare.returncode == (0 if answer["allowed"] else 1)
    assert "method-not-licensed" not in {reason["code"] for reason in answer["reasons"]}
    bad = registers("gate", "reception", "--station", I1, "--line", "01", "--method", "ASN", "--vin", VIN)
    assert bad.returncode == 2 and "wrong-value" in bad.stderr and bad.stderr.count("\n") == 1


def test_retest(registers: Commands) -> None:
    free = registers("gate", "retest", "--station", I1, "--plate", "桂B12345", *DAY, "--json")
    answer = json.loads(free.stdout)
    assert answer["case"] is None and free.returncode == (0 if answer["allowed"] else 1)
    nowhere = registers("gate", "retest", "--station", "450299999", "--plate", "桂B12345", *DAY)
    assert nowhere.returncode == 2 and "unknown-station" in nowhere.stderr


def test_charge(registers: Commands) -> None:
    asked = ("gate", "charge", "--station", I1, "--method", "ASM", *DAY)
    price = registers(*asked)
    assert price.returncode == 0 and "no-approved-price" in price.stdout
    assert registers(*asked, "--vin", VIN, "--charged", "90").returncode == 0
    assert registers(*asked, "--charged", "much").returncode == 2
    assert registers(*asked, "--plate", "桂B00000").returncode == 2


def test_conflict(registers: Commands) -> None:
    assert registers("gate", "conflict", "--party", I1, *DAY).returncode == 0
    same = registers("gate", "conflict", "--party", I2, *DAY)
    assert same.returncode == 1 and "tests-and-repairs" in same.stdout
    other_way = registers("gate", "conflict", "--party", M1, *DAY, "--json")
    assert other_way.returncode == 1 and json.loads(other_way.stdout)["party"] == M1
    assert registers("gate", "conflict", "--party", "nobody", *DAY).returncode == 2
