"""The way to the decision: notice, answers, hearing, discussion, legal review."""

from __future__ import annotations

from datetime import date

from imloop.facts.text import Text
from imloop.law.acts import Why
from imloop.matters.penalties.case_file import RIGHTS, File
from imloop.matters.penalties.checks.veto import Checked, veto
from imloop.matters.penalties.clocks import answer_by, hearing_from
from imloop.matters.penalties.limits import GRAVE


@veto(
    "rights-not-told",
    "未告知权利或者加重了告知的内容",
    "the party was not told its rights, or told of less",
    "matter.notice_first",
    Text(
        "重新告知拟作出的决定和陈述、申辩、听证的权利。",
        "Tell the party again what is intended and what it may do.",
    ),
)
def rights_not_told(checked: Checked) -> Text | None:
    """A notice was served, names every right there is, and no less than what is decided."""
    file, notice = checked.file, checked.file.notice
    if notice is None:
        return Text("没有送达告知书。", "No notice was served.")
    wanted = RIGHTS if checked.hearing_right else RIGHTS[:2]
    missing = [right for right in wanted if right not in notice.rights]
    if missing:
        names = {"state": "陈述", "defend": "申辩", "hear": "听证"}
        said = "、".join(names[right] for right in missing)
        return Text(f"告知书未告知：{said}。", f"The notice does not name: {', '.join(missing)}.")
    if file.fine > notice.fine:
        return Text(
            f"告知 {notice.fine} 元，决定 {file.fine} 元；不得因申辩而加重，加重应当重新告知。",
            f"{notice.fine} yuan in the notice, {file.fine} decided: an answer makes nothing worse; tell it anew.",
        )
    return None


@veto(
    "calendar-days",
    "把工作日按自然日计算",
    "working days were counted as calendar days",
    "procedure.counted_in_working_days",
    Text("按工作日重新计算期限，重新告知或者通知。", "Count working days, and give the notice again."),
)
def calendar_days(checked: Checked) -> Text | None:
    """The time to answer and the time before a hearing are the law's working days."""
    law, notice, hearing = checked.of_decision, checked.file.notice, checked.file.hearing
    if notice is not None and notice.answer_until < (last := answer_by(notice.served_on, law)):
        return Text(
            f"{notice.served_on} 送达，告知书写到 {notice.answer_until}，按工作日应到 {last}。",
            f"Served on {notice.served_on} the party has until {last}, not {notice.answer_until}.",
        )
    if hearing is None or hearing.announced_on is None or hearing.held_on is None:
        return None
    first = hearing_from(hearing.announced_on, law)
    if hearing.held_on >= first:
        return None
    return Text(
        f"{hearing.announced_on} 通知，听证最早为 {first}，不是 {hearing.held_on}。",
        f"Announced on {hearing.announced_on}, the hearing is on {first} at the earliest, not {hearing.held_on}.",
    )


@veto(
    "decided-too-early",
    "陈述申辩、听证期限未满即作出决定",
    "decided before the party's time was over",
    "matter.notified_days",
    Text("等期限届满，或者取得当事人放弃的书面意见。", "Wait, or have the party waive in writing."),
)
def decided_too_early(checked: Checked) -> Text | None:
    """The party's time is over, it waived it, or it was heard."""
    file, notice = checked.file, checked.file.notice
    if notice is None or file.waived_on is not None or (file.hearing and file.hearing.held_on):
        return None
    last = max(notice.answer_until, answer_by(notice.served_on, checked.of_decision))
    if file.decided_on > last:
        return None
    return Text(
        f"期限到 {last} 为止，{file.decided_on} 作出决定。",
        f"The time runs to {last}; decided {file.decided_on}.",
    )


@veto(
    "hearing-not-held",
    "当事人要求听证而未举行",
    "a hearing was asked for and not held",
    "matter.hearing_days",
    Text("举行听证，或者由当事人书面放弃。", "Hold the hearing, or have the party give it up in writing."),
)
def hearing_not_held(checked: Checked) -> Text | None:
    """Asked for within the time, by a party that may ask."""
    file, hearing = checked.file, checked.file.hearing
    if hearing is None or hearing.held_on is not None or hearing.given_up_on is not None:
        return None
    if not checked.hearing_right:
        return None
    if file.notice and hearing.asked_on > answer_by(file.notice.served_on, checked.of_decision):
        return None
    return Text(f"{hearing.asked_on} 要求听证，没有举行。", f"Asked for on {hearing.asked_on}, and not held.")


