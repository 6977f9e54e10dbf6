"""Fuzz whatever arrives, for a while: ``make fuzz ARGS="-max_total_time=3600"`` (needs atheris, see CONTRIBUTING).

``ARGS="tables -max_total_time=600"``: only ``tests``, ``messages``, ``tables``, ``doors`` or ``imports``.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from random import Random

import atheris

sys.path.insert(0, str(Path(__file__).parents[1]))

from fuzz.installation import installed

DOORS = ExitStack()
ALL = ("tests", "messages", "tables", "doors", "imports")
CHOSEN = [name for name in sys.argv[1:] if name in ALL] or list(ALL)

with atheris.instrument_imports(include=["imloop.exchange", "imloop.verdict", "imloop.facts"]):
    doors = DOORS.enter_context(installed())
    from fuzz import messages, tables, target
    from support.servers.databases import undone

KNOWN, SEEDS = target.uploads(), messages.seeds()
SENT = [seed for seed in SEEDS if seed.kind != "voucher"]


def one_input(data: bytes) -> None:
    """Which target, then half of the messages raw bytes, else a change of a good one that the bytes steer."""
    if len(data) < 9:
        return
    name = CHOSEN[data[0] % len(CHOSEN)]
    _TARGETS[name](Random(data[1:]), data[1:])


def _tests(dice: Random, data: bytes) -> str:
    if data[0] & 1:
        return target.judge_anything(data[1:])
    return target.judge_anything(target.mutated(dice, dice.choice(KNOWN)))


def _messages(dice: Random, data: bytes) -> str:
    seed = dice.choice(SEEDS)
    body = data[1:] if data[0] & 1 else messages.changed(dice, seed)
    return f"{seed.kind} {messages.read_anything(seed.kind, body)}"


def _tables(dice: Random, data: bytes) -> str:
    ending, kind = dice.choice(tables.ENDINGS), dice.choice(list(tables.ROWS))
    return f"{ending} {tables.read_anything(ending, tables.changed(dice, kind, ending))}"


def _doors(dice: Random, data: bytes) -> str:
    seed = dice.choice(SENT)
    with undone():
        return f"{seed.kind} {doors.send(seed.kind, messages.changed(dice, seed))}"


def _imports(dice: Random, data: bytes) -> str:
    ending, kind = dice.choice(tables.ENDINGS), dice.choice(list(tables.ROWS))
    with undone():
        return f"{kind} {ending} {doors.enter(kind, ending, tables.changed(dice, kind, ending))}"


_TARGETS = {"tests": _tests, "messages": _messages, "tables": _tables, "doors": _doors, "imports": _imports}


if __name__ == "__main__":
    DOORS.enter_context(tables.forking())
    atheris.Setup([sys.argv[0], *(each for each in sys.argv[1:] if each not in ALL)], one_input)
    atheris.Fuzz()
