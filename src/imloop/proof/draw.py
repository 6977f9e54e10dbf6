"""Random draws that anyone can repeat: who was on the list, with which chance, and who was drawn.

The platform draws with this file; its SHA-256 is part of what is fixed before a draw. It needs Python's standard
library only, and ``check_draw.py`` does the same again from what was published.

Only whole numbers and fractions are used, so every machine gets the same bytes. A chance is written in millionths, a
weight in hundredths. A draw's number for a unit is u = (2v + 1) / 2^65, v the first eight bytes of
HMAC-SHA256(seed, "period|stratum|id"). Fixed size (Pareto): the n smallest [u/(1-u)] / [p/(1-p)]; Poisson: u < p.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

EXPORT, OWN, HEADER = "imloop.draw/1", "imloop.draw-own/1", "imloop.draw-header/1"
ONE, SCALE = 10**6, 2**65
_STEP = re.compile(r"[lr][0-9a-f]{64}")
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


def stand_in(
    seed: str, period: str, unit: str, people: Row, team: Sequence[str], staying: Sequence[str]
) -> str:
    """Who comes for one of a unit's team that cannot: of those whom nothing excludes from it and who were never of its
    ``team``, of another department than those ``staying``, the first in an order drawn by the seed. Empty: nobody."""
    never = {each["inspector"] for each in people["conflicts"] if each["unit"] == unit} | set(team)
    there = {each["department"] for each in people["roster"] if each["id"] in staying}
    free = (each for each in people["roster"] if each["id"] not in never and each["department"] not in there)
    order = sorted((odd(seed, period, "stand-in", unit, each["id"]), each["id"]) for each in free)
    return order[0][1] if order else ""


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
    return root_over([leaf(unit) for unit in sorted(units, key=lambda unit: (unit["stratum"], unit["id"]))])


def root_over(leaves: Sequence[str]) -> str:
    """Merkle root over leaves in their order."""
    level = list(leaves)
    while len(level) > 1:
        pairs = [node(left, right) for left, right in zip(level[::2], level[1::2], strict=False)]
        level = pairs + level[len(pairs) * 2 :]
    return "".join(level)


def climb(unit: Row, path: Sequence[str]) -> str:
    """The root that follows from a unit and its path:
    neighbours from the leaf up, each after its side, ``l`` or ``r``; ``ValueError`` for anything else."""
    found = leaf(unit)
    for step in path:
        if not _STEP.fullmatch(step):
            raise ValueError(f"no step of a path: {step!r}")
        found = node(found, step[1:]) if step[0] == "r" else node(step[1:], found)
    return found


def largest_ratio(strata: Sequence[Row], units: Sequence[Row]) -> int:
    """The largest chance over the smallest of one stratum, compulsory ones aside, in hundredths."""
    found = [100]
    for stratum in strata:
        pis = [u["pi"] for u in units if u["stratum"] == stratum["code"] and not u["compulsory"]]
        if pis:
            found.append(-(-100 * max(pis) // min(pis)))
    return max(found)


def pseudonyms(seed: str, period: str, units: Sequence[Row]) -> list[dict[str, Any]]:
    """Every unit without its name, in order of stratum and id: chance, ``odd`` (u times 2^65) and leaf."""
    ordered = sorted(units, key=lambda unit: (unit["stratum"], unit["id"]))
    return [pseudonym(seed, period, unit) for unit in ordered]


def pseudonym(seed: str, period: str, unit: Row) -> dict[str, Any]:
    """One unit's line of ``pseudonyms``."""
    number = odd(seed, period, unit["stratum"], unit["id"])
    return {"stratum": unit["stratum"], "pi": unit["pi"], "odd": str(number), "leaf": leaf(unit)}
