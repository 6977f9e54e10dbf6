"""imloop key: the keys of a party's machines."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from imloop.cli.common import VAR, AsJson, DataDir, connect, connect_migrated, print_json, print_table


class _IssueUnlessSaid(TyperGroup):
    """``imloop key PARTY`` is ``imloop key issue PARTY``."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        return super().resolve_command(ctx, args if args[0] in self.commands else ["issue", *args])


key = typer.Typer(cls=_IssueUnlessSaid, help="接口密钥 · API keys", no_args_is_help=True)
KeyId = Annotated[str, typer.Argument(help="密钥编号 · key id")]
PublicKey = Annotated[Path | None, typer.Option(help="Ed25519 公钥文件（PEM）· public key file")]
Until = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="失效日（不含）· first day it no longer works")
]


def register(app: typer.Typer) -> None:
    app.add_typer(key, name="key")


def _pem(file: Path | None) -> str:
    """Who names a file means a key in it: an empty one asks for no other kind of key."""
    if file is None:
        return ""
    text = file.read_bytes().decode(errors="replace")
    if not text.strip("\ufeff\0 \t\r\n"):
        from imloop.facts.refusal import Malformed
        from imloop.facts.text import Text

        raise Malformed(
            "wrong-public-key", Text(f"{file} 里没有公钥。", f"There is no public key in {file}.")
        )
    return text


@key.command()
def issue(
    party: Annotated[str, typer.Argument(help="单位代码 · party code")],
    kind: Annotated[str, typer.Option(help="bearer | hmac | ed25519（需 --public-key）")] = "bearer",
    public_key: PublicKey = None,
    note: Annotated[str, typer.Option(help="用在哪里 · where it is used")] = "",
    until: Until = None,
    holder: Annotated[str, typer.Option(help="本人密钥：使用人的用户名 · whose personal key it is")] = "",
    data: DataDir = VAR,
) -> None:
    """发一把密钥，只显示一次 · issue a key, shown once; for Ed25519 only its id, as the private key stays
    with the station."""
    connect_migrated(data)
    from imloop.steps.accounts.manage_keys import issue
    from imloop.steps.ground.access import SYSTEM
    from imloop.steps.ground.clock import now

    pem = _pem(public_key)
    print(
        issue(
            SYSTEM,
            party,
            kind=kind,
            public_key=pem,
            note=note,
            until=_day(until),
            person=holder,
            now=now(),
        )
    )


@key.command("list")
def list_(
    party: Annotated[str, typer.Argument(help="单位代码；缺省全部 · party code; default all")] = "",
    data: DataDir = VAR,
    as_json: AsJson = False,
) -> None:
    """密钥、期限、最后使用日 · keys, their expiry and last use; never a secret."""
    connect(data, quiet=True)
    from imloop.steps.accounts.manage_keys import every_key, key_json
    from imloop.steps.ground.clock import now

    rows = [key_json(row, now()) for row in every_key(party)]
    if as_json:
        print_json(rows)
        return
    columns = ("party", "key_id", "kind", "person", "state", "note", "until", "used_on", "reason")
    print_table(list(columns), [tuple(row[name] or "" for name in columns) for row in rows])


@key.command()
def rotate(key_id: KeyId, public_key: PublicKey = None, until: Until = None, data: DataDir = VAR) -> None:
    """换一把：新旧并用到失效日（缺省七天）· replace a key; the old one works until that day, by default a week."""
    connect_migrated(data)
    from imloop.steps.accounts.manage_keys import rotate as successor
    from imloop.steps.ground.access import SYSTEM
    from imloop.steps.ground.clock import now

    pem = _pem(public_key)
    print(successor(SYSTEM, key_id, public_key=pem, until=_day(until), now=now()))


@key.command()
def revoke(
    key_id: KeyId,
    reason: Annotated[str, typer.Option(help="理由，记入日志 · reason, recorded in the journal")],
    data: DataDir = VAR,
) -> None:
    """立即吊销 · revoke at once."""
    connect_migrated(data)
    from imloop.steps.accounts.manage_keys import revoke as end
    from imloop.steps.ground.access import SYSTEM
    from imloop.steps.ground.clock import now

    end(SYSTEM, key_id, reason=reason, now=now())
    print(f"{key_id} revoked")


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None
