"""Write the pages of docs/ that follow from the code, or with ``--check`` say which ones are stale.

loop.md from the case table, law-keys.md from the law's words, law-coverage.md from law-coverage.yaml, errors.md and
the list behind the page /docs/errors from the refusals in the source, access.md from what every page and call says of
its audience, settings.md from the settings module, cli.md from the command line itself, dialects.md from the maps of
station software.
"""

from __future__ import annotations

import ast
import json
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import django
import yaml
from error_codes import REFUSALS, codes
from law_keys import law_keys_page

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "imloop"
DOCS = ROOT / "docs"
HEAD = "<!-- Written by `make docs`. Do not edit. -->\n"
STATUS = {"done": "✔ works", "partly": "◐ partly", "later": "– later"}


class Fault(Exception):
    """A page cannot be written because its source is wrong; the message says where."""


# -- the loop ------------------------------------------------------------------------------------------------


def loop_page() -> str:
    from imloop.loop.diagram import diagram, table

    return (
        "# The case, state by state\n\n"
        "One table decides: state × event → guard, next state, effects. The drawing and the rows below are "
        "generated from it (`src/imloop/loop/table.py`).\n\n"
        f"```mermaid\n{diagram().strip()}\n```\n\n{table().strip()}\n"
    )


# -- who may do what -----------------------------------------------------------------------------------------

KINDS = {
    "istation": "I-station",
    "mstation": "M-station",
    "environment": "environment",
    "transport": "transport",
    "market": "market",
    "police": "police",
    "supervisor": "supervisor",
    "admin": "admin",
}


def access_page() -> str:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "imloop.site.settings")
    os.environ.setdefault("IMLOOP_DATA", tempfile.gettempdir())
    django.setup()
    from imloop.api.app import CALLS
    from imloop.pages.guard import audience_of
    from imloop.pages.menu import addresses
    from imloop.pages.urls import urlpatterns
    from imloop.steps.ground.access import Caller

    def audience(kinds: tuple[str, ...]) -> str:
        if not kinds:
            return "| anyone " + "| ✔ " * len(KINDS) + "|"
        return "| " + "".join("| ✔ " if kind in kinds else "| " for kind in KINDS) + "|"

    head = "| | public | " + " | ".join(KINDS.values()) + " |\n|" + "---|" * (len(KINDS) + 2)
    pages = [(f"/{each.pattern}", audience_of(each.callback)) for each in urlpatterns if each.callback]
    menus = {words: addresses(Caller("…", kind, "", "")) for kind, words in KINDS.items()}
    calls = [(call.name, tuple(str(kind) for kind in call.who)) for call in CALLS.values() if call.who]
    return (
        "# Who may do what\n\n"
        "Written from the code that decides. A kind of party without a mark is refused before anything is read or "
        "looked up; a test makes every call as every kind. With a mark, the party still sees only its own objects:\n\n"
        "- an I-station: its own tests, lines, appointments, and the cases of vehicles that failed there;\n"
        "- an M-station: the cases it repaired, its own repairs, and an open case whose number, or plate with the last "
        "six of the VIN, the owner gave it;\n"
        "- a department: everything inside its place (a city its city, a province its province);\n"
        "- an owner: the case whose secret address is in the notice's QR code, or whose plate and VIN tail they "
        "know;\n"
        "- writing pages and calls also ask for the kind of department the law names: see the refusals in "
        "[errors.md](errors.md).\n\n"
        "The rule is `own()` in `src/imloop/steps/ground/access.py`. Whoever looks up one vehicle, case or test "
        "is entered in the journal; what gates, lists, notices, the feed and appointments tell is kept beside it "
        "([journal.md](journal.md#looks)).\n\n"
        "## Pages\n\n"
        + head
        + "\n"
        + "\n".join(f"| `{path}` {audience(kinds)}" for path, kinds in sorted(pages))
        + "\n\n## The menu of each desk\n\n| desk | entries, in their order |\n|---|---|\n"
        + "\n".join(
            f"| {words} | {' · '.join(f'`{url}`' for url in urls)} |" for words, urls in menus.items()
        )
        + "\n\n## API calls\n\nEverything below `public/` is for anyone.\n\n"
        + head
        + "\n"
        + "\n".join(f"| `{name}` {audience(kinds)}" for name, kinds in calls)
        + "\n"
    )


