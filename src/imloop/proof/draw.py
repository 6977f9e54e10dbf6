"""Random draws that anyone can repeat: who was on the list, with which chance, and who was drawn.

The platform draws with this file, and anyone may check with it: it needs Python's standard library only.

    python draw.py verify DRAW.json            does the published draw follow from what was fixed before it?
    python draw.py own PROOF.json DRAW.json    was this station on the list with the chance it was told, and its number?

Only whole numbers and fractions are used, so every machine gets the same bytes. A chance is written in millionths, a
weight in hundredths. A draw's number for a unit is u = (2v + 1) / 2^65, v the first eight bytes of
HMAC-SHA256(seed, "period|stratum|id"). Fixed size (Pareto): the n smallest [u/(1-u)] / [p/(1-p)]; Poisson: u < p.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import sys
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

EXPORT, OWN, HEADER = "imloop.draw/1", "imloop.draw-own/1", "imloop.draw-header/1"
ONE, SCALE = 10**6, 2**65
Row = Mapping[str, Any]


def canonical(value: object) -> bytes:
    """JSON with sorted keys and no blanks, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(value: object) -> str:
    """SHA-256 of the canonical JSON, in hex."""
    return hashlib.sha256(canonical(value)).hexdigest()


def chances(weights: Sequence[int], visits: int, rules: Row) -> tuple[list[int], int, int]:
    """A chance for each weight, their sum exactly ``visits``; the floor everyone gets, and the cap.

    chance = floor + (visits - N floor) w / sum(w), no more than the cap, what is cut off shared among the rest. Floor:
    the larger of ``pi_min`` and the uniform share of the mean; cap: ``ratio`` times the floor, at most 1.
    ``ValueError`` when ``visits`` are too few for the floor, or more than the list is long.
    """
    count, total = len(weights), visits * ONE
    if not count and not visits:
        return [], 0, 0
    floor = max(rules["pi_min"], -(-rules["uniform_share"] * visits // max(count, 1)))
    cap = min(ONE, floor * rules["ratio"])
    if not count * floor <= total <= count * cap:
        raise ValueError(
            f"{visits} visits do not fit {count} units: {count * floor} to {count * cap} millionths"
        )
    share = [Fraction(0)] * count
    capped: set[int] = set()
    while True:
        free = [i for i in range(count) if i not in capped]
        left = total - cap * len(capped) - floor * len(free)
        heavy = sum(weights[i] for i in free)
        for i in free:
            share[i] = floor + (Fraction(left * weights[i], heavy) if heavy else Fraction(left, len(free)))
        over = {i for i in free if share[i] > cap}
        if not over:
            break
        capped |= over
        for i in over:
            share[i] = Fraction(cap)
    whole = [int(each) for each in share]
    order = sorted(range(count), key=lambda i: (whole[i] - share[i], i))  # the largest remainders first
    for i in order[: total - sum(whole)]:
        whole[i] += 1
    return whole, floor, cap


def odd(seed: str, *tag: str) -> int:
    """The numerator of u over 2^65."""
    mark = hmac.new(bytes.fromhex(seed), "|".join(tag).encode(), hashlib.sha256).digest()
    return 2 * int.from_bytes(mark[:8], "big") + 1


def as_text(number: int) -> str:
    """u with twelve decimals, cut off."""
    return f"0.{number * 10**12 // SCALE:012d}"


def pick(seed: str, tag: Sequence[str], units: Sequence[Row], visits: int, method: str) -> list[Row]:
    """The units drawn, in order of id."""
    number = {unit["id"]: odd(seed, *tag, unit["id"]) for unit in units}

    def rank(unit: Row) -> tuple[Fraction, str]:
        u, pi = number[unit["id"]], unit["pi"]
        return Fraction(u * (ONE - pi), (SCALE - u) * pi), unit["id"]

    if method == "poisson":
        drawn = [unit for unit in units if number[unit["id"]] * ONE < unit["pi"] * SCALE]
    else:
        drawn = sorted(units, key=rank)[:visits]
    return sorted(drawn, key=lambda unit: unit["id"])


def teams(seed: str, period: str, units: Sequence[Row], people: Row) -> dict[str, tuple[str, str]]:
    """Lead and second person of each unit: who has fewest visits so far, equal ones in an order drawn by the seed;
    never anyone excluded from the unit, the second of another department. ``ValueError`` where nobody is left."""
    barred = {(each["inspector"], each["unit"]) for each in people["conflicts"]}
    turn = {each["id"]: [0, odd(seed, period, "inspector", each["id"])] for each in people["roster"]}
    found: dict[str, tuple[str, str]] = {}
    for unit in sorted(units, key=lambda unit: (odd(seed, period, "team", unit["id"]), unit["id"])):
        free = [each for each in people["roster"] if (each["id"], unit["id"]) not in barred]
        pair: list[Row] = []
        for _ in range(2):
            free = [each for each in free if not pair or each["department"] != pair[0]["department"]]
            if not free:
                raise ValueError(f"no two inspectors of different departments may visit {unit['id']}")
            pair.append(min(free, key=lambda each: (turn[each["id"]], each["id"])))
            turn[pair[-1]["id"]][0] += 1
        found[unit["id"]] = (pair[0]["id"], pair[1]["id"])
    return found


def seed_of(no: str, values: Sequence[Row], nonces: Row) -> str:
    """From the public numbers, in the order of the sources, and every department's nonce."""
    said = [{"source": each["source"], "value": each["value"]} for each in values]
    return digest({"no": no, "values": said, "nonces": dict(nonces)})


def result(
    seed: str, header: Row, units: Sequence[Row], people: Row, whole: bool = True
) -> list[dict[str, Any]]:
    """Every drawn unit with its number, day and team; from the whole list, or where only the drawn ones are known, from
    those. ``uniform``: it belongs to the part every unit had the same chance for (thinned by floor / chance), from
    which rates may be estimated without weighting."""
    picked = []
    for stratum in header["strata"]:
        of = sorted((u for u in units if u["stratum"] == stratum["code"]), key=lambda unit: unit["id"])
        tag = (header["period"], stratum["code"])
        drawn = pick(seed, tag, of, stratum["visits"], stratum["method"]) if whole else of
        picked += [(stratum, unit) for unit in drawn]
    team, days, period = (
        teams(seed, header["period"], [unit for _, unit in picked], people),
        header["days"],
        header["period"],
    )
    out = []
    for stratum, unit in picked:
        own, code = unit["id"], stratum["code"]
        thin = odd(seed, period, "uniform", own) * unit["pi"] < stratum["floor"] * SCALE
        day = days[odd(seed, period, "day", own) * len(days) // SCALE]
        named = {"stratum": code, "id": own, "pi": unit["pi"], "u": as_text(odd(seed, period, code, own))}
        out.append({**named, "uniform": thin, "day": day, "lead": team[own][0], "member": team[own][1]})
    return out


def spot(seed: str, period: str, unit: str, papers: Row, rules: Row) -> list[str]:
    """Which of a unit's papers are looked at: ``papers`` number → clue weight, ``rules`` with the ``count``."""
    ids = sorted(papers)
    visits = min(rules["count"], len(ids))
    pis, _floor, _cap = chances([papers[each] for each in ids], visits, rules)
    rows = [{"id": each, "pi": pi} for each, pi in zip(ids, pis, strict=True)]
    return [row["id"] for row in pick(seed, (period, "spot", unit), rows, visits, "pareto")]


def leaf(unit: Row) -> str:
    """Hash of one unit of the list; its first byte tells it from an inner node's."""
    return hashlib.sha256(b"\x00" + canonical(dict(unit))).hexdigest()


def node(left: str, right: str) -> str:
    """Hash of two nodes of the tree, given in hex."""
    return hashlib.sha256(b"\x01" + bytes.fromhex(left) + bytes.fromhex(right)).hexdigest()


def root(units: Sequence[Row]) -> str:
    """Merkle root over the units in order of stratum and id."""
    level = [leaf(unit) for unit in sorted(units, key=lambda unit: (unit["stratum"], unit["id"]))]
    while len(level) > 1:
        pairs = [node(left, right) for left, right in zip(level[::2], level[1::2], strict=False)]
        level = pairs + level[len(pairs) * 2 :]
    return "".join(level)


def climb(unit: Row, path: Sequence[str]) -> str:
    """The root that follows from a unit and its path:
    neighbours from the leaf up, each after its side, ``l`` or ``r``."""
    found = leaf(unit)
    for step in path:
        found = node(found, step[1:]) if step[0] == "r" else node(step[1:], found)
    return found


def _fixed_faults(draw: Row, header: Row) -> list[str]:
    """Does what was published later match what was fixed before?"""
    found = (
        [] if digest(header) == draw["commitment"] else ["the commitment is not the hash of what was fixed"]
    )
    if header.get("schema") != HEADER or (header["no"], draw["people"]["no"]) != (draw["no"], draw["no"]):
        found.append("what was fixed is of another draw")
    if digest(draw["people"]) != header["people_hash"]:
        found.append("the inspectors or those excluded from a visit were changed")
    said = {name: hashlib.sha256(nonce.encode()).hexdigest() for name, nonce in draw["nonces"].items()}
    if said != header["nonces"] or len(said) < 2:
        found.append("the departments' secrets do not fit what they deposited")
    if [each["source"] for each in draw["values"]] != [each["code"] for each in header["sources"]]:
        found.append("the public numbers are not those of the named sources")
    found += [
        f"the number of {each['code']} could be known before the draw was fixed"
        for each in header["sources"]
        if min(each["on"], each["fallback"]["on"]) <= draw["committed_at"][:10]
    ]
    return found


def _list_faults(draw: Row, header: Row, units: Sequence[Row]) -> list[str]:
    """Are list and chances the ones fixed, and do the chances follow from the weights?"""
    if not draw["whole"]:
        strays = [unit for unit in units if climb(unit, draw["paths"][unit["id"]]) != header["units_root"]]
        return [f"{unit['id']} is not on the fixed list with this chance" for unit in strays]
    found = (
        [] if root(units) == header["units_root"] else ["the list is not the one fixed: a chance or a name"]
    )
    for stratum in header["strata"]:
        of = sorted((u for u in units if u["stratum"] == stratum["code"]), key=lambda unit: unit["id"])
        free = [unit for unit in of if not unit["compulsory"]]
        visits = stratum["visits"] - len(of) + len(free)
        right, floor, cap = chances([unit["weight"] for unit in free], visits, header["rules"])
        fits = [unit["pi"] for unit in free] == right and (floor, cap) == (stratum["floor"], stratum["cap"])
        if (
            not fits
            or any(unit["pi"] != ONE for unit in of if unit["compulsory"])
            or len(of) != stratum["units"]
        ):
            found.append(f"the chances of {stratum['code']} do not follow from the weights")
    return found


def faults(draw: Row) -> list[str]:
    """Everything that is wrong with a published draw; empty: it follows from what was fixed. ``KeyError``,
    ``TypeError``, ``ValueError``: it is no draw."""
    if draw.get("schema") != EXPORT or draw.get("state") != "published":
        raise ValueError(f"no published {EXPORT}")
    header, units = draw["header"], draw["units"]
    found = _fixed_faults(draw, header) + _list_faults(draw, header, units)
    seed = seed_of(draw["no"], draw["values"], draw["nonces"])
    if result(seed, header, units, draw["people"], draw["whole"]) != draw["drawn"]:
        found.append("what was drawn does not follow from the seed")
    rules = header["rules"]["spot"]
    for visit in draw["visits"]:
        if spot(seed, header["period"], visit["id"], visit["papers"], rules) != visit["looked_at"]:
            found.append(f"the papers looked at in the visit of {visit['id']} do not follow from the seed")
    return found


def own_faults(proof: Row, draw: Row) -> list[str]:
    """Faults in what one unit was told, against the published draw, which need not show the whole list."""
    if proof.get("schema") != OWN or draw.get("schema") != EXPORT:
        raise ValueError(f"no {OWN} and {EXPORT}")
    header, unit = draw["header"], proof["unit"]
    found = [] if proof["commitment"] == draw["commitment"] == digest(header) else ["it is of another draw"]
    if climb(unit, proof["path"]) != header["units_root"]:
        found.append("it is not on the fixed list with this chance")
    seed = seed_of(draw["no"], draw["values"], draw["nonces"])
    if as_text(odd(seed, header["period"], unit["stratum"], unit["id"])) != proof["u"]:
        found.append("its number does not follow from the seed")
    stratum = next(each for each in header["strata"] if each["code"] == unit["stratum"])
    others = [
        each for each in draw["drawn"] if each["stratum"] == unit["stratum"] and each["id"] != unit["id"]
    ]
    named = any(each["id"] == unit["id"] for each in draw["drawn"])
    tag = (header["period"], unit["stratum"])
    # Among the drawn units alone, it is drawn exactly when it was among all.
    again = pick(seed, tag, [*others, unit], stratum["visits"], stratum["method"])
    if not named == proof["drawn"] == (unit["id"] in {each["id"] for each in again}):
        found.append("whether it was drawn does not follow from its number")
    return found


def main(arguments: Sequence[str]) -> int:
    """0: sound · 1: faults found · 2: not understood."""
    try:
        read = [json.loads(Path(name).read_text(encoding="utf-8")) for name in arguments[1:]]
        if arguments[:1] == ["verify"] and len(read) == 1:
            found = faults(read[0])
        elif arguments[:1] == ["own"] and len(read) == 2:
            found = own_faults(read[0], read[1])
        else:
            print(__doc__)
            return 2
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, StopIteration, OSError) as error:
        print(f"not understood: {type(error).__name__}: {error}")
        return 2
    for fault in found:
        print(fault)
    print("sound" if not found else f"{len(found)} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
