"""What a step of a complaint does outside the table: pass it on, keep out who is named in it, tell the reporter, work
out the reward."""

from __future__ import annotations

from imloop.facts.days import day_of
from imloop.facts.refusal import Conflict, Malformed, Unlawful
from imloop.facts.text import Reason, Text
from imloop.law import Law
from imloop.matters import Decision, Step
from imloop.matters.complaints.answers import TEMPLATES, Template, filled, templates_for
from imloop.matters.complaints.categories import Category, category_of
from imloop.matters.complaints.clocks import RECEIVERS
from imloop.matters.complaints.duplicates import twins
from imloop.matters.complaints.rewards import Award, Proven, award
from imloop.steps.complaints.near import known_near, told_of
from imloop.steps.ground import registers
from imloop.steps.ground.ledger import Ledger
from imloop.store.models import Complaint, Matter, User


def refer(ledger: Ledger, row: Matter, step: Step, decision: Decision, law: Law) -> None:
    """To the department of that kind in the place; its people begin anew."""
    receiver = RECEIVERS[str(decision.values["receiver"])]
    office = registers.department(receiver.office, row.place)
    if office is None:
        words = Text(
            f"{row.place} 没有使用本平台的{receiver.name.zh}部门，请线下移送并告知举报人（“不予受理”）。",
            f"No department of {receiver.name.en} in {row.place} uses the platform: send it there and tell the "
            "reporter where (“not accepted”).",
        )
        raise Malformed("no-such-office", words, at="receiver")
    row.office, row.assigned_to = office.code, ""
    say(row, law, step, Text(f"已转交{office.name}办理。", f"Passed on to {office.name}."))


def keep_impartial(ledger: Ledger, row: Matter, step: Step, decision: Decision, law: Law) -> None:
    """Nobody looks into a complaint that names them."""
    person = User.objects.filter(username=decision.values["assigned_to"]).first()
    name = person.first_name.strip() if person else ""
    if len(name) > 1 and name in row.complaint.text:
        words = Text(
            f"举报内容提到{name}，不能由其承办。", f"The report names {name}, who cannot look into it."
        )
        raise Malformed("officer-named", words, at="assigned_to")


def tell_reporter(ledger: Ledger, row: Matter, step: Step, decision: Decision, law: Law) -> None:
    """The sentence that fits step and outcome, with its blanks filled."""
    values = decision.values
    wanted = values.get("template")
    if wanted is None:
        template = templates_for(step, str(values.get("why", "")), row.complaint.category)[0]
    else:
        template = next(each for each in TEMPLATES if each.code == wanted)
        if template.categories and row.complaint.category not in template.categories:
            words = Text("该模板不适用于这一类别。", "That answer is not for this category.")
            raise Malformed("wrong-value", words, at="template")
    say(row, law, step, filled(template, _blanks(row, decision, law, template), law))


def _blanks(row: Matter, decision: Decision, law: Law, template: Template) -> dict[str, Text]:
    category = category_named(row.complaint)
    office = registers.any_party(row.office).name
    due = next(
        (clock.due_on for clock in decision.matter.clocks if clock.name in ("finish", "check")), law.on
    )
    received = day_of(row.opened_at)
    fixed = {
        "number": row.matter_no,
        "office": office,
        "received": received.isoformat(),
        "due": due.isoformat(),
        "party": row.complaint.party_named or "被反映的单位",
    }
    typed = {name: str(decision.values.get(name, "")) for name in ("go_to", "said", "done")}
    found = {name: Text(value, value) for name, value in (*fixed.items(), *typed.items())}
    return {**found, "category": category.name}


def grant_reward(ledger: Ledger, row: Matter, step: Step, decision: Decision, law: Law) -> None:
    """By the law of the place and day; refused with its reason where nothing is due."""
    complaint = row.complaint
    rewards = list(complaint.rewards.order_by("id"))
    in_force = str(decision.values["in_force_on"]) <= law.on.isoformat()
    proven = Proven(
        category_named(complaint),
        founded=True,
        in_force=in_force,
        earlier=_earlier(row, law),
        insider=complaint.insider,
        reporters=max(len(rewards), 1),
    )
    found = award(proven, law.on, law)
    if isinstance(found, Reason):
        raise Unlawful(found.code, found.text, cite=found.cite, reasons=(found,))
    if not rewards:
        words = Text("受理时没有发放领奖码。", "No code to collect a reward was given at intake.")
        raise Conflict("no-payment-code", words)
    _grant(ledger, row, found)
    row.data["facts"]["collect_by"] = found.collect_by.isoformat()
    say(row, law, step, found.says)


def _grant(ledger: Ledger, row: Matter, found: Award) -> None:
    for reward, share in zip(row.complaint.rewards.order_by("id"), found.shares, strict=True):
        reward.fen, reward.cite, reward.collect_by = share, found.cite[:200], found.collect_by
        reward.granted_at = ledger.now
        reward.save(update_fields=["fen", "cite", "collect_by", "granted_at"])
    ledger.note("reward-granted", row.matter_no, {"fen": found.fen, "shares": len(found.shares)})


def _earlier(row: Matter, law: Law) -> str:
    """The number of one about the same party or vehicle that came before and was still open when this one came."""
    complaint = row.complaint
    others = known_near(complaint, law).filter(matter__opened_at__lt=row.opened_at)
    open_then = [
        each
        for each in others
        if each.matter.closed_at is None
        or each.matter.closed_at > row.opened_at
        or each.rewards.filter(fen__isnull=False).exists()
    ]
    same = [
        each
        for each in open_then
        if (complaint.plate and each.plate == complaint.plate)
        or (complaint.party_named and each.party_named == complaint.party_named)
    ]
    found = twins(told_of(complaint), [told_of(each) for each in same], law)
    return found[0].number if found else ""


def category_named(complaint: Complaint) -> Category:
    found = category_of(complaint.category)
    assert found is not None, "a category stays known for as long as a complaint has it"
    return found


def say(row: Matter, law: Law, step: Step, words: Text) -> None:
    """What whoever reported reads on their page."""
    told = row.data.setdefault("told", [])
    told.append({"on": law.on.isoformat(), "step": str(step), "zh": words.zh, "en": words.en})
