"""``imloop …``: every command, each importing only what it needs, so that ``--help`` is quick.

Exit codes: 0 done · 1 the answer is no or fail · 2 bad usage or bad input (one line on standard error).
"""

from __future__ import annotations

import os
import sys

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
    simulate,
    vouchers,
)
from imloop.cli.gates import counter, vehicles
from imloop.cli.records import backup, data, replay, trust
from imloop.cli.serving import server, work

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
    draws,
    backup,
):
    module.register(app)
gate = typer.Typer(help="问一道门 · ask a gate", no_args_is_help=True)
vehicles.add_to(gate)
counter.add_to(gate)
app.add_typer(gate, name="gate")


def main() -> None:
    """Run a command; whatever is wrong with the input is one line, never a stack trace."""
    from imloop.facts.refusal import Refusal

    try:
        app()
    except Refusal as refusal:
        cite = f" [{refusal.cite}]" if refusal.cite else ""
        _stop(f"{refusal.code}: {refusal.text.zh} / {refusal.text.en}{cite}")
    except (OSError, ValueError) as error:
        if os.environ.get("IMLOOP_DEBUG") == "1":
            raise
        _stop(f"{type(error).__name__}: {error}")


def _stop(line: str) -> None:
    print(f"imloop: {line}".replace("\n", " "), file=sys.stderr)
    sys.exit(2)
