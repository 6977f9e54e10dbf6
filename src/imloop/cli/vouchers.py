"""voucher check: is this offline voucher genuine, without network and without database."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from imloop.cli.common import AsJson, print_json
from imloop.facts.days import read_moment
from imloop.facts.refusal import Malformed, Refusal
from imloop.facts.text import Text
from imloop.steps.ground.clock import now


def register(app: typer.Typer) -> None:
    voucher = typer.Typer(help="离线凭单 · vouchers for an outage", no_args_is_help=True)
    voucher.command()(check)
    app.add_typer(voucher, name="voucher")


def check(
    file: Annotated[
        Path, typer.Argument(help="一张凭单或 offline-vouchers 的应答 · a voucher, or the API's answer")
    ],
    key: Annotated[
        Path,
        typer.Option(help="平台公钥：PEM，或 public/signing-key 的应答 · public key or the API's answer"),
    ],
    station: Annotated[str, typer.Option(help="在哪个站用；缺省为凭单所写 · where it is used")] = "",
    at: Annotated[str, typer.Option(help="何时用，ISO 8601；缺省现在 · when")] = "",
    as_json: AsJson = False,
) -> None:
    """凭单是真的、是本站的、是当天的吗（不需要网络）· is it genuine, for this station and this day? exit 1 when not."""
    from imloop.exchange import vouchers

    pem, moment, failed = _pem(key), _moment(at), False
    for data in _in_file(file):
        voucher = vouchers.read(data)
        try:
            vouchers.verify(voucher, pem, station=station or voucher.station, at=moment)
            fault = None
        except Refusal as refusal:
            fault, failed = refusal, True
        if as_json:
            print_json(
                {"number": voucher.number, "valid": fault is None, "code": fault.code if fault else ""}
            )
        else:
            print(f"{voucher.number} {voucher.day} {voucher.station}: {fault or '有效 · valid'}")
    sys.exit(1 if failed else 0)


def _in_file(file: Path) -> list[dict[str, object]]:
    data = _json(file.read_text(encoding="utf-8"), file)
    found = data.get("vouchers", [data])
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise Malformed("malformed", Text(f"{file} 不是离线凭单。", f"{file} is not an offline voucher."))
    return found


def _pem(file: Path) -> str:
    text = file.read_text(encoding="utf-8")
    return str(_json(text, file).get("pem", "")) if text.lstrip().startswith("{") else text


def _json(text: str, file: Path) -> dict[str, object]:
    try:
        data = json.loads(text)
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise Malformed("malformed-json", Text(f"{file} 不是 JSON 对象。", f"{file} is not a JSON object."))
    return data


def _moment(text: str) -> datetime:
    if not text:
        return now()
    return read_moment(text, at="at")
