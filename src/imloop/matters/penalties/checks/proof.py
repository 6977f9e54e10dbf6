"""What is proven, and how it was proven."""

from __future__ import annotations

from imloop.facts.text import Text
from imloop.matters.penalties.checks.veto import Checked, veto
from imloop.matters.penalties.limits import is_time_barred


@veto(
    "facts-not-proven",
    "认定的事实与证据不符",
    "facts that the evidence does not prove",
    "procedure.facts_proven",
    Text("补充证据，或者删去没有证据的事实。", "Add evidence, or leave the fact out."),
)
def facts_not_proven(checked: Checked) -> Text | None:
    """Every fact rests on evidence about the party whose hash is kept."""
    file = checked.file
    if not file.facts:
        return Text("没有写明违法事实。", "No fact is stated.")
    proven = {fact for item in file.evidence if item.sha256 for fact in item.proves}
    bare = [fact for fact in file.facts if fact not in proven]
    if not bare:
        return None
    return Text(f"没有证据证明：{'；'.join(bare)}。", f"No evidence proves: {'; '.join(bare)}.")


@veto(
    "sampling-unlawful",
    "抽样没有合法的抽样记录",
    "a sample without a lawful sampling record",
    "procedure.sampling",
    Text("补正抽样记录；不能补正的，该证据不作为依据。", "Mend the record, or leave the sample out."),
)
def sampling_unlawful(checked: Checked) -> Text | None:
    """Every sample has its record."""
    bare = [item.name for item in checked.file.evidence if item.is_sample and not item.sampling.strip()]
    if not bare:
        return None
    return Text(f"{'、'.join(bare)} 没有抽样记录。", f"{', '.join(bare)}: no sampling record.")


@veto(
    "result-not-told",
    "监测、检验、鉴定结果未告知当事人",
    "the result of a test was not told to the party",
    "procedure.result_told",
    Text("告知结果并听取意见。", "Tell the result, and hear the party."),
)
def result_not_told(checked: Checked) -> Text | None:
    """Told before the decision."""
    day = checked.file.decided_on
    late = [
        item.name
        for item in checked.file.evidence
        if item.is_result and (item.told_on is None or item.told_on > day)
    ]
    if not late:
        return None
    return Text(f"{'、'.join(late)} 的结果未告知当事人。", f"The party was not told of {', '.join(late)}.")


@veto(
    "no-fault-not-weighed",
    "当事人没有过错的证据未审查",
    "evidence of no fault was not weighed",
    "choice.no_penalty",
    Text(
        "审查证据，在文书中写明采纳与否和理由。",
        "Weigh it, and say in the paper whether it was accepted and why.",
    ),
)
def no_fault_not_weighed(checked: Checked) -> Text | None:
    """What the party brought to show that it had no fault was weighed."""
    if not checked.file.no_fault_claimed or checked.file.no_fault_weighed:
        return None
    return Text(
        "当事人提交了没有主观过错的证据，未作审查。", "The party's evidence of no fault was not weighed."
    )


@veto(
    "time-barred",
    "超过处罚时效",
    "too late to be punished",
    "limitation.years",
    Text("不予处罚，终结案件。", "Impose nothing; end the case."),
)
def time_barred(checked: Checked) -> Text | None:
    """It was found within the years of the law."""
    file = checked.file
    law = checked.of_decision if checked.of_act.get("limitation.years") is None else checked.of_act
    if not is_time_barred(file.acted_on, file.found_on, file.harm, law):
        return None
    return Text(
        f"行为终了于 {file.acted_on}，{file.found_on} 才发现。",
        f"The act ended on {file.acted_on} and was found on {file.found_on}.",
    )
