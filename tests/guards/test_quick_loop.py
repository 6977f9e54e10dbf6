"""``make quick`` leaves no pure package out, and its fewer examples are fewer everywhere."""

from __future__ import annotations

import re
import subprocess
from configparser import ConfigParser

from hypothesis import settings

from support.examples import examples
from support.repository import ROOT


def test_it_runs_the_tests_of_every_pure_package() -> None:
    contracts = ConfigParser()
    contracts.read(ROOT / ".importlinter", encoding="utf-8")
    packages = contracts["importlinter:contract:pure"]["source_modules"].split()
    told = subprocess.run(["make", "-n", "quick"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert re.findall(r" (tests/\w+)", told.stdout) == [
        f"tests/{package.removeprefix('imloop.')}" for package in packages
    ]


def test_a_profile_counts_for_tests_with_a_number_of_their_own_too() -> None:
    now = settings.get_current_profile_name()
    try:
        settings.load_profile("quick")
        assert (examples(300), examples(12), examples(5)) == (30, 1, 1)
        settings.load_profile("thorough")
        assert examples(300) == 3000
    finally:
        settings.load_profile(now)