@veto(
    "not-discussed",
    "应当集体讨论而未讨论，或者当事人答辩后未再讨论",
    "not discussed, or not again after an answer",
    "procedure.discussion",
    Text("由负责人集体讨论决定，并记录。", "The heads discuss and decide it, with a record."),
)
def not_discussed(checked: Checked) -> Text | None:
    """What must be discussed was, after the party's last answer."""
    if not must_be_discussed(checked):
        return None
    file = checked.file
    last = max((each.held_on for each in file.discussions), default=None)
    if last is None:
        return Text("没有集体讨论记录。", "There is no record of a discussion.")
    heard = max(_answers(file), default=last)
    if last >= heard:
        return None
    return Text(
        f"{last} 讨论，{heard} 当事人又提出意见，应当再次讨论。",
        f"Discussed on {last}; the party answered on {heard}: it is discussed again.",
    )


@veto(
    "investigators-voted",
    "调查人员参加了集体讨论的表决",
    "investigators voted",
    "procedure.discussion",
    Text("调查人员列席不表决，重新讨论。", "Discuss it again; investigators attend without a vote."),
)
def investigators_voted(checked: Checked) -> Text | None:
    """Who investigated has no vote."""
    file = checked.file
    both = sorted({voter for each in file.discussions for voter in each.voters} & file.investigators)
    if not both:
        return None
    return Text(f"{'、'.join(both)} 是调查人员，参加了表决。", f"{', '.join(both)} investigated, and voted.")


@veto(
    "no-legal-review",
    "应当法制审核而未审核，或者有新证据后未再审核",
    "no legal review, or none after new evidence",
    "procedure.legal_review_when",
    Text("提交法制审核，通过后再决定。", "Have it reviewed; decide once it has passed."),
)
def no_legal_review(checked: Checked) -> Text | None:
    """Where the law asks for one, the last one passed, after the last evidence and after the hearing."""
    file = checked.file
    if not must_be_reviewed(checked):
        return None
    reviews = sorted(file.legal_reviews, key=lambda review: review.reviewed_on)
    if not reviews or not reviews[-1].passed:
        return Text("没有通过法制审核。", "It has not passed a legal review.")
    last, newest = reviews[-1].reviewed_on, max(_new_since(file), default=None)
    if newest is None or last >= newest:
        return None
    return Text(
        f"{last} 审核，{newest} 又有新的证据或者听证，应当再次审核。",
        f"Reviewed on {last}; evidence or a hearing came on {newest}: it is reviewed again.",
    )


def must_be_discussed(checked: Checked) -> bool:
    """Complex or grave: a fine that may be heard, a grave kind, a serious case, a departure, a mitigation."""
    file, found = checked.file, checked.range
    departs = file.proposed is not None and file.fine != file.proposed
    below = found is not None and file.fine < found.least
    grave = bool(GRAVE & checked.also) or file.act.serious
    unsure = found is not None and found.why is Why.NOT_COMPARABLE
    return any((file.complex, departs, below, grave, unsure, checked.hearing_right))


def must_be_reviewed(checked: Checked) -> bool:
    """What the law names: great public interest, after a hearing, complex cases."""
    file, when = checked.file, checked.of_decision.words("procedure.legal_review_when")
    held = file.hearing is not None and file.hearing.held_on is not None
    holds = {"public_interest": file.public_interest, "after_hearing": held, "complex": file.complex}
    return any(holds.get(each, False) for each in when)


def _answers(file: File) -> list[date]:
    held = file.hearing.held_on if file.hearing else None
    return [*file.answered_on, *([held] if held else [])]


def _new_since(file: File) -> list[date]:
    held = file.hearing.held_on if file.hearing else None
    return [*(item.taken_on for item in file.evidence), *([held] if held else [])]
