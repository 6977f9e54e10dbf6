"""The application as a form: named rows of inputs, no script needed. What is typed becomes ``imloop.application/1``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.http import QueryDict

from imloop.facts.codes import FUEL_NAMES, INSTRUMENT_NAMES, METHOD_NAMES
from imloop.facts.digits import whole
from imloop.facts.places import typed_place
from imloop.facts.records.repair import REPAIR_ITEMS
from imloop.facts.refusal import Malformed
from imloop.facts.text import Text
from imloop.law import Law
from imloop.matters.stations.conditions import conditions
from imloop.pages.guard import words
from imloop.pages.templatetags.imloop_tags import CERTIFICATE_KINDS, STAFF_ROLES

Message = dict[str, object]


@dataclass(frozen=True, slots=True)
class Column:
    """``kind``: ``text``, ``day``, ``choice`` or ``many`` (tick boxes)."""

    name: str
    label: Text
    kind: str = "text"
    choices: tuple[tuple[str, Text], ...] = ()


def _choices(names: Iterable[tuple[str, Text]]) -> tuple[tuple[str, Text], ...]:
    return tuple((str(code), text) for code, text in names)


HEAD = (
    Column("name", Text("单位名称", "name")),
    Column("uscc", Text("统一社会信用代码", "unified social credit code")),
    Column("legal_person", Text("法定代表人", "legal representative")),
    Column("place", Text("所在县区，选名称或填六位代码", "county: choose its name or give its code")),
    Column("address", Text("地址", "address")),
    Column("phone", Text("咨询电话", "phone")),
    Column("complaint_phone", Text("投诉电话", "complaint phone")),
    Column("opening_hours", Text("营业时间", "opening hours")),
    Column("account", Text("结算账户（可空）", "settlement account (optional)")),
)
_HINTS = {
    "place": Text(
        "一般就是统一社会信用代码的第 3 至 8 位，如 450203。",
        "Usually the third to eighth digits of the unified social credit code, such as 450203.",
    )
}
_CAPABILITY: tuple[tuple[Text, tuple[tuple[str, Text], ...]], ...] = (
    (
        Text("燃料", "fuels"),
        tuple((str(f), name) for f, name in FUEL_NAMES.items() if f not in ("electric", "hydrogen")),
    ),
    (Text("维修项目", "repair items"), tuple(REPAIR_ITEMS.items())),
)
_LINE = Column("line", Text("线号", "line"))
_PAPER = {code: CERTIFICATE_KINDS[code] for code in ("cma", "filing", "other")}
GRIDS: dict[str, tuple[Text, tuple[Column, ...]]] = {
    "lines": (
        Text("检测线", "test lines"),
        (
            Column("code", Text("线号", "line")),
            Column("methods", Text("检测方法", "methods"), "many", _choices(METHOD_NAMES.items())),
        ),
    ),
    "equipment": (
        Text("设备", "instruments"),
        (
            _LINE,
            Column("kind", Text("设备", "instrument"), "choice", _choices(INSTRUMENT_NAMES.items())),
            Column("model", Text("型号", "model")),
            Column("serial", Text("编号", "serial number")),
            Column("certificate_no", Text("检定证书号", "verification no.")),
            Column("verified_since", Text("检定日期", "verified on"), "day"),
            Column("verified_until", Text("失效日", "valid until (exclusive)"), "day"),
        ),
    ),
    "staff": (
        Text("人员", "staff"),
        (
            Column("name", Text("姓名", "name")),
            Column("role", Text("岗位", "role"), "choice", _choices(STAFF_ROLES.items())),
            Column("licence_no", Text("证号（可空）", "licence no. (optional)")),
            Column("qualified_until", Text("资格失效日（可空）", "qualified until (optional)"), "day"),
        ),
    ),
    "certificates": (
        Text("资质证书", "certificates"),
        (
            Column("kind", Text("种类", "kind"), "choice", _choices(_PAPER.items())),
            Column("number", Text("证号", "number")),
            Column("issuer", Text("发证机关", "issuer")),
            Column("since", Text("起", "from"), "day"),
            Column("until", Text("失效日", "valid until (exclusive)"), "day"),
        ),
    ),
}
_OF = {"istation": ("lines", "equipment", "staff", "certificates"), "mstation": ("staff", "certificates")}
_AT_FIRST = {"lines": 2, "equipment": 5, "staff": 3, "certificates": 1}
MOST = 60


def _place(typed: str) -> str:
    """What is no place stays as it was typed, and is refused with all else that is wrong."""
    try:
        return typed_place(typed, settings.PLACE)
    except Malformed:
        return typed.strip()


def message_of(subject: str, form: QueryDict) -> Message:
    """What was typed, as the message that the API takes; blank rows are left out."""
    grids = {name: _rows_of(name, form) for name in _OF[subject]}
    lines = [{**line, "equipment": _of_line(line, grids["equipment"])} for line in grids.get("lines", [])]
    known = {line.get("code") for line in lines}
    stray = [row for row in grids.get("equipment", []) if row.get("line") not in known]
    if stray:
        # An instrument of a line that was not named shows up as that line's fault, not as a lost row.
        lines.append({"code": str(stray[0].get("line", "")), "methods": [], "equipment": []})
    message: Message = {
        "schema": "imloop.application/1",
        "subject": subject,
        **{column.name: form.get(column.name, "").strip() for column in HEAD},
        "place": _place(form.get("place", "")),
        "staff": grids["staff"],
        "certificates": grids["certificates"],
        "conditions": {
            name.removeprefix("holds-"): {
                "holds": True,
                "evidence": form.get(f"evidence-{name.removeprefix('holds-')}", "").strip(),
            }
            for name in form
            if name.startswith("holds-")
        },
    }
    if subject == "istation":
        message["lines"] = lines
    else:
        message["capability"] = form.getlist("capability")
        message["brands"] = [
            text.strip() for text in re.split(r"[,，、;；\n]", form.get("brands", "")) if text.strip()
        ]
    return message


def field_of(path: str, subject: str, form: QueryDict) -> str:
    """The field that a path of the message came from; the message has no blank rows, and instruments by their line."""
    parts = re.findall(r"\w[\w-]*", path)
    if parts[0] == "conditions" and len(parts) == 3:
        return f"{parts[2]}-{parts[1]}"
    if parts[0] not in _OF[subject]:
        return parts[0] if parts[0] in form else ""
    grid, index, column = (
        parts[0],
        int(parts[1]) if len(parts) > 1 else 0,
        parts[-1] if len(parts) > 2 else "",
    )
    rows, name = _typed_rows(grid, form), column or GRIDS[grid][1][0].name
    if grid == "lines" and index >= len(rows):
        grid, rows, index, name = "equipment", _strays(form), 0, "line"
    elif grid == "lines" and len(parts) > 3:
        code = form.get(f"lines-{rows[index]}-code", "").strip()
        grid, index = "equipment", int(parts[3])
        rows = [row for row in _typed_rows(grid, form) if form.get(f"{grid}-{row}-line", "").strip() == code]
    return f"{grid}-{rows[index]}-{name}" if index < len(rows) else f"{grid}-0-{name}"


def _strays(form: QueryDict) -> list[int]:
    """Instruments of a line that was not named."""
    known = {form.get(f"lines-{row}-code", "").strip() for row in _typed_rows("lines", form)}
    rows = _typed_rows("equipment", form)
    return [row for row in rows if form.get(f"equipment-{row}-line", "").strip() not in known]


def _of_line(line: Message, equipment: list[Message]) -> list[Message]:
    mine = [row for row in equipment if row.get("line") == line.get("code")]
    return [{key: value for key, value in row.items() if key != "line"} for row in mine]


def _rows_of(grid: str, form: QueryDict) -> list[Message]:
    return [_row(grid, index, form) for index in _typed_rows(grid, form)]


def _typed_rows(grid: str, form: QueryDict) -> list[int]:
    """Rows of the form in which anything stands."""
    return [index for index in range(_count(grid, form)) if _row(grid, index, form)]


def _row(grid: str, index: int, form: QueryDict) -> Message:
    row: Message = {}
    for column in GRIDS[grid][1]:
        name = f"{grid}-{index}-{column.name}"
        value: object = form.getlist(name) if column.kind == "many" else form.get(name, "").strip()
        if value:
            row[column.name] = value
    return row


def _count(grid: str, form: QueryDict) -> int:
    count = whole(form.get(f"rows-{grid}", ""))
    return _AT_FIRST[grid] if count is None else min(count, MOST)


def form_of(subject: str, message: Message, law: Law, more: str = "") -> dict[str, object]:
    """The form to show, filled with a message; ``more`` names a group that gets three more empty rows."""
    answers = message.get("conditions") or {}
    assert isinstance(answers, dict)
    capability = message.get("capability") or []
    assert isinstance(capability, list)
    brands = message.get("brands") or []
    assert isinstance(brands, list)
    return {
        "subject": subject,
        "head": [
            {
                "name": c.name,
                "label": words(c.label),
                "value": message.get(c.name, ""),
                "required": c.name != "account",
                "hint": words(_HINTS[c.name]) if c.name in _HINTS else "",
            }
            for c in HEAD
        ],
        "brands": "、".join(map(str, brands)),
        "grids": [_grid(name, _given_rows(name, message), name == more) for name in _OF[subject]],
        "capability": [
            (words(title), [(code, words(name), code in capability) for code, name in choices])
            for title, choices in (_CAPABILITY if subject == "mstation" else ())
        ],
        "conditions": [
            {
                "code": c.code,
                "text": words(c.text),
                "cite": c.cite,
                "holds": bool((answers.get(c.code) or {}).get("holds")),
                "evidence": (answers.get(c.code) or {}).get("evidence", ""),
            }
            for c in conditions(subject, law)
        ],
    }


def _given_rows(grid: str, message: Message) -> list[Message]:
    if grid == "equipment":
        lines = message.get("lines") or []
        assert isinstance(lines, list)
        return [{**row, "line": line.get("code", "")} for line in lines for row in line.get("equipment", [])]
    rows = message.get(grid) or []
    assert isinstance(rows, list)
    return rows


def _grid(name: str, rows: list[Message], more: bool) -> dict[str, object]:
    label, columns = GRIDS[name]
    count = min(max(len(rows) + (3 if more else 0), _AT_FIRST[name]), MOST)
    return {
        "name": name,
        "label": words(label),
        "count": count,
        "rows": [
            [_cell(name, i, c, rows[i] if i < len(rows) else {}) for c in columns] for i in range(count)
        ],
    }


def _cell(grid: str, index: int, column: Column, row: Message) -> dict[str, object]:
    value = row.get(column.name) or ([] if column.kind == "many" else "")
    chosen = value if isinstance(value, (list, tuple)) else [value]
    return {
        "name": f"{grid}-{index}-{column.name}",
        "label": words(column.label),
        "kind": column.kind,
        "value": value,
        "choices": [(code, words(text), code in chosen) for code, text in column.choices],
    }
