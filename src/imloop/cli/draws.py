"""imloop draw …: random draws from the server's own command line; verify needs no database."""

from __future__ import annotations

import hashlib
import json
import secrets
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from imloop.cli.common import VAR, AsJson, DataDir, connect, print_json, print_table
from imloop.cli.matters import As
from imloop.cli.runs import acting_as

_ANSWERS = {
    0: "抽取可复算 · the draw is reproduced",
    1: "抽取不符 · the draw is not reproduced",
    3: "可核对的部分相符，其余无法核对 · what can be checked is reproduced, the rest is not checkable",
}
draw = typer.Typer(help="随机抽查：任何人可复算 · random draws that anyone can repeat", no_args_is_help=True)
_Nonce = Annotated[Path, typer.Argument(help="秘密数文件 · file with the secret")]


def register(app: typer.Typer) -> None:
    app.add_typer(draw, name="draw")


@draw.command()
def nonce(file: Annotated[Path, typer.Argument(help="新文件，仅本人可读 · a new file")]) -> None:
    """产生本部门的秘密数，打印要交存的哈希 · make a secret; prints the hash to deposit."""
    secret = secrets.token_hex(32)
    file.touch(mode=0o600, exist_ok=False)
    file.write_text(secret + "\n", encoding="ascii")
    print(hashlib.sha256(secret.encode()).hexdigest())