# -- matters -------------------------------------------------------------------------------------------------


def matters_page() -> str:
    from imloop.matters.diagram import beside, table

    return (
        "# Matters before a department\n\n"
        "Applications, measures, exits, scrappage, penalty cases, complaints: kind × state × step, from the table "
        "that decides (`src/imloop/matters/table.py`). Time limits are values of the law (`matter.<state>_days`), "
        "conditions of admission too (`istation.condition.*`, `mstation.condition.*`): `imloop law show` prints "
        "them with their clauses. Every step is journalled and told to party and department in charge.\n\n"
        f"{table().strip()}\n\n"
        "## At any time · 随时可办\n\nOnly a withdrawal when it is closed.\n\n"
        f"{beside().strip()}\n"
    )


# -- law coverage --------------------------------------------------------------------------------------------


def check_place(row: str, place: str) -> None:
    """A ``path`` or ``path::name`` of the coverage file must exist."""
    path, _, name = place.partition("::")
    file = ROOT / path
    if not file.exists():
        raise Fault(f"docs/law-coverage.yaml, {row}: {path} does not exist")
    if name and not re.search(
        rf"^\s*(?:async )?(?:def|class) {re.escape(name)}\b", file.read_text(encoding="utf-8"), re.M
    ):
        raise Fault(f"docs/law-coverage.yaml, {row}: {path} has no {name}")


def links(places: list[str]) -> str:
    return "<br>".join(
        f"[{Path(p.split('::')[0]).name}{'::' + p.split('::')[1] if '::' in p else ''}](../{p.split('::')[0]})"
        for p in places
    )


def coverage_row(row: dict[str, Any]) -> str:
    name, status = row["id"], row["status"]
    if status not in STATUS:
        raise Fault(f"docs/law-coverage.yaml, {name}: status {status!r} is none of {', '.join(STATUS)}")
    where, tests = row.get("where", []), row.get("tests", [])
    if status != "later" and not (where and tests):
        raise Fault(f"docs/law-coverage.yaml, {name}: {status} without `where` and `tests`")
    for place in (*where, *tests):
        check_place(name, place)
    note = f"<br>{row['note']}" if row.get("note") else ""
    return f"| {name} | {row['clause']} | {row['title']}{note} | {STATUS[status]} | {links(where)} | {links(tests)} |"


def coverage_page() -> str:
    source = yaml.safe_load((DOCS / "law-coverage.yaml").read_text(encoding="utf-8"))
    out = [
        "# Law coverage\n",
        "What the two founding documents ask for, clause by clause, and what proves that it works. "
        "**P** is the city's work plan, **R** the provincial regulation as passed in 2013 (amended since: "
        "its text of 2020 has other numbers, which the law data and every citation give by the day); "
        "the number after it is the heading or article.\n",
    ]
    for group in source["groups"]:
        out += [
            f"## {group['id']}. {group['title']}\n",
            "| id | clause | what must work | state | where | proved by |",
            "|---|---|---|---|---|---|",
        ]
        out += [coverage_row(row) for row in group["rows"]]
        out.append("")
    return "\n".join(out)


# -- errors --------------------------------------------------------------------------------------------------


def status_words(kind: str, code: str) -> str:
    """The HTTP status of a refusal, as the API itself maps it; a reason or problem has none."""
    from imloop.api.http.errors import status_of
    from imloop.facts import refusal
    from imloop.facts.text import Text

    if kind not in REFUSALS:
        return kind.lower()
    raised = getattr(refusal, kind)(code, Text("", ""))
    statuses = dict.fromkeys((status_of(raised, "GET"), status_of(raised, "POST")))
    return f"{kind} ({', '.join(map(str, statuses))})"


