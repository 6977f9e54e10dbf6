"""imloop matter list | show | step: matters before a department, from the server's own command line."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from imloop.cli.common import VAR, AsJson, DataDir, connect, print_json, print_table
from imloop.cli.runs import acting_as

As = Annotated[str, typer.Option("--as", help="以哪个单位的名义，单位代码 · acting as this party")]
matter = typer.Typer(help="申请、处理、报废等事项 · matters before a department", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(matter, name="matter")


@matter.command("list")
def list_(
    party: As,
    mine: Annotated[bool, typer.Option(help="只列待本单位办理的 · only those waiting for it")] = False,
    data: DataDir = VAR,
    as_json: AsJson = False,
) -> None:
    """事项清单，最急的在前 · matters, the most urgent first."""
    connect(data, quiet=True)
    from imloop.facts.days import day_of
    from imloop.steps.ground import clock
    from imloop.steps.ground.access import caller_for
    from imloop.steps.ground.registers import any_party
    from imloop.steps.matters import lookups as matter_lookups

    caller, day = caller_for(any_party(party)), day_of(clock.now())
    found = (
        matter_lookups.work_list(caller, day)
        if mine
        else matter_lookups.matters(caller)[: matter_lookups.SHOWN]
    )
    rows = [matter_lookups.summary(row, day) for row in found]
    if as_json:
        print_json(rows)
        return
    columns = ("编号 no.", "种类 kind", "对象 about", "状态 state", "期限 due")
    print_table(
        columns,
        [
            (
                r["matter_no"],
                r["kind_name"],
                r["title"],
                r["state_name"],
                f"{r['due_on'] or ''}{' 超期 late' if r['late'] else ''}",
            )
            for r in rows
        ],
    )


@matter.command()
def show(matter_no: str, party: As, data: DataDir = VAR, as_json: AsJson = False) -> None:
    """一个事项的经过和下一步 · one matter: its history and possible next steps."""
    connect(data)
    from imloop.facts.days import CHINA
    from imloop.steps.ground import clock
    from imloop.steps.ground.access import caller_for
    from imloop.steps.ground.registers import any_party
    from imloop.steps.matters import lookups as matter_lookups
    from imloop.steps.matters.attachments import the_matter
    from imloop.steps.matters.roles import roles_in

    caller = caller_for(any_party(party))
    row = the_matter(caller=caller, matter_no=matter_no)
    told = matter_lookups.matter_json(row, roles_in(caller, row), clock.now())
    if as_json:
        print_json(told)
        return
    print(
        f"{told['matter_no']}  {told['kind_name']}  {told['title']}  {told['state_name']}  {told['due_on'] or ''}"
    )
    events, steps = told["events"], told["steps"]
    assert isinstance(events, list) and isinstance(steps, list)
    for event in events:
        said = "; ".join(f"{key}={value}" for key, value in event["data"].items())
        when = f"{datetime.fromisoformat(event['at']).astimezone(CHINA):%Y-%m-%d %H:%M}"
        print(f"  {when}  {event['step']} → {event['after']}  {event['actor']}  {said}")
    for step in steps:
        if step["aside"]:
            continue
        wanted = " ".join(f"{field['name']}{'' if field['required'] else '?'}" for field in step["fields"])
        print(f"  可办 may: {step['step']} {step['name']}  {wanted}")


@matter.command()
def step(
    matter_no: str,
    step: Annotated[str, typer.Argument(help="步骤代码，见 show · the step's code")],
    party: As,
    field: Annotated[
        list[str] | None, typer.Option("-f", "--field", help="名=值，可多次 · name=value")
    ] = None,
    data: DataDir = VAR,
    as_json: AsJson = False,
) -> None:
    """办理一步 · take one step."""
    connect(data)
    from imloop.steps.ground import clock
    from imloop.steps.matters import lookups as matter_lookups
    from imloop.steps.matters.roles import roles_in
    from imloop.steps.matters.take_step import take_step
    from imloop.steps.second_person.lookups import proposal_json
    from imloop.store.models import Proposal

    caller = acting_as(party)
    given = {name: value for name, _, value in (pair.partition("=") for pair in field or [])}
    row = take_step(caller, matter_no, step, given, clock.now())
    if isinstance(row, Proposal):
        print_json(proposal_json(row))  # another person of the department confirms it
        return
    told = matter_lookups.matter_json(row, roles_in(caller, row), clock.now())
    if as_json:
        print_json(told)
    else:
        print(f"{told['matter_no']}  {told['state_name']}  {told['due_on'] or ''}")
