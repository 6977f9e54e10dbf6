"""The agent's settings: a TOML file, each of them also an option of the command; never the key itself."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from imloop.facts.refusal import Malformed
from imloop.facts.text import Text

_SECTIONS: dict[str, dict[str, Any]] = {
    "platform": {"url": str, "station": str, "key_file": str, "patience_s": (int, float), "algorithm": str},
    "spool": {"folder": str, "max_mb": int, "keep_days": int},
    "inlets": {"watch": str, "port": int, "answer_within_s": (int, float), "settle_s": (int, float)},
    "lines": {"codes": list, "software": str, "software_sha256": str},
}


@dataclass(frozen=True, slots=True)
class Config:
    """``max_mb``: bound of the spool; ``keep_days``: how long sent bytes stay; ``port`` 0: no HTTP inlet.
    ``answer_within_s``: how long the line's software waits for the platform's own receipt; ``settle_s``: how long a
    file must stay as it is; ``algorithm``: ``hmac-sm3`` for an HMAC key that signs with SM3."""

    url: str
    station: str
    spool: Path
    key_file: Path | None = None
    watch: Path | None = None
    port: int = 0
    patience_s: float = 20.0
    answer_within_s: float = 3.0
    settle_s: float = 3.0
    algorithm: str = ""
    max_mb: int = 5120
    keep_days: int = 30
    lines: tuple[str, ...] = ()
    software: dict[str, str] = field(default_factory=dict)


def read_config(file: Path | None, **given: Any) -> Config:
    """The file's settings, with what was ``given`` on the command line instead where it is not None.

    Paths in the file are relative to it. Raises ``Malformed`` naming the setting.
    """
    values = {} if file is None else _flat(file)
    values |= {name: value for name, value in given.items() if value is not None}
    for name in ("url", "station", "spool"):
        if not values.get(name):
            raise _wrong(name, "必须填写", "required")
    software = {key: values.pop(key) for key in ("software", "software_sha256") if values.get(key)}
    return Config(**values, software=software)


def _flat(file: Path) -> dict[str, Any]:
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _wrong(file.name, f"不是有效的 TOML：{error}", f"not valid TOML: {error}") from error
    out: dict[str, Any] = {}
    for section, entries in data.items():
        known = _SECTIONS.get(section)
        if known is None or not isinstance(entries, dict):
            raise _wrong(section, "没有这一节", "no such section")
        for name, value in entries.items():
            kinds = known.get(name)
            if kinds is None or not isinstance(value, kinds) or isinstance(value, bool):
                raise _wrong(
                    f"{section}.{name}",
                    "没有这项设置或类型不对",
                    "no such setting, or a value of the wrong type",
                )
            out[name] = value
    base = file.resolve().parent
    out |= {name: base / out[name] for name in ("key_file", "watch", "folder") if name in out}
    if "folder" in out:
        out["spool"] = out.pop("folder")
    if "codes" in out:
        out["lines"] = tuple(map(str, out.pop("codes")))
    return out


def _wrong(name: str, zh: str, en: str) -> Malformed:
    return Malformed("bad-agent-setting", Text(f"采集端设置 {name}：{zh}。", f"Agent setting {name}: {en}."))


def write_config(
    file: Path, *, url: str, station: str, key_file: str, watch: str, port: int, lines: str
) -> None:
    """A new settings file; never over an existing one."""
    codes = [code.strip() for code in lines.split(",") if code.strip()]
    text = "\n".join(
        [
            "[platform]",
            f"url = {json.dumps(url)}",
            f"station = {json.dumps(station)}",
            f"key_file = {json.dumps(key_file, ensure_ascii=False)}  # mode 600",
            "",
            "[spool]",
            'folder = "spool"',
            "max_mb = 5120",
            "keep_days = 30",
            "",
            "[inlets]",
            f"watch = {json.dumps(watch, ensure_ascii=False)}",
            f"port = {port}",
            "",
            "[lines]",
            f"codes = {json.dumps(codes)}",
            "",
        ]
    )
    with file.open("x", encoding="utf-8") as out:
        out.write(text)
