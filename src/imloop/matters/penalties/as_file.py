"""A matter with its steps so far → the file that the checks read, and the fine that its table proposes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from imloop.facts.refusal import Malformed, Unlawful
from imloop.law import ActLaw, Law
from imloop.matters.matter import Act as Taken
from imloop.matters.matter import Exhibit, Matter, Value
from imloop.matters.names import Step
from imloop.matters.penalties.case_file import (
    Discussion,
    File,
    Hearing,
    Item,
    LegalReview,
    Notice,
    Officer,
    Paper,
)
from imloop.matters.penalties.catalogue import VIOLATIONS, Payer
from imloop.matters.penalties.discretion import FACTORS, Proposal, propose
from imloop.matters.penalties.ranges import Act, Counted, Range, choose

_PROVEN_BY = re.compile(r"[〔\[]([\d、,， ]+)[〕\]]\s*$")
_INVESTIGATES = (Step.PROPOSE, Step.REPORT)
_NAMES_PARTY = (Step.PROPOSE, Step.NOTIFY, Step.IMPOSE)
_VOTERS = ("voter_1", "voter_2", "voter_3", "voter_4", "voter_5")


def act_of(facts: Mapping[str, Value]) -> Act | None:
    """What was done, as the facts say; None where they do not say enough."""
    violation, payer = VIOLATIONS.get(str(facts.get("violation"))), facts.get("payer")
    if violation is None or payer not in list(Payer) or day_in(facts, "acted_on") is None:
        return None
    money = {name: Decimal(str(facts.get(name) or 0)) for name in ("gains", "goods", "charge")}
    return Act(
        violation,
        Payer(str(payer)),
        Counted(int(str(facts.get("vehicles") or 1)), **money),
        serious=facts.get("serious") == "yes",
        uncorrected=facts.get("uncorrected") == "yes",
        variant=str(facts.get("variant") or ""),
    )


def day_in(facts: Mapping[str, Value], name: str) -> date | None:
    """A day among the facts, which keep it as a day or as its words."""
    found = facts.get(name)
    return found if isinstance(found, date) else date.fromisoformat(str(found)) if found else None


def law_for(facts: Mapping[str, Value], law: Law) -> ActLaw[Law] | None:
    """The law of the act beside that of today; None where the day of the act is missing or still to come."""
    acted = day_in(facts, "acted_on")
    return None if acted is None or acted > law.on else law.for_act(acted)


def range_of(facts: Mapping[str, Value], law: Law) -> Range | None:
    """What may be imposed today. Raises ``LawUnseen``."""
    act, both = act_of(facts), law_for(facts, law)
    return None if act is None or both is None else choose(act, both)


def proposal_of(facts: Mapping[str, Value], law: Law) -> Proposal | None:
    """The fine by the table, for the levels that were picked; None where nothing may be imposed or amounts are missing.
    Raises what ``propose`` raises."""
    found = range_of(facts, law)
    if found is None or found.least <= 0:
        return None
    picked = levels_in(facts)
    adjust = _whole(facts, "heavier") - _whole(facts, "lighter")
    return propose(found, picked, law, adjust=adjust, mitigate=_whole(facts, "mitigate"))


def levels_in(facts: Mapping[str, Value]) -> dict[str, str]:
    """The levels that were picked, by factor."""
    return {name: str(facts[f"level_{name}"]) for name in FACTORS if facts.get(f"level_{name}")}


def fine_of(facts: Mapping[str, Value], law: Law) -> int:
    """The fine that was said, else the proposed one; 0 where there is neither."""
    if facts.get("fine") not in (None, ""):
        return _whole(facts, "fine")
    proposal = proposal_of(facts, law)
    return proposal.fine if proposal else 0


def confiscated_of(facts: Mapping[str, Value], law: Law) -> Decimal:
    """The illegal gains that are taken besides the fine; nothing where the text takes none."""
    found = range_of(facts, law)
    taken = found is not None and "gains" in found.also
    return Decimal(str(facts.get("gains") or 0)) if taken else Decimal(0)


def file_of(matter: Matter, values: Mapping[str, Value], day: date, law: Law) -> File | None:
    """The file as it would be decided on ``day`` with these answers; None where the matter was never opened as one."""
    facts = {**matter.facts, **values}
    act, acted, found = act_of(facts), day_in(facts, "acted_on"), day_in(facts, "found_on")
    if act is None or acted is None or found is None or acted > day:
        return None
    imposed = range_of(facts, law)
    try:
        proposal = proposal_of(facts, law)
    except (Malformed, Unlawful):  # the step that says so is refused for it
        return None
    by_register = _registered(matter, act)
    party = by_register or str(facts.get("party_name") or "")
    stated = [each for each in matter.acts if each.step is Step.STATE]
    return File(
        department=matter.holder.department,
        area=matter.holder.area or law.place,
        place=law.place,
        officers=_officers(facts),
        reviewer=_last_person(matter, Step.CLEAR),
        party=party,
        is_person=facts.get("is_person") == "yes",
        act=act,
        acted_on=acted,
        found_on=found,
        harm=facts.get("harm") == "yes",
        facts=tuple(fact for fact, _ in facts_in(str(facts.get("findings") or ""))),
        forbidden_by=str(facts.get("forbidden_by") or (imposed.forbidden_by if imposed else "")),
        punished_by=str(facts.get("punished_by") or (imposed.punished_by if imposed else "")),
        fine=fine_of(facts, law),
        decided_on=day,
        proposed=proposal.fine if proposal else None,
        mitigated_by=str(facts.get("mitigated_by") or ""),
        papers=_papers(matter, values, day),
        evidence=tuple(_item(each, facts, party, known=bool(by_register)) for each in matter.exhibits),
        no_fault_claimed=any(each.values.get("no_fault") == "yes" for each in stated),
        no_fault_weighed=_weighed_since(matter),
        notice=_notice(matter),
        answered_on=tuple(each.day for each in stated),
        waived_on=_waived_on(matter),
        hearing=_hearing(matter),
        discussions=tuple(_discussion(each) for each in matter.acts if each.step is Step.DISCUSS),
        legal_reviews=_legal_reviews(matter),
        complex=facts.get("complex") == "yes",
        public_interest=facts.get("public_interest") == "yes",
        serious_ground=str(facts.get("serious_ground") or ""),
    )


def _legal_reviews(matter: Matter) -> tuple[LegalReview, ...]:
    found = (each for each in matter.acts if each.step is Step.REVIEW_LEGALLY)
    return tuple(
        LegalReview(each.day, each.person, each.values.get("passed_review") == "yes") for each in found
    )


def facts_in(text: str) -> list[tuple[str, frozenset[int]]]:
    """The facts, one a line, each with the numbers of the evidence that it names at its end."""
    found = []
    for line in (line.strip() for line in text.splitlines()):
        if not line:
            continue
        proof = _PROVEN_BY.search(line)
        numbers = re.findall(r"\d+", proof.group(1)) if proof else []
        found.append((line[: proof.start()].strip() if proof else line, frozenset(map(int, numbers))))
    return found


def investigators(matter: Matter) -> frozenset[str]:
    """Who opened or reported the case, and the officers that the report names."""
    named = {str(matter.facts[name]) for name in ("officer_a", "officer_b") if matter.facts.get(name)}
    return frozenset({*matter.who_took(*_INVESTIGATES), *named})


def _whole(facts: Mapping[str, Value], name: str) -> int:
    return int(str(facts.get(name) or 0))


def _registered(matter: Matter, act: Act) -> str:
    """A station is called as the registers call it; a person, or who is in no register, as the case was filed."""
    return "" if act.payer is Payer.PERSON else matter.holder.party


def _papers(matter: Matter, values: Mapping[str, Value], day: date) -> tuple[Paper, ...]:
    """How the party is named by each step that names it, this one among them."""
    named = [(each.step.value, each.values, each.day) for each in matter.acts if each.step in _NAMES_PARTY]
    papers = [*named, (Step.IMPOSE.value, values, day)]
    return tuple(
        Paper(name, str(said["party_name"]), on) for name, said, on in papers if said.get("party_name")
    )


def _officers(facts: Mapping[str, Value]) -> tuple[Officer, ...]:
    return tuple(
        Officer(
            str(facts[f"officer_{each}"]),
            str(facts.get(f"card_{each}") or ""),
            day_in(facts, f"card_{each}_until"),
        )
        for each in ("a", "b")
        if facts.get(f"officer_{each}")
    )


def _item(exhibit: Exhibit, facts: Mapping[str, Value], party: str, *, known: bool) -> Item:
    """``known``: the party is a registered station, so that what another station sent is about that one. ``told_on``
    and the sampling record are said once, for everything that was sampled or tested."""
    proves = tuple(
        fact for fact, numbers in facts_in(str(facts.get("findings") or "")) if exhibit.number in numbers
    )
    return Item(
        exhibit.name,
        (exhibit.about if known else "") or party,
        proves,
        exhibit.sha256,
        exhibit.taken_on,
        is_sample=facts.get("sampled") == "yes",
        sampling=str(facts.get("sampling") or ""),
        is_result=facts.get("tested") == "yes",
        told_on=day_in(facts, "told_on"),
    )


def _last(matter: Matter, step: Step) -> Taken | None:
    found = [each for each in matter.acts if each.step is step]
    return found[-1] if found else None


def _last_person(matter: Matter, step: Step) -> str:
    found = _last(matter, step)
    return found.person if found else ""


def _day_of(matter: Matter, step: Step) -> date | None:
    found = _last(matter, step)
    return found.day if found else None


def _waived_on(matter: Matter) -> date | None:
    """When the party gave up its statement, too; who only wants no hearing may still write."""
    found = _last(matter, Step.WAIVE_HEARING)
    return found.day if found and found.values.get("all_waived") == "yes" else None


def _weighed_since(matter: Matter) -> bool:
    """After the last statement somebody said whether it is accepted."""
    steps = [each.step for each in matter.acts if each.step in (Step.STATE, Step.WEIGH)]
    return bool(steps) and steps[-1] is Step.WEIGH


def _notice(matter: Matter) -> Notice | None:
    found = _last(matter, Step.NOTIFY)
    served, until = (
        (None, None)
        if found is None
        else (day_in(found.values, "served_on"), day_in(found.values, "answer_until"))
    )
    if found is None or served is None or until is None:
        return None
    rights = {"state", "defend", *(("hear",) if found.values.get("rights") == "all" else ())}
    return Notice(served, frozenset(rights), until, _whole(matter.facts, "told_fine"))


def _hearing(matter: Matter) -> Hearing | None:
    asked, held = _last(matter, Step.ASK_HEARING), _last(matter, Step.HOLD_HEARING)
    if asked is None:
        return None
    values = held.values if held else {}
    return Hearing(
        asked.day,
        day_in(values, "announced_on"),
        day_in(values, "held_on"),
        _day_of(matter, Step.GIVE_UP_HEARING),
        str(values.get("chair") or ""),
    )


def _discussion(act: Taken) -> Discussion:
    voters = frozenset(str(act.values[name]) for name in _VOTERS if act.values.get(name))
    return Discussion(day_in(act.values, "discussed_on") or act.day, voters)