@draw.command()
def new(
    file: Annotated[Path, typer.Argument(help="如 POST /draws 的报文 · same as the body of POST /draws")],
    party: As,
    data: DataDir = VAR,
) -> None:
    """编制名单 · prepare the list of a draw; prints its number."""
    connect(data)
    from pydantic import ValidationError

    from imloop.api.draws.schemas import PlanIn
    from imloop.facts.refusal import Malformed
    from imloop.facts.text import Text
    from imloop.steps.draws import prepare_draw
    from imloop.steps.ground import clock

    try:
        asked = PlanIn.model_validate_json(file.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        words = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise Malformed("malformed", Text(words, words)) from None
    print(prepare_draw.prepare(acting_as(party), asked.plan(), clock.now(), lambda draw: draw.no))


@draw.command("list")
def list_(data: DataDir = VAR, as_json: AsJson = False) -> None:
    """全部抽取，含作废 · every draw, including void ones, and whom it is waiting for."""
    connect(data, quiet=True)
    from imloop.steps.draws import lookups as draw_lookups
    from imloop.steps.draws.as_json import summary
    from imloop.steps.ground import clock

    rows: list[dict[str, Any]] = []
    for each in draw_lookups.draws():
        acting = draw_lookups.who_must_act(each, clock.now())
        waits = [f"{party.code}: {wait.step} {wait.of}".strip() for party, steps in acting for wait in steps]
        rows.append({**summary(each), "waits": waits})
    if as_json:
        print_json(rows)
        return
    columns = ("编号 no.", "期次 period", "状态 state", "承诺值 commitment")
    print_table(columns, [(r["no"], r["period"], r["state"], r["commitment"][:16]) for r in rows])
    for row in rows:
        for wait in row["waits"]:
            print(f"{row['no']} 等 waits for {wait}")


@draw.command()
def join(
    no: str,
    file: _Nonce,
    party: As,
    inspector: Annotated[
        list[str] | None, typer.Option(help="检查人员，可重复 · inspector, may be repeated")
    ] = None,
    conflict: Annotated[
        list[str] | None, typer.Option(help="“姓名 单位代码 理由” · name unit reason")
    ] = None,
    data: DataDir = VAR,
) -> None:
    """参加抽取：交存秘密数的哈希 · take part: deposit the secret's hash, name inspectors."""
    connect(data)
    from imloop.steps.draws import prepare_draw
    from imloop.steps.ground import clock

    rows = []
    for line in conflict or []:
        name, unit, reason = (line.split(maxsplit=2) + ["", "", ""])[:3]
        rows.append({"inspector": name, "unit": unit, "reason": reason})
    digest = hashlib.sha256(_secret(file).encode()).hexdigest()
    prepare_draw.join(
        acting_as(party), no, nonce_sha256=digest, inspectors=inspector or [], conflicts=rows, now=clock.now()
    )
    print(digest)


def _secret(file: Path) -> str:
    return file.read_text(encoding="ascii").strip()


@draw.command()
def commit(no: str, party: As, data: DataDir = VAR) -> None:
    """锁定名单，打印承诺值 · fix the list; prints the commitment."""
    connect(data)
    from imloop.steps.draws import prepare_draw
    from imloop.steps.ground import clock

    print(prepare_draw.commit(acting_as(party), no, clock.now()).commitment)


@draw.command()
def number(
    no: str,
    source: str,
    value: str,
    party: As,
    fallback: Annotated[str, typer.Option(help="采用替代来源的理由 · why the substitute is used")] = "",
    data: DataDir = VAR,
) -> None:
    """录入公开随机数；两个部门各录一次 · enter a public number; two departments do so."""
    connect(data)
    from imloop.steps.draws import numbers as draw_numbers
    from imloop.steps.ground import clock

    row = draw_numbers.enter_number(acting_as(party), no, source, value, clock.now(), fallback)
    print(f"{row.source} {row.value} {'已核对 confirmed' if row.confirmed_at else '待另一部门 waits'}")


@draw.command()
def reveal(no: str, file: _Nonce, party: As, data: DataDir = VAR) -> None:
    """公开本部门的秘密数；最后一个部门公开时即抽取 · reveal the secret; the last one makes the draw."""
    connect(data)
    from imloop.steps.draws import numbers as draw_numbers
    from imloop.steps.ground import clock

    row = draw_numbers.reveal(acting_as(party), no, _secret(file), clock.now())
    print(f"{no} {row.state}")
    for visit in row.visits.order_by("planned_on", "unit"):
        print(f"  {visit.planned_on} {visit.unit} {visit.name} · {visit.lead} · {visit.member}")


@draw.command()
def void(
    no: str,
    party: As,
    reason: Annotated[str, typer.Option(help="理由，会公布 · reason, published")],
    data: DataDir = VAR,
) -> None:
    """作废，编号和理由公布 · void the draw; number and reason stay public."""
    connect(data)
    from imloop.steps.draws.void_draw import void as void_draw
    from imloop.steps.ground import clock

    print(f"{no} {void_draw(acting_as(party), no, reason, clock.now()).state}")


@draw.command()
def publish(
    no: str,
    party: As,
    whole: Annotated[bool, typer.Option(help="公布全部名单 · the whole list")] = True,
    data: DataDir = VAR,
) -> None:
    """公布抽取过程和结果 · publish how it was drawn and what was found."""
    connect(data)
    from imloop.steps.draws import visits as draw_visits
    from imloop.steps.ground import clock

    print(f"{no} {draw_visits.publish(acting_as(party), no, whole=whole, now=clock.now()).state}")


@draw.command()
def export(no: str, file: Path, data: DataDir = VAR) -> None:
    """导出当前公开的内容 · write what is public so far (imloop.draw/1)."""
    connect(data)
    from imloop.steps.draws import lookups as draw_lookups
    from imloop.steps.draws.as_json import public_json

    found = public_json(draw_lookups.public_draw(no))
    file.write_text(json.dumps(found, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{no} {found['state']} → {file}")


@draw.command()
def verify(
    file: Annotated[Path, typer.Argument(help="公布的抽取 · a published draw")],
    own: Annotated[Path | None, typer.Option(help="某站的证明 · a station's own proof")] = None,
    roots: Annotated[
        Path | None, typer.Option(help="公布的日志根，另行留存 · the journal's roots, kept elsewhere")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """复算一次抽取，不需要数据库 · repeat a draw; exit 1 when it cannot be reproduced, 2 when the file is not a draw,
    3 when not all of it can be checked."""
    from imloop.facts.refusal import Malformed
    from imloop.facts.text import Text
    from imloop.proof.check_draw import check, check_own
    from imloop.proof.journal import NOT_UNDERSTOOD, published_in, read_json

    try:
        told = read_json(file.read_text("utf-8"))
        mine = read_json(own.read_text("utf-8")) if own else None
        published = published_in(read_json(roots.read_text("utf-8"))) if roots else None
        found = check(told, published) if mine is None else check_own(mine, told, published)
    except (*NOT_UNDERSTOOD, StopIteration) as error:
        words = f"{type(error).__name__}: {error}"
        raise Malformed(
            "malformed-draw", Text(f"不是公布的抽取：{words}", f"Not a published draw: {words}")
        ) from None
    if as_json:
        shown = {"no": told["no"], "commitment": told["commitment"]}
        print_json({**shown, "faults": found.faults, "not_checkable": found.open})
    else:
        for line in found.lines()[:-1]:
            print(line)
        print(_ANSWERS[found.code])
    sys.exit(found.code)
