"""``imloop …``: every command, each importing only what it needs, so that ``--help`` is quick.

Exit codes: 0 done · 1 the answer is no or fail · 2 bad usage or bad input (one line on standard error).
"""

from __future__ import annotations

import os
import sys
from functools import cache
from typing import Any

import typer

from imloop.cli import (
    agent,
    couriers,
    dialects,
    draws,
    keys,
    lines,
    matters,
    offline,
    parties,
    simulate,
    vouchers,
)
from imloop.cli.common import in_line
from imloop.cli.gates import counter, vehicles
from imloop.cli.records import backup, data, replay, trust
from imloop.cli.runs import with_person
from imloop.cli.serving import server, work
from imloop.facts.refusal import Refusal

app = typer.Typer(
    name="imloop",
    help="汽车排放检验与维护闭环平台 · the closed loop of vehicle-emission inspection and maintenance",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for module in (
    server,
    work,
    offline,
    replay,
    data,
    trust,
    simulate,
    lines,
    matters,
    couriers,
    dialects,
    vouchers,
    agent,
    keys,
    parties,
    draws,
    backup,
):
    module.register(app)
gate = typer.Typer(help="问一道门 · ask a gate", no_args_is_help=True)
vehicles.add_to(gate)
counter.add_to(gate)
app.add_typer(gate, name="gate")


@cache
def command() -> Any:
    """All of them, with the options that every one has."""
    return with_person(app)


def main() -> None:
    """Run a command; whatever is wrong with the input is one line, never a stack trace."""
    try:
        command()()
    except Exception as error:
        if not (isinstance(error, (Refusal, OSError, ValueError)) or _of_database(error)):
            raise
        if os.environ.get("IMLOOP_DEBUG") == "1" and not isinstance(error, Refusal):
            raise
        print(f"imloop: {in_line(error)}", file=sys.stderr)
        sys.exit(2)


def _of_database(error: Exception) -> bool:
    """A database that is away or has no tables; asked without importing Django, which most commands do not need."""
    django = sys.modules.get("django.db.utils")
    return django is not None and isinstance(error, (django.DatabaseError, django.InterfaceError))
