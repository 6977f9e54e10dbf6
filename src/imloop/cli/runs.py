"""Who runs a command on the server, and what for: kept in the journal before the command acts.

Every command that opens an installation has ``--person`` and ``--purpose``; ``common.connect`` keeps the run unless the
command only looks after itself (``quiet``).
"""

from __future__ import annotations

import os
from getpass import getuser
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from imloop.steps.ground.access import Caller
    from imloop.steps.journal.operator_runs import Run

_SAID: dict[str, str] = {}
"""What runs now: ``command``, ``person``, ``purpose``. Empty where no command line began it, and when it has ended."""


def _keep(context: typer.Context, param: typer.CallbackParam, value: str) -> str:
    names: list[str] = []
    where: Any = context
    while where.parent is not None:
        names.insert(0, str(where.info_name))
        where = where.parent
    context.call_on_close(_SAID.clear)
    _SAID["command"] = " ".join(names)
    _SAID[str(param.name)] = value.strip()
    return value


def _options(
    person: Annotated[
        str,
        typer.Option(
            callback=_keep, help="谁在操作，缺省为系统用户 · who runs it; default: the user of the system"
        ),
    ] = "",
    purpose: Annotated[
        str, typer.Option(callback=_keep, help="为什么，记入日志 · what for, for the journal")
    ] = "",
) -> None:
    """The two that every command has."""


def with_person(app: typer.Typer) -> Any:
    """The command line, in which each command that takes ``--data`` takes these two as well, where it has none of the
    name."""
    command = typer.main.get_command(app)
    _add(command)
    return command


def _add(command: Any) -> None:
    for each in getattr(command, "commands", {}).values():
        _add(each)
    taken = {each.name for each in command.params}
    if "data" in taken:
        both = typer.Typer(add_completion=False)
        both.command()(_options)
        for option in typer.main.get_command(both).params:
            if option.name not in taken:
                option.expose_value = False
                command.params.append(option)


def this_run() -> Run:
    from imloop import __version__
    from imloop.steps.journal.operator_runs import Run

    return Run(**_SAID, os_user=os_user(), version=__version__)


def os_user() -> str:
    """Who called ``sudo``, else who runs the process; its number where it has no name."""
    try:
        return os.environ.get("SUDO_USER") or getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def keep_run() -> None:
    from imloop.steps.ground.clock import now
    from imloop.steps.journal.operator_runs import note_run

    if _SAID:
        note_run(this_run(), now())


def acting_as(code: str) -> Caller:
    """Who acts in a party's name: of a department the person named by ``--person``, who has an account there."""
    from imloop.steps.ground.clock import now
    from imloop.steps.journal.operator_runs import act_for

    return act_for(this_run(), code, now())
