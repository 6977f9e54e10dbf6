"""What a penalty case's page shows beside its steps: the range, the table of discretion, the defects of the file, how
far the party is from a serious case, and what is open of the fine today."""

from __future__ import annotations

from datetime import date

from imloop.facts.days import day_of
from imloop.facts.refusal import Malformed, Refusal, Unlawful
from imloop.law import Law, LawUnseen
from imloop.law.acts import WHY
from imloop.law.values import COMPARED, CONFIDENCE_NAMES
from imloop.matters import Kind, Step
from imloop.matters import Matter as Fact
from imloop.matters.penalties.account import GAINS, account_of
from imloop.matters.penalties.as_file import act_of, day_in, file_of, fine_of, law_for, proposal_of, range_of
from imloop.matters.penalties.checks import VETOES, checked
from imloop.matters.penalties.clocks import months_after
from imloop.matters.penalties.discretion import Proposal
from imloop.matters.penalties.limits import serious_counter
from imloop.matters.penalties.ranges import Range
from imloop.store.models import Evidence, Matter, MatterEvent, Test

_Json = dict[str, object]
_MONTHS = 24


def card_of(row: Matter, fact: Fact, law: Law) -> _Json | None:
    """For departments; None of other matters. Where a text of the law was not seen, only that is said."""
    if not fact.kind.is_penalty or act_of(fact.facts) is None:
        return None
    try:
        found = range_of(fact.facts, law)
        return {
            "unseen": None,
            "range": range_json(found) if found else None,
            "fine": _fine(fact, law),
            "lines": lines_json(_proposal(fact, law)),
            "checks": checks_json(fact, law)
            if fact.kind is Kind.PENALTY and "decision_no" not in fact.facts
            else [],
            "serious": _serious(row, fact, law),
            "account": account_json(fact, law),
            "exhibits": [
                {"number": each.number, "name": each.name, "about": each.about, "sha256": each.sha256}
                for each in fact.exhibits
            ],
        }
    except LawUnseen as unseen:
        return {"unseen": unseen.text.zh, "unseen_en": unseen.text.en}


def range_json(found: Range) -> _Json:
    bare = next((value for value in found.values if value.confidence != COMPARED), None)
    return {
        "least": found.least,
        "most": found.most,
        "counted": found.counted.zh,
        "counted_en": found.counted.en,
        "forbidden_by": found.forbidden_by,
        "punished_by": found.punished_by,
        "also": list(found.also),
        "ban_years": found.ban_years,
        "decided_by": list(found.decided_by),
        "law_on": found.on.isoformat(),
        "why": WHY[found.why].zh,
        "why_en": WHY[found.why].en,
        "to_compare": CONFIDENCE_NAMES[bare.confidence].zh if bare else "",
        "to_compare_en": CONFIDENCE_NAMES[bare.confidence].en if bare else "",
    }


def lines_json(proposal: Proposal | None) -> list[_Json]:
    if proposal is None:
        return []
    return [
        {
            "words": line.words.zh,
            "words_en": line.words.en,
            "percent": round(float(line.percent), 2),
            "yuan": line.yuan,
            "cite": line.cite,
        }
        for line in proposal.lines
    ]


def checks_json(fact: Fact, law: Law) -> list[_Json]:
    """Every defect that alone makes the file fail, as if it were decided today: none, or what is wrong."""
    file, both = file_of(fact, {}, law.on, law), law_for(fact.facts, law)
    if file is None or both is None:
        return []
    ready = checked(file, both)
    found = []
    for veto in VETOES:
        reason = veto(ready)
        said = reason.to_json() if reason else {}
        found.append(
            {"code": veto.code, "name": veto.name.zh, "name_en": veto.name.en, "red": bool(reason), **said}
        )
    return found


def account_json(fact: Fact, law: Law) -> _Json | None:
    account = account_of(fact, law.on, law)
    if account is None:
        return None
    return {
        "fine": account.fine,
        "due_on": account.due.isoformat(),
        "days_late": account.late,
        "surcharge": account.surcharge,
        "fine_paid": account.fine_paid,
        "surcharge_paid": account.surcharge_paid,
        "paid": account.paid,
        "open": account.open,
        "gains": f"{account.gains.normalize():f}",
        "gains_paid": f"{account.gains_paid.normalize():f}",
        "gains_open": f"{account.open_of(GAINS).normalize():f}",
        "on": law.on.isoformat(),
    }


def _fine(fact: Fact, law: Law) -> int:
    decided = fact.facts.get("decided_fine")
    if decided:
        return int(str(decided))
    try:
        return fine_of(fact.facts, law)
    except (Malformed, Unlawful):
        return 0


def _proposal(fact: Fact, law: Law) -> Proposal | None:
    """What is decided on the spot is not looked at line by line."""
    if fact.kind is Kind.SIMPLE_PENALTY:
        return None
    try:
        return proposal_of(fact.facts, law)
    except Refusal:
        return None


def _serious(row: Matter, fact: Fact, law: Law) -> _Json | None:
    """Different vehicles of the tests in the files of the last two years, this one among them; what was typed in this
    one if that is more."""
    acted, both = day_in(fact.facts, "acted_on"), law_for(fact.facts, law)
    if row.party is None or fact.facts.get("violation") != "forged_report" or acted is None or both is None:
        return None
    earlier = _earlier(row, acted)
    seen = vehicles_in([row.pk, *earlier])
    typed = int(str(fact.facts.get("vehicles") or 0))
    counter = serious_counter(max(len(seen), typed), acted, max(earlier.values(), default=None), both.of_act)
    if counter is None:
        return None
    return {
        "vehicles": counter.vehicles,
        "of": counter.of,
        "again_until": counter.again_until.isoformat() if counter.again_until else None,
        "holds": counter.holds,
        "cite": counter.cite,
    }


def _earlier(row: Matter, acted: date) -> dict[int, date]:
    """Other penalties of the party for the same, decided in the months before the act: the day of each decision."""
    decided = MatterEvent.objects.filter(kind=Step.IMPOSE, matter__party=row.party, matter__kind=Kind.PENALTY)
    days = {
        event.matter_id: day_of(event.at)
        for event in decided.exclude(matter=row).select_related("matter")
        if event.matter.data["facts"].get("violation") == "forged_report"
    }
    return {key: day for key, day in days.items() if months_after(day, _MONTHS) >= acted and day <= acted}


def vehicles_in(matters: list[int]) -> set[int]:
    """The vehicles whose tests are evidence there."""
    found = Evidence.objects.filter(matter__in=matters, kind=Evidence.Kind.TEST)
    pairs = [each.reference.partition("/")[::2] for each in found]
    tests = Test.objects.filter(test_no__in=[number for _, number in pairs]).values_list(
        "station__code", "test_no", "vehicle"
    )
    return {vehicle for code, number, vehicle in tests if vehicle is not None and (code, number) in pairs}
