"""What the papers that a party gets say, section by section: facts, evidence, basis, rights, how it was heard, how to
pay, how to contest."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

from imloop.facts.days import day_of
from imloop.facts.places import full_name
from imloop.law.acts import WHY
from imloop.matters import Step
from imloop.matters.fields import Field
from imloop.matters.matter import Act
from imloop.matters.penalties import clocks
from imloop.matters.penalties.account import GAINS, Account, account_of
from imloop.matters.penalties.as_file import day_in, facts_in, fine_of, range_of
from imloop.matters.penalties.catalogue import ALSO, VIOLATIONS
from imloop.matters.penalties.fields import HOW, MITIGATIONS, SERIOUS
from imloop.papers.words import in_capitals, long_date
from imloop.steps.ground import registers
from imloop.steps.matters.kept.address import token_of
from imloop.steps.matters.kept.keep_step import office_of
from imloop.steps.matters.penalties.papers import NAMES, Made, PaperKind

Section = tuple[str, list[str]]


def number_of(kind: PaperKind, made: Made) -> str:
    facts = made.fact.facts
    if kind is PaperKind.FILING:
        return str(facts.get("file_no") or "")
    if kind in (PaperKind.DECISION, PaperKind.DECISION_RECEIPT, PaperKind.DEMAND):
        return str(facts.get("decision_no") or facts.get("form_no") or "")
    return made.row.matter_no


def facts_of(made: Made) -> Section:
    facts = made.fact.facts
    what = VIOLATIONS[str(facts["violation"])].name.zh
    lines = [
        f"{number}. {fact}" for number, (fact, _) in enumerate(facts_in(str(facts.get("findings") or "")), 1)
    ]
    acted, where = day_in(facts, "acted_on"), str(facts.get("acted_where") or "")
    return f"违法事实：{what}", [
        f"违法行为发生（终了）于 {long_date(acted)}{f'，{where}' if where else ''}。" if acted else "",
        *lines,
    ]


def evidence_of(made: Made) -> Section:
    facts = made.fact.facts
    named = {number for _, numbers in facts_in(str(facts.get("findings") or "")) for number in numbers}
    lines = [
        f"〔{each.number}〕{each.name}，{each.taken_on} 取得（SHA-256 {each.sha256[:16]}…）"
        for each in made.fact.exhibits
        if each.number in named
    ]
    if facts.get("proof"):
        lines.append(str(facts["proof"]))
    return "证据", lines or ["无。"]


def basis_of(made: Made, verb: str) -> Section:
    """Which law, of which day and why; from where to where; how much; what goes with it."""
    found = range_of(made.fact.facts, made.law)
    if found is None:
        return "依据", ["法律没有对此规定处罚。"]
    facts = made.fact.facts
    fine = fine_of(facts, made.law)
    also = "、".join(ALSO[each].zh for each in found.also if each != "gains")
    forbidden = str(facts.get("forbidden_by") or found.forbidden_by)
    punished = str(facts.get("punished_by") or found.punished_by)
    spread = f"{found.least} 元" if found.is_fixed else f"{found.least} 元以上 {found.most} 元以下"
    lines = [
        f"上述行为违反了{forbidden}。依据{punished}（罚款 {spread}，{found.counted.zh}），{verb}：",
        f"罚款人民币 {fine} 元（大写：{in_capitals(fine)}）。",
        *_gains(made, taken="gains" in found.also),
    ]
    if also:
        lines.append(f"该条款另规定：{also}；由有权机关依法另行决定。")
    lines.append(f"适用的法律：{long_date(found.on)}有效的文本（{WHY[found.why].zh}）。")
    return "处罚依据和内容", [*lines, *_weighed(made)]


def _gains(made: Made, *, taken: bool) -> list[str]:
    gains = str(made.fact.facts.get("gains") or "")
    if not taken:
        return []
    return [f"没收违法所得人民币 {gains} 元。" if gains else "没有查明违法所得，不予没收。"]


def _weighed(made: Made) -> list[str]:
    """What made it graver or milder, and why it departs from the table."""
    facts, lines = made.fact.facts, []
    if facts.get("serious") == "yes":
        why = next((label.zh for code, label in SERIOUS if code == facts.get("serious_ground")), "")
        cite = made.law.cite("serious.vehicles") if made.law.get("serious.vehicles") else ""
        count = f"，涉及 {facts['vehicles']} 辆" if facts.get("vehicles") else ""
        lines.append(f"属于情节严重：{why}{count}（{cite}）。")
    if facts.get("mitigated_by"):
        why = next((label.zh for code, label in MITIGATIONS if code == facts["mitigated_by"]), "")
        lines.append(f"具有法定减轻情形（{why}），在最低额以下处罚。")
    if facts.get("levels_why"):
        lines.append(f"裁量等次的理由：{facts['levels_why']}")
    if facts.get("departure"):
        lines.append(f"未按裁量表确定数额的理由：{facts['departure']}")
    return lines


def _door(made: Made) -> str:
    """Where the party answers: by its log-in, or by the secret address of who has none."""
    if made.row.party is not None:
        return f"登录 {settings.BASE_URL} 在事项 {made.row.matter_no} 中"
    token = token_of(made.row)
    return f"打开 {settings.BASE_URL}/m/{token}" if token else "打开原告知书载明的地址"


def notice(made: Made) -> list[Section]:
    data = made.event.data
    until, heard = day_in(data, "answer_until"), data.get("rights") == "all"
    rights = "陈述、申辩，并要求举行听证" if heard else "陈述、申辩"
    door = _door(made)
    return [
        facts_of(made),
        evidence_of(made),
        basis_of(made, "本机关拟对你（单位）作出如下处罚"),
        (
            "你（单位）的权利",
            [
                f"依据{made.law.cite('matter.notice_first')}，你（单位）有权{rights}。",
                f"请在 {long_date(until)}以前（含当日）提出（自收到本告知书的次日起五个工作日）；逾期视为放弃。"
                if until
                else "",
                f"书面意见送本机关，或者{door}提出；口头意见由本机关记录。",
                f"本机关会复核你（单位）的意见，不因陈述、申辩而加重处罚（{made.law.cite('procedure.answers_weighed')}）。",
            ],
        ),
    ]


def hearing_notice(made: Made) -> list[Section]:
    data = made.event.data
    on = day_in(data, "hearing_on")
    return [
        (
            "听证",
            [
                f"你（单位）就本案要求听证。本机关定于 {long_date(on)} {data.get('hearing_at')} 公开举行"
                "（涉及国家秘密、商业秘密或者个人隐私的除外）。"
                if on
                else "",
                f"主持人：{name(data.get('chair'))}（不是本案调查人员）。认为主持人与本案有直接利害关系的，可以申请回避。",
                "你（单位）可以亲自参加，也可以委托一至二人代理；无正当理由不出席或者中途退出的，视为放弃。",
                f"依据：{made.law.cite('matter.hearing_notice_days')}。",
            ],
        )
    ]


def hearing_record(made: Made) -> list[Section]:
    data = made.event.data
    announced, held = day_in(data, "announced_on"), day_in(data, "held_on")
    where = str(made.fact.facts.get("hearing_at") or "")
    return [
        (
            "听证",
            [
                f"{long_date(announced)}通知，{long_date(held)} {where} 举行。主持人：{name(data.get('chair'))}。"
                if announced and held
                else ""
            ],
        ),
        ("笔录", [str(data.get("record") or "")]),
        ("核对", ["笔录交参加人核对，有遗漏或者差错的当场补正后签字；拒绝签字的由主持人注明。"]),
    ]


def decision(made: Made) -> list[Section]:
    law, facts = made.law, made.fact.facts
    spot = made.event.kind == Step.DECIDE_ON_THE_SPOT
    return [
        facts_of(made),
        evidence_of(made),
        ("告知和答辩", _told_on_the_spot(made)) if spot else ("告知和答辩", _answers(made)),
        basis_of(made, "本机关决定对你（单位）作出如下处罚"),
        *([("理由", [str(facts["reasons"])])] if facts.get("reasons") else []),
        (
            "履行方式和期限",
            [
                "已当场收缴，另附票据。"
                if facts.get("cash") == "yes"
                else "自收到本决定书之日起十五日内到指定的银行或者通过电子支付系统缴纳，不得交给办案人员。",
                *([] if facts.get("cash") == "yes" else [_where_to_pay(made)]),
                f"逾期不缴的，每日按罚款数额的百分之三加处罚款，加处的数额不超过罚款的数额（{law.cite('procedure.surcharge_percent')}）。",
                "确有困难需要延期、分期缴纳的，可以在期限内书面申请。",
            ],
        ),
        ("救济途径", _remedies(made, spot=spot)),
    ]


def _told_on_the_spot(made: Made) -> list[str]:
    """What the officers said before they decided, and who they were."""
    facts = made.fact.facts
    shown = [
        f"{name(facts[f'officer_{each}'])}（执法证 {facts.get(f'card_{each}')}）"
        for each in ("a", "b")
        if facts.get(f"officer_{each}")
    ]
    return [
        f"执法人员 {'、'.join(shown)} 出示证件，当场告知拟处罚的内容、事实、理由、依据和陈述、申辩的权利。"
        if shown
        else "",
        f"当事人陈述、申辩：{facts.get('said') or '没有提出'}。",
    ]


def _where_to_pay(made: Made) -> str:
    account = registers.any_party(office_of(made.row)).account
    return f"收款账户：{account}。" if account else "收款银行和账户：________________________"


def _remedies(made: Made, *, spot: bool) -> list[str]:
    """Where, within how long, by which clause; of what was decided on the spot the review comes first."""
    law = made.law
    organ = f"{full_name(registers.any_party(office_of(made.row)).place)}人民政府"
    within = f"自收到本决定书之日起六十日内向{organ}申请行政复议"
    cited = f"（{law.cite('matter.in_force_days')}、{law.cite('review.organ')}）"
    months = f"六个月内直接向有管辖权的人民法院起诉（{law.cite('procedure.sue_months')}）"
    days = f"收到复议决定书之日起十五日内向有管辖权的人民法院起诉（{law.cite('procedure.sue_after_review_days')}）"
    first = (
        f"不服本决定的，应当先申请行政复议（{law.cite('review.before_court')}）：{within}{cited}；对复议决定不服的，自{days}。"
        if spot
        else f"不服本决定的，可以{within}{cited}，也可以自收到本决定书之日起{months}；经复议仍不服的，自{days}。"
    )
    return [
        first,
        "复议、诉讼期间本决定不停止执行，法律另有规定的除外。逾期不申请复议、不起诉又不履行的，本机关将申请人民法院强制执行。",
    ]


def _answers(made: Made) -> list[str]:
    """How the party was told, what it answered, what became of it, who looked at it besides."""
    heard = made.fact.facts.get("rights") == "all"
    return [line for act in made.fact.acts for line in _of_act(act, heard=heard)]


def _of_act(act: Act, *, heard: bool) -> list[str]:
    on, values = long_date(act.day), act.values
    match act.step:
        case Step.NOTIFY:
            served = day_in(values, "served_on")
            return [f"{long_date(served)}送达事先告知书。" if served else ""]
        case Step.HOLD_HEARING:
            held = day_in(values, "held_on")
            return [f"{long_date(held)}举行了听证。" if held else ""]
        case Step.WAIVE_HEARING:
            what = "陈述、申辩和听证" if values.get("all_waived") == "yes" and heard else "听证"
            return [f"{on}当事人书面放弃{what if heard else '陈述、申辩'}。"]
        case Step.NO_HEARING_ASKED:
            return ["期限内没有要求听证。" if heard else "期限内没有提出意见。"]
        case Step.REVIEW_LEGALLY:
            return [f"{on}经法制审核。" if values.get("passed_review") == "yes" else ""]
        case Step.DISCUSS:
            held = day_in(values, "discussed_on") or act.day
            return [f"{long_date(held)}经本机关负责人集体讨论。"]
    plain = {
        Step.STATE: f"{on}当事人陈述、申辩：{values.get('statement')}",
        Step.WEIGH: f"复核意见：{values.get('weighed')}",
        Step.ASK_HEARING: f"{on}当事人要求听证。",
        Step.GIVE_UP_HEARING: f"{on}当事人放弃听证。",
    }
    return [plain[act.step]] if act.step in plain else []


def receipt(what: PaperKind) -> Callable[[Made], list[Section]]:
    def sections(made: Made) -> list[Section]:
        served = day_in(made.event.data, "served_on")
        how = choice(HOW, made.event.data.get("how"))
        last = clocks.pay_by(served, made.law) if served and what is PaperKind.DECISION else None
        return [
            ("送达文书", [f"{NAMES[what].zh}（{number_of(what, made)}）一份。"]),
            (
                "送达",
                [f"{long_date(served)}{how}，由 {name(made.fact.acts[-1].person)} 登记。" if served else ""],
            ),
            *([("缴款期限", [f"到 {long_date(last)}为止。"])] if last else []),
            ("备注", ["拒收的，写明事由和见证人，由送达人和见证人签字。"]),
        ]

    return sections


def demand(made: Made) -> list[Section]:
    law, on = made.law, day_in(made.event.data, "demanded_on")
    account = account_of(made.fact_with_fine, on, law) if on else None
    if on is None or account is None:
        return []
    return [
        (
            "催告",
            [
                f"你（单位）应当在 {long_date(account.due)}以前缴纳罚款 {account.fine} 元，至今没有缴清。",
                f"截至 {long_date(on)}：已缴 {account.paid} 元，逾期 {account.late} 日，"
                f"加处罚款 {account.surcharge} 元，应缴 {account.open} 元（大写：{in_capitals(account.open)}）。",
                *_open_gains(account),
                f"请自收到本催告书之日起十日内缴清（{law.cite('procedure.demand_days')}）；逾期不缴的，本机关将依法申请人民法院强制执行。",
                _where_to_pay(made),
                "收到本催告书后，你（单位）有权陈述、申辩。",
            ],
        )
    ]


def _open_gains(account: Account) -> list[str]:
    """What is taken has no surcharge."""
    still = account.open_of(GAINS)
    return (
        [f"没收的违法所得 {account.gains} 元，已缴 {account.gains_paid} 元，应缴 {still} 元。"]
        if still
        else []
    )


def choice(field: Field, code: object) -> str:
    return next((label.zh for key, label in field.choices if key == code), "")


def name(person: object) -> str:
    """What somebody is called; the account's name where it has none."""
    found = str(person or "")
    return registers.names_of([found]).get(found) or found


def decided_on(made: Made) -> str:
    return long_date(day_of(made.event.at))
