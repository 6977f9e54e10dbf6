"""Fuzz decoding and judging for a while: ``make fuzz ARGS="-max_total_time=3600"`` (needs atheris,
see CONTRIBUTING)."""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random

import atheris

sys.path.insert(0, str(Path(__file__).parents[1]))

with atheris.instrument_imports(include=["imloop.exchange", "imloop.verdict", "imloop.facts"]):
    from fuzz.target import judge_anything, mutated, uploads

KNOWN = uploads()


def one_input(data: bytes) -> None:
    """Half raw bytes, half a structured mutation that the bytes steer."""
    if len(data) < 9:
        return
    if data[0] & 1:
        judge_anything(data[1:])
        return
    judge_anything(mutated(Random(data[1:]), KNOWN[data[0] % len(KNOWN)]))


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
