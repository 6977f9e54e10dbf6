"""Who acted and against whom: the department, the officers, the reviewer, the party."""

from __future__ import annotations

from imloop.facts.text import Text
from imloop.matters.penalties.catalogue import DECIDERS
from imloop.matters.penalties.checks.veto import Checked, veto


@veto(
    "wrong-body",
    "执法主体无权处罚",
    "the department may not punish this",
    "procedure.competent",
    Text("移送有管辖权的部门。", "Hand the case to the department that may."),
)
def wrong_body(checked: Checked) -> Text | None:
    """The law of the act names the department, and the act lies in its area."""
    file = checked.file
    named = checked.range.decided_by if checked.range else (file.department,)
    if file.department not in named and "checking" not in named:
        zh = "、".join(DECIDERS[each].zh for each in named)
        en = ", ".join(DECIDERS[each].en for each in named)
        return Text(
            f"该违法行为由{zh}处罚，不是本部门。", f"The act is punished by {en}, not by this department."
        )
    if not _lies_in(file.place, file.area):
        return Text(
            f"行为地 {file.place} 不在 {file.area} 辖区。",
            f"The act was in {file.place}, outside {file.area}.",
        )
    return None


@veto(
    "card-invalid",
    "执法证件过期或者没有",
    "an enforcement card has expired or there is none",
    "procedure.card_shown",
    Text("由持有效证件的人员重新调查取证。", "Officers with valid cards take the evidence again."),
)
def card_invalid(checked: Checked) -> Text | None:
    """Every officer's card was valid on the last day that evidence was taken."""
    file = checked.file
    day = max((item.taken_on for item in file.evidence), default=file.found_on)
    bad = [
        officer.person
        for officer in file.officers
        if not officer.card_no.strip() or officer.card_until is None or officer.card_until < day
    ]
    if not bad:
        return None
    return Text(
        f"{'、'.join(bad)} 在 {day} 没有有效的执法证件。", f"{', '.join(bad)} had no valid card on {day}."
    )


@veto(
    "too-few-officers",
    "执法人员不足法定人数",
    "fewer officers than the law asks for",
    "procedure.officers",
    Text("补足执法人员后重新调查取证。", "Take the evidence again with enough officers."),
)
def too_few_officers(checked: Checked) -> Text | None:
    """As many different people as the law asks for."""
    least, there = checked.of_decision.integer("procedure.officers"), len(checked.file.investigators)
    if there >= least:
        return None
    return Text(f"执法人员 {there} 人，应有 {least} 人以上。", f"{there} officers; the law asks for {least}.")


@veto(
    "reviewer-investigated",
    "调查人员同时担任审查人员",
    "an investigator reviewed the case",
    "procedure.reviewer_apart",
    Text("由未参加调查的人员重新审查。", "Somebody who did not investigate reviews it again."),
)
def reviewer_investigated(checked: Checked) -> Text | None:
    """Neither the review nor the hearing lies with who investigated."""
    file = checked.file
    both = {file.reviewer, file.hearing.chair if file.hearing else ""} & file.investigators
    if not both:
        return None
    names = sorted(both)
    return Text(f"{'、'.join(names)} 参加了调查。", f"{', '.join(names)} took part in the investigation.")


@veto(
    "party-name-differs",
    "各文书当事人名称不一致",
    "the papers name the party differently",
    "procedure.facts_proven",
    Text(
        "核对营业执照或者身份证件，更正文书后重新送达。",
        "Compare the licence or identity card, mend, serve again.",
    ),
)
def party_name_differs(checked: Checked) -> Text | None:
    """Every paper names the party as the case does."""
    file = checked.file
    odd = [paper for paper in file.papers if paper.party != file.party]
    if not odd:
        return None
    said = "；".join(f"{paper.name}：{paper.party}" for paper in odd)
    return Text(f"当事人为 {file.party}，{said}。", f"The party is {file.party}, but {said}.")


@veto(
    "wrong-party",
    "处罚对象与证据中的违法主体不同",
    "the punished party is not the one in the evidence",
    "procedure.facts_proven",
    Text(
        "查明违法主体；对象错误的撤销案件另行立案。",
        "Find out who did it; drop a case against another party.",
    ),
)
def wrong_party(checked: Checked) -> Text | None:
    """Some evidence concerns the party, and no fact rests only on evidence about somebody else."""
    file = checked.file
    about = {item.about for item in file.evidence}
    if file.party in about or not about:
        return None
    return Text(
        f"证据涉及 {'、'.join(sorted(about))}，没有 {file.party}。",
        f"The evidence concerns {', '.join(sorted(about))}, not {file.party}.",
    )


def _lies_in(place: str, area: str) -> bool:
    stem = area
    while stem.endswith("00"):
        stem = stem[:-2]
    return place.startswith(stem)
