"""A draw as anyone may read it by now, and the file that is published and checked."""

from __future__ import annotations

from imloop.proof import draw as proof
from imloop.proof.frame import paths
from imloop.steps.draws.header import department_json, in_china
from imloop.steps.draws.numbers import drawn_of, nonces_of, seed_of, values_of
from imloop.steps.draws.officers import officers_json
from imloop.steps.draws.roster import by_accounts
from imloop.steps.ground.ledger import as_row
from imloop.steps.journal.prove_journal import stamp_of
from imloop.steps.journal.seals import place_of
from imloop.store.models import Draw, DrawVisit, JournalEntry


def summary(draw: Draw) -> dict[str, object]:
    """One line of the list."""
    return {
        "no": draw.no,
        "period": draw.period,
        "place": draw.place,
        "state": str(draw.state),
        "prepared_at": in_china(draw.prepared_at),
        "prepared_by": draw.prepared_by.code,
        "commitment": draw.commitment,
        "published_at": in_china(draw.published_at) if draw.published_at else None,
        "void_reason": draw.void_reason,
    }


def public_json(draw: Draw) -> dict[str, object]:
    """Everything public by now. Until publication no chance, no secret, no name: who could compute the result would
    know of a visit before it comes. Afterwards it is the file ``imloop.proof.check_draw`` checks (imloop.draw/1): word
    for word what was published, with the journal's entries that say so."""
    if draw.export is not None:
        return {**draw.export, "journal": _in_journal(draw)}
    return assembled(draw)


def _in_journal(draw: Draw) -> dict[str, object]:
    """The entries of commitment and publication, each with its place in the journal as of now."""
    published = stamp_of("draw-published", draw.no)
    assert published is not None and draw.journal_number is not None
    committed = JournalEntry.objects.get(number=draw.journal_number)
    return {
        name: {"entry": as_row(entry), "proof": place_of(entry.number).to_json()}
        for name, entry in (("committed", committed), ("published", published))
    }


def assembled(draw: Draw) -> dict[str, object]:
    """What is public by now, put together from the rows."""
    out = {"schema": proof.EXPORT, **summary(draw), "departments": _departments(draw)}
    if draw.voided_at is not None:
        out |= {"voided_at": in_china(draw.voided_at), "voided_by": draw.voided_by.partition("/")[0]}
    if draw.header is None or draw.committed_at is None:
        return out
    out |= {
        "header": draw.header,
        "committed_at": in_china(draw.committed_at),
        "journal_number": draw.journal_number,
        "largest_ratio_pct": proof.largest_ratio(draw.frame["strata"], draw.frame["units"]),
        "values": values_of(draw),
    }
    return out | _opened(draw) if draw.state == Draw.State.PUBLISHED else out


def _departments(draw: Draw) -> list[dict[str, object]]:
    """Who takes part: as fixed, once it is; then names and times are part of the commitment."""
    parts = list(draw.parts.select_related("party").order_by("party__code"))
    revealed = {part.party.code: bool(part.nonce) for part in parts}
    fixed = (draw.header or {}).get("departments")
    if fixed is None:
        fixed = [department_json(part) for part in parts]
    return [{**each, "revealed": revealed[each["code"]]} for each in fixed]


def _opened(draw: Draw) -> dict[str, object]:
    """What publication adds."""
    units, way, more = draw.frame["units"], {}, {}
    drawn = drawn_of(draw)
    if not draw.whole:
        more = {"numbers": proof.pseudonyms(seed_of(draw), draw.period, units)}
        names = {each["id"] for each in drawn}
        way = {name: path for name, path in paths(units).items() if name in names}
        units = [unit for unit in units if unit["id"] in names]
    return {
        "nonces": nonces_of(draw),
        "people": draw.people,
        "whole": draw.whole,
        "units": units,
        "paths": way,
        "drawn": drawn,
        "visits": [visit_json(visit) for visit in draw.visits.order_by("stratum", "unit")],
        **more,
    }


def visit_json(visit: DrawVisit) -> dict[str, object]:
    return {
        "id": visit.unit,
        "name": visit.name,
        "on": visit.opened_on.isoformat() if visit.opened_on else None,
        "papers": visit.papers or {},
        "looked_at": visit.looked_at,
        "outcome": visit.outcome,
        "result": visit.result,
        **(officers_json(visit) if by_accounts(visit.draw) else {}),
    }