def errors_page() -> str:
    rows = codes(SOURCE)
    out = [
        "# Codes of refusals, reasons and problems\n",
        "Refusals come as `application/problem+json`: `code`, `title`, `detail`, `cite` where a clause is behind "
        "it, and `errors[]` with JSON paths. Reasons stand inside an answer (a verdict, a permit); problems inside "
        "`errors[]`. A code is stable: build on it, not on the words.\n",
        "| code | what | says | raised in |",
        "|---|---|---|---|",
    ]
    for code in sorted(rows):
        kinds, (_, words), files = rows[code]
        what = (
            "command line, exit 2"
            if is_local(files)
            else ", ".join(status_words(k, code) for k in sorted(kinds))
        )
        out.append(
            f"| `{code}` | {what} | {words.replace('|', '¦')} | {'<br>'.join(f'`{f}`' for f in sorted(files))} |"
        )
    return "\n".join(out) + "\n"


def is_local(files: set[str]) -> bool:
    """Said by the command line alone."""
    return all(file.startswith(("cli/", "sim/")) for file in files)


def codes_file() -> str:
    """One code a line, for the page that every refusal's ``type`` leads to."""
    rows = [
        [code, *words] for code, (_, words, files) in sorted(codes(SOURCE).items()) if not is_local(files)
    ]
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


# -- dialects ------------------------------------------------------------------------------------------------

STANDINGS = {"standard": "of the standard", "recorded": "as recorded on lines", "reading": "our reading"}


def dialects_page() -> str:
    from imloop.exchange.dialects import every
    from imloop.exchange.dialects.report import map_rows

    out = [
        "# Dialects of station software\n",
        "A station's software need not speak our JSON. The bytes say which dialect they are in "
        "(`?dialect=NAME` refuses them when they are in another); they are kept exactly as they came, in UTF-8 or "
        "UTF-16 (with or without mark) or GB 18030, NUL and Ctrl-Z at the end left out, and "
        "read by the map below every time they are judged again. An empty cell, `-` or `null` is a missing sample; "
        "a time without offset is China's. A name, section or column given twice, and a row that does not fit its "
        "heading, refuse the message. A code that a map does not know is refused with the sender's own "
        "field name, never guessed.\n",
        "Before the first upload: `imloop dialect check FILE` says per field what was read, is missing or is ignored, "
        "decodes and judges; exit 0 is conformance, `--json` for machines. `imloop dialect show NAME` prints a map, "
        "`imloop dialect example NAME FILE` writes one of our messages in it; `imloop sim sample ASM "
        "--station 450203001` makes one to start from. A map is one file in `src/imloop/exchange/dialects/maps/`: "
        "names of another maker are a new file, no code. Examples with what they read as: "
        "`tests/exchange/dialects/`.\n",
        "| dialect | what | message | as | names |",
        "|---|---|---|---|---|",
    ]
    out += [
        f"| `{each.name}` | {each.title.en} | {each.message} | {', '.join(each.containers)} | "
        f"{STANDINGS[each.standing]}: {each.cite} |"
        for each in every().values()
    ]
    for each in every().values():
        rows = [[cell.replace("|", "¦") for cell in row] for row in map_rows(each)]
        if rows:
            out += [f"\n## `{each.name}`\n", "| theirs | ours | read as | required |", "|---|---|---|---|"]
            out += [f"| `{theirs}` | `{ours}` | {how} | {must} |" for theirs, ours, how, must in rows]
    return "\n".join(out) + "\n"


# -- settings ------------------------------------------------------------------------------------------------


