"""Check a published draw against what was fixed before it, with nothing of the platform's.

    python check.pyz verify DRAW.json [ROOTS.json]          does the published draw follow from what was fixed?
    python check.pyz own PROOF.json DRAW.json [ROOTS.json]  was this station on the list with its chance and number?

``check.pyz`` holds this file with ``draw.py`` and ``journal.py``; it needs Python's standard library only. ROOTS.json
holds the journal's published roots, kept elsewhere: they fix when the list was fixed, and every word published.
The answer is ``sound``; the faults; or ``not checkable``, with what nobody can check from these files.
Exit: 0 sound · 1 faults · 2 not understood · 3 not checkable.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from pathlib import Path

from imloop.proof import draw
from imloop.proof.draw import ONE, SCALE, Row
from imloop.proof.journal import (
    NOT_UNDERSTOOD,
    Checked,
    Published,
    check_proof,
    published_in,
    read_json,
)

CHINA = timezone(timedelta(hours=8))
FIXED = ("period", "place", "prepared_at", "prepared_by", "departments")
"""What stands beside the header and in it; headers of former versions lack some."""
SHOWN = frozenset(
    {"schema", "no", "state", "commitment", "published_at", "void_reason", "header", "committed_at", "values"}
    | {
        "journal_number",
        "largest_ratio_pct",
        "nonces",
        "people",
        "whole",
        "units",
        "paths",
        "drawn",
        "visits",
    }
    | set(FIXED)
)
"""The keys of a published draw. With them come ``journal`` and, where the list is not shown as a whole, ``numbers``."""
OF_OWN = frozenset({"schema", "no", "commitment", "unit", "path", "u", "drawn"})


def _fixed_faults(told: Row, header: Row) -> Iterator[str]:
    """Does what stands outside of the header match what was fixed?"""
    if draw.digest(header) != told["commitment"]:
        yield "the commitment is not the hash of what was fixed"
    if header.get("schema") != draw.HEADER or {header["no"], told["people"]["no"]} != {told["no"]}:
        yield "what was fixed is of another draw"
    for name in FIXED:
        said = header.get(name)
        if name == "departments" and said is not None:
            said = [{**each, "revealed": True} for each in said]
        if said is not None and said != told[name]:
            yield f"{name} is not what was fixed"
    if draw.digest(told["people"]) != header["people_hash"]:
        yield "the inspectors or those excluded from a visit were changed"
    said = {name: hashlib.sha256(nonce.encode()).hexdigest() for name, nonce in told["nonces"].items()}
    if said != header["nonces"] or len(said) < 2:
        yield "the departments' secrets do not fit what they deposited"


def _source_faults(told: Row, header: Row) -> Iterator[str]:
    """Are the public numbers of the named sources, and later than the commitment?"""
    named = [each["code"] for each in header["sources"]]
    if [each["source"] for each in told["values"]] != named or len(set(named)) != len(named) or not named:
        yield "the public numbers are not those of the named sources"
    for code in _known_on(header, _instant(told["committed_at"]).date().isoformat()):
        yield f"the number of {code} could be known before the draw was fixed"


def _known_on(header: Row, day: str) -> list[str]:
    """Sources whose number may be public by that day."""
    return [each["code"] for each in header["sources"] if min(each["on"], each["fallback"]["on"]) <= day]


def _fixed_late(told: Row) -> Iterator[str]:
    """An entry says itself when it was written. Before the hour of its root is over nobody outside can know."""
    proof = told["journal"]["committed"]["proof"]
    sealed = str(proof.get("hour") or proof.get("day") or "")
    on = _instant(told["committed_at"]).date().isoformat()
    known = _known_on(told["header"], on)
    for code in _known_on(told["header"], sealed[:10]):
        if code not in known:
            yield f"whether {code} was known before the draw was fixed: the root that fixes it is of {sealed}"


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(CHINA)


def _list_faults(told: Row, header: Row) -> Iterator[str]:
    """Are list and chances the ones fixed, and do the chances follow from the weights?"""
    units = told["units"]
    if not told["whole"]:
        for unit in units:
            if draw.climb(unit, told["paths"][unit["id"]]) != header["units_root"]:
                yield f"{unit['id']} is not on the fixed list with this chance"
        return
    if draw.root(units) != header["units_root"]:
        yield "the list is not the one fixed: a chance or a name"
    if told["largest_ratio_pct"] != draw.largest_ratio(header["strata"], units):
        yield "the largest ratio of chances is not the one of the list"
    for stratum in header["strata"]:
        of = _of(units, stratum)
        free = [unit for unit in of if not unit["compulsory"]]
        visits = stratum["visits"] - len(of) + len(free)
        right, *bounds = draw.chances([unit["weight"] for unit in free], visits, header["rules"])
        sure = all(unit["pi"] == ONE for unit in of if unit["compulsory"])
        fits = [unit["pi"] for unit in free] == right and bounds == [stratum["floor"], stratum["cap"]]
        if not fits or not sure or len(of) != stratum["units"]:
            yield f"the chances of {stratum['code']} do not follow from the weights"


def _of(rows: Sequence[Row], stratum: Row) -> list[Row]:
    found = (row for row in rows if row["stratum"] == stratum["code"])
    return sorted(found, key=lambda row: str(row.get("id", row.get("leaf"))))


def _number_faults(told: Row, header: Row, seed: str) -> Iterator[str]:
    """Every unit by its number: are they all that were fixed, and are the drawn ones those whose number says so?"""
    rows, period = told["numbers"], header["period"]
    if draw.root_over([row["leaf"] for row in rows]) != header["units_root"]:
        yield "the numbers are not those of the fixed list"
    mine = {draw.leaf(unit): draw.pseudonym(seed, period, unit) for unit in told["units"]}
    if {row["leaf"]: row for row in rows if row["leaf"] in mine} != mine:
        yield "a drawn unit has another number or chance than its name gives"
    for stratum in header["strata"]:
        of = _of(rows, stratum)
        if stratum["method"] == "poisson":
            first = [row for row in of if int(row["odd"]) * ONE < row["pi"] * SCALE]
        else:
            first = sorted(of, key=_rank)[: stratum["visits"]]
        drawn = {row["leaf"] for row in of if row["leaf"] in mine}
        if {row["leaf"] for row in first} != drawn or len(of) != stratum["units"]:
            yield f"who was drawn of {stratum['code']} does not follow from the numbers"


def _twice(told: Row) -> Iterator[str]:
    """Who stands on a list twice has two chances, or both seats of a team."""
    for name, rows in (("list of units", told["units"]), ("roster", told["people"]["roster"])):
        ids = [each["id"] for each in rows]
        yield from (
            f"{each} stands twice on the {name}" for each in sorted({i for i in ids if ids.count(i) > 1})
        )
    leaves = [row["leaf"] for row in told.get("numbers", ())]
    if len(set(leaves)) != len(leaves):
        yield "one unit has two numbers"


def _rank(row: Row) -> Fraction:
    return Fraction(int(row["odd"]) * (ONE - row["pi"]), (SCALE - int(row["odd"])) * row["pi"])


def _count_faults(told: Row, header: Row) -> Iterator[str]:
    """Were as many drawn as was fixed, is every one shown, and was each of them visited?"""
    drawn = sorted(each["id"] for each in told["drawn"])
    for stratum in header["strata"]:
        count = len(_of(told["drawn"], stratum))
        if stratum["method"] != "poisson" and count != stratum["visits"]:
            yield f"{count} of {stratum['code']} were drawn, {stratum['visits']} were fixed"
    names = {unit["id"]: unit["name"] for unit in told["units"]}
    if not told["whole"] and sorted(names) != drawn:
        yield "the units shown are not those drawn"
    if sorted(visit["id"] for visit in told["visits"]) != drawn:
        yield "the units visited are not those drawn"
    for visit in told["visits"]:
        if names.get(visit["id"]) != visit["name"]:
            yield f"{visit['id']} has another name in its visit"


def _result_faults(told: Row, header: Row, seed: str) -> Iterator[str]:
    """Do units, days, teams and papers follow from the seed?"""
    if draw.result(seed, header, told["units"], told["people"], told["whole"]) != told["drawn"]:
        yield "what was drawn does not follow from the seed"
    rules = header["rules"]["spot"]
    for visit in told["visits"]:
        if draw.spot(seed, header["period"], visit["id"], visit["papers"], rules) != visit["looked_at"]:
            yield f"the papers looked at in the visit of {visit['id']} do not follow from the seed"


def _officer_faults(told: Row, header: Row, seed: str) -> Iterator[str]:
    """Where officers confirm themselves: are they those drawn, or who came next for one of them, and enough?"""
    least = header["rules"].get("officers")
    team_of = {each["id"]: [each["lead"], each["member"]] for each in told["drawn"]}
    for visit in told["visits"] if least is not None else ():
        unit = visit["id"]
        team, staying = list(team_of[unit]), list(team_of[unit])
        for gone in visit["stepped_back"]:
            staying.remove(gone["id"])
            came = draw.stand_in(seed, header["period"], unit, told["people"], team, staying)
            if gone["next"] != came:
                yield f"who came for {gone['id']} at {unit} is not the next that was drawn"
            team, staying = [*team, came], [*staying, *([came] if came else [])]
        there = visit["officers"]
        if set(there) - set(staying) or len(set(there)) != len(there):
            yield f"an officer at {unit} was not drawn for it"
        if len(there) < least and (visit["outcome"] != "impossible" or len(staying) >= least):
            yield f"{len(there)} officers were at {unit}, {least} were fixed"


def _in_journal(told: Row, published: Published) -> Checked:
    """Do entries under published roots say when it was fixed, and every word that was published?"""
    if "journal" not in told:
        words = (
            "the time at which it was fixed, and visits and results: a former version kept no proof of them"
        )
        return Checked(open=[words])
    rest = {name: value for name, value in told.items() if name != "journal"}
    export = {"whole": told["whole"], "export": draw.digest(rest)}
    said = {
        "committed": ("draw-committed", {"commitment": told["commitment"]}, told["committed_at"]),
        "published": ("draw-published", export, told["published_at"]),
    }
    if told["journal"].keys() != said.keys():
        raise ValueError("the journal's entries are not those of a draw")
    found = Checked()
    for name, (kind, body, at) in said.items():
        entry, proof = (told["journal"][name][key] for key in ("entry", "proof"))
        fits = (entry["kind"], entry["subject"], read_json(entry["body"])) == (kind, told["no"], body)
        if not fits or _instant(entry["at"]) != _instant(at) or len(told["journal"][name]) != 2:
            found.faults.append(f"what is shown is not what the journal says was {name}")
        of = check_proof(entry, proof, published)
        found.faults += of.faults
        found.open += [f"what was {name}: {each}" for each in of.open]
    found.open += _fixed_late(told)
    if told["journal_number"] != told["journal"]["committed"]["entry"]["number"]:
        found.faults.append("the journal has the commitment under another number")
    return found


def check(told: Row, published: Published | None = None) -> Checked:
    """Everything that is wrong with a published draw or cannot be checked. ``published``: the journal's roots, kept
    elsewhere. ``KeyError``, ``TypeError``, ``ValueError``: it is no draw."""
    if told.get("schema") != draw.EXPORT or told.get("state") != "published" or told["void_reason"]:
        raise ValueError(f"no published {draw.EXPORT}")
    more = {"journal"} if told["whole"] else {"journal", "numbers"}
    of_former = "departments" not in told["header"]
    if odd := (set(told) ^ (SHOWN | more)) - (more if of_former else set()):
        raise ValueError(f"no published {draw.EXPORT}: {', '.join(sorted(odd))}")
    header, seed = told["header"], draw.seed_of(told["no"], told["values"], told["nonces"])
    found = _in_journal(told, published or Published())
    for faults in (_fixed_faults, _source_faults, _list_faults, _count_faults):
        found.faults += faults(told, header)
    found.faults += _twice(told)
    found.faults += _result_faults(told, header, seed)
    found.faults += _officer_faults(told, header, seed)
    if told["whole"]:
        return found
    if "numbers" in told:
        found.faults += _number_faults(told, header, seed)
        hidden = len(told["numbers"]) - len(told["units"])
        if hidden:
            found.open.append(f"the numbers of {hidden} units without a name: each of them can check its own")
    else:
        found.open.append("whether others should have been drawn: only the drawn are shown")
    return found


def check_own(mine: Row, told: Row, published: Published | None = None) -> Checked:
    """What one unit was told, against the published draw, which need not show the whole list."""
    if mine.get("schema") != draw.OWN or mine.keys() != OF_OWN:
        raise ValueError(f"no {draw.OWN}")
    header, unit, stratum = told["header"], mine["unit"], mine["unit"]["stratum"]
    found = Checked(check(told, published).faults, _in_journal(told, published or Published()).open)
    if (mine["no"], mine["commitment"]) != (told["no"], told["commitment"]):
        found.faults.append("it is of another draw")
    if draw.climb(unit, mine["path"]) != header["units_root"]:
        found.faults.append("it is not on the fixed list with this chance")
    seed = draw.seed_of(told["no"], told["values"], told["nonces"])
    line = draw.pseudonym(seed, header["period"], unit)
    if mine["u"] != draw.as_text(int(line["odd"])):
        found.faults.append("its number does not follow from the seed")
    if "numbers" in told and line not in told["numbers"]:
        found.faults.append("its line among the numbers is not the one of its chance and number")
    of = next(each for each in header["strata"] if each["code"] == stratum)
    rows = [each for each in told["drawn"] if each["stratum"] == stratum]
    named = any(each["id"] == unit["id"] for each in rows)
    # Among the drawn units alone, it is drawn exactly when it was among all.
    others = [each for each in rows if each["id"] != unit["id"]]
    again = draw.pick(seed, (header["period"], stratum), [*others, unit], of["visits"], of["method"])
    if not named == mine["drawn"] == (unit["id"] in {each["id"] for each in again}):
        found.faults.append("whether it was drawn does not follow from its number")
    return found


def main(arguments: Sequence[str]) -> int:
    """Exit code: see above."""
    files = {"verify": 1, "own": 2}.get(arguments[0], 0) if arguments else 0
    if not files or len(arguments) - 1 not in (files, files + 1):
        print(__doc__)
        return 2
    try:
        read = [read_json(Path(name).read_text(encoding="utf-8")) for name in arguments[1:]]
        published = published_in(read.pop()) if len(read) > files else None
        found = check(read[0], published) if files == 1 else check_own(read[0], read[1], published)
    except (*NOT_UNDERSTOOD, StopIteration, OSError) as error:
        print(f"not understood: {type(error).__name__}: {error}")
        return 2
    print("\n".join(found.lines()))
    return found.code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