def environment_names(path: Path) -> Iterator[tuple[str, str]]:
    """(name, default as written) of every ``os.environ.get`` in a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "os.environ.get":
            name, *default = node.args
            if isinstance(name, ast.Constant):
                yield str(name.value), default_words(default[0]) if default else ""


def default_words(node: ast.expr) -> str:
    try:
        return str(eval(ast.unparse(node), {"__builtins__": {}, "str": str}))
    except NameError:
        return ""


def settings_page() -> str:
    words: dict[str, str] = yaml.safe_load((DOCS / "settings.yaml").read_text(encoding="utf-8"))
    readers = [SOURCE / "site" / "settings.py", *sorted(SOURCE.glob("cli/**/*.py"))]
    found: dict[str, str] = {}
    for name, default in (pair for path in readers for pair in environment_names(path)):
        found.setdefault(name, default)
    if found.keys() != words.keys():
        raise Fault(
            f"docs/settings.yaml and the source differ: {', '.join(sorted(found.keys() ^ words.keys()))}"
        )
    out = [
        "# Settings\n",
        "Everything an operator may set is an environment variable; without any, imloop runs on SQLite in `var/`.\n",
        "| variable | default | meaning |",
        "|---|---|---|",
    ]
    out += [
        f"| `{name}` | {f'`{found[name]}`' if found[name] else '–'} | {words[name]} |"
        for name in sorted(found)
    ]
    return "\n".join(out) + "\n"


# -- command line --------------------------------------------------------------------------------------------


def parameter_row(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        name = f"`{parameter.name.upper()}`"
    else:
        name = ", ".join(f"`{option}`" for option in (*parameter.opts, *parameter.secondary_opts))
    return f"| {name} | {(getattr(parameter, 'help', '') or '').replace('|', '¦')} |"


def command_pages(command: Any, name: str) -> Iterator[str]:
    """Markdown of one command and, below it, of its own commands."""
    yield f"## `{name}`\n\n{(command.help or '').strip()}\n"
    shown = [p for p in command.params if not getattr(p, "hidden", False) and p.name != "help"]
    if shown:
        yield "| parameter | meaning |\n|---|---|\n" + "\n".join(parameter_row(p) for p in shown) + "\n"
    for child, inner in sorted(getattr(command, "commands", {}).items()):
        if inner.hidden:
            continue
        yield from command_pages(inner, f"{name} {child}")


def cli_page() -> str:

    from imloop.cli import app
    from imloop.cli.runs import with_person

    head = (
        "# Command line\n\nEvery command has `--help`. Exit status: 0 done, 1 the answer is no or fail, "
        "2 bad usage or bad input (one line on standard error).\n"
    )
    return "\n".join([head, *command_pages(with_person(app), "imloop")])


PAGES: dict[str, Callable[[], str]] = {
    "loop.md": loop_page,
    "access.md": access_page,
    "matters.md": matters_page,
    "law-keys.md": law_keys_page,
    "law-coverage.md": coverage_page,
    "errors.md": errors_page,
    "dialects.md": dialects_page,
    "settings.md": settings_page,
    "cli.md": cli_page,
}
DATA: dict[str, Callable[[], str]] = {"src/imloop/pages/public/codes.ndjson": codes_file}
"""What a page of the platform itself shows of it."""


def main() -> int:
    check = sys.argv[1:] == ["--check"]
    if sys.argv[1:] and not check:
        print("usage: python scripts/docs.py [--check]", file=sys.stderr)
        return 2
    stale = []
    written = {f"docs/{name}": (HEAD, page) for name, page in PAGES.items()}
    for name, (head, page) in (written | {name: ("", data) for name, data in DATA.items()}).items():
        try:
            text = head + page()
        except Fault as fault:
            print(fault, file=sys.stderr)
            return 1
        file = ROOT / name
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            stale.append(name)
            if not check:
                file.write_text(text, encoding="utf-8")
    if check and stale:
        print(f"stale: {', '.join(stale)} (run: make docs)", file=sys.stderr)
        return 1
    print("docs: current" if not stale else f"docs: wrote {', '.join(stale)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
