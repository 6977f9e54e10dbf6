"""The papers of a penalty case: filing form, notice, hearing, discussion, decision, receipts, demand. In our own words;
each is made of what was kept at its step, so that it prints the same at any time."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.conf import settings

from imloop.facts.days import day_of
from imloop.matters import Step
from imloop.matters.fields import Field
from imloop.matters.penalties import clocks
from imloop.matters.penalties.account import account_of
from imloop.matters.penalties.as_file import day_in, facts_in, fine_of, proposal_of, range_of
from imloop.matters.penalties.catalogue import ALSO, VIOLATIONS
from imloop.matters.penalties.fields import HOW
from imloop.papers.press import print_pdf, template
from imloop.papers.words import in_capitals, long_date
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller
from imloop.steps.matters.attachments import the_matter
from imloop.steps.matters.kept.keep_step import office_of
from imloop.steps.matters.penalties.papers import NAMES, Made, PaperKind, paper
from imloop.steps.matters.roles import roles_in

Section = tuple[str, list[str]]
_VOTERS = ("voter_1", "voter_2", "voter_3", "voter_4", "voter_5")


def penalty_paper(caller: Caller, matter_no: str, kind: str) -> bytes:
    """The newest paper of a kind as PDF."""
    row = the_matter(caller=caller, matter_no=matter_no)
    made = paper(row, roles_in(caller, row), kind)
    wanted = PaperKind(kind)
    office = registers.any_party(office_of(made.row))
    on = day_of(made.event.at)
    content: dict[str, object] = {
        "office": office.name,
        "office_address": office.address,
        "office_phone": office.phone,
        "title": _title(wanted, made),
        "number": _number(wanted, made),
        "party": _party(made),
        "sections": [[heading, lines] for heading, lines in _SECTIONS[wanted](made)],
        "table": _table(wanted, made),
        "signs": list(_SIGNS[wanted]),
        "date": long_date(on),
        "foot": f"{made.row.matter_no} · 第 {made.event.number} 步 · 法律数据 {made.event.law_hash[:16]}",
    }
    return print_pdf(template(made.row.place, "penalty.typ", on), content, made.event.at)


def _title(kind: PaperKind, made: Made) -> str:
    if kind is PaperKind.DECISION and made.event.kind == Step.DECIDE_ON_THE_SPOT:
        return "当场行政处罚决定书"
    if kind is PaperKind.NOTICE and made.event.data.get("rights") == "all":
        return "行政处罚事先（听证）告知书"
    return NAMES[kind].zh


def _number(kind: PaperKind, made: Made) -> str:
    facts = made.fact.facts
    if kind is PaperKind.FILING:
        return str(facts.get("file_no") or "")
    if kind in (PaperKind.DECISION, PaperKind.DECISION_RECEIPT, PaperKind.DEMAND):
        return str(facts.get("decision_no") or facts.get("form_no") or "")
    return made.row.matter_no


def _party(made: Made) -> list[list[str]]:
    row, facts = made.row, made.fact.facts
    rows = [["当事人", str(facts.get("party_name") or row.title)]]
    if row.party is not None:
        rows += [
            ["统一社会信用代码", row.party.uscc],
            ["法定代表人", row.party.legal_person],
            ["地址", row.party.address],
        ]
    if row.vehicle is not None:
        rows += [["号牌", row.vehicle.plate], ["车辆识别代号", row.vehicle.vin]]
    return [[label, value] for label, value in rows if value]


def _facts(made: Made) -> Section:
    facts = made.fact.facts
    what = VIOLATIONS[str(facts["violation"])].name.zh
    lines = [
        f"{number}. {fact}" for number, (fact, _) in enumerate(facts_in(str(facts.get("findings") or "")), 1)
    ]
    acted = day_in(facts, "acted_on")
    return f"违法事实：{what}", [f"违法行为发生（终了）于 {long_date(acted)}。" if acted else "", *lines]


def _evidence(made: Made) -> Section:
    named = {
        number for _, numbers in facts_in(str(made.fact.facts.get("findings") or "")) for number in numbers
    }
    lines = [
        f"〔{each.number}〕{each.name}（SHA-256 {each.sha256[:16]}…）"
        for each in made.fact.exhibits
        if each.number in named
    ]
    return "证据", lines or ["无。"]


def _basis(made: Made, verb: str) -> Section:
    found = range_of(made.fact.facts, made.law)
    if found is None:
        return "依据", ["法律没有对此规定处罚。"]
    facts = made.fact.facts
    fine = fine_of(facts, made.law)
    gains = str(facts.get("gains") or "")
    also = "、".join(ALSO[each].zh for each in found.also if each != "gains")
    forbidden = str(facts.get("forbidden_by") or found.forbidden_by)
    punished = str(facts.get("punished_by") or found.punished_by)
    spread = f"{found.least} 元" if found.is_fixed else f"{found.least} 元以上 {found.most} 元以下"
    lines = [
        f"上述行为违反了{forbidden}。依据{punished}（罚款 {spread}，{found.counted.zh}），{verb}：",
        f"罚款人民币 {fine} 元（大写：{in_capitals(fine)}）。",
    ]
    if "gains" in found.also and gains:
        lines.append(f"没收违法所得人民币 {gains} 元。")
    if also:
        lines.append(f"该条款另规定：{also}；由有权机关依法另行决定。")
    if facts.get("mitigated_by"):
        lines.append("具有法定减轻情形，在最低额以下处罚。")
    if facts.get("departure"):
        lines.append(f"未按裁量表确定数额的理由：{facts['departure']}")
    return "处罚依据和内容", lines


def _table(kind: PaperKind, made: Made) -> list[list[str]]:
    """The discretion line by line, where a paper says an amount."""
    if kind not in (PaperKind.NOTICE, PaperKind.DECISION) or made.event.kind == Step.DECIDE_ON_THE_SPOT:
        return []
    proposal = proposal_of(made.fact.facts, made.law)
    if proposal is None:
        return []
    return [
        [line.words.zh, f"{float(line.percent):g}%", str(line.yuan), line.cite] for line in proposal.lines
    ]


def _filing(made: Made) -> list[Section]:
    facts, opened = made.fact.facts, made.fact.acts[0]
    found = day_in(facts, "found_on")
    return [
        _facts(made),
        (
            "线索",
            [
                f"{long_date(found)}发现，{long_date(opened.day)}由 {_name(opened.person)} 提出立案。"
                if found
                else ""
            ],
        ),
        ("审批", [f"{long_date(day_of(made.event.at))}由 {_name(made.fact.acts[-1].person)} 批准立案。"]),
        (
            "办案期限",
            [
                f"自立案之日起九十日内作出决定，即 {long_date(clocks.decide_by(day_of(made.event.at), made.law))}以前。"
            ],
        ),
    ]


def _notice(made: Made) -> list[Section]:
    data = made.event.data
    until, heard = day_in(data, "answer_until"), data.get("rights") == "all"
    rights = "陈述、申辩，并要求举行听证" if heard else "陈述、申辩"
    return [
        _facts(made),
        _evidence(made),
        _basis(made, "本机关拟对你（单位）作出如下处罚"),
        (
            "你（单位）的权利",
            [
                f"依据{made.law.cite('matter.notice_first')}，你（单位）有权{rights}。",
                f"请在 {long_date(until)}以前提出（自收到本告知书的次日起五个工作日）；逾期视为放弃。"
                if until
                else "",
                f"也可以打开 {settings.BASE_URL}/m/{made.row.token} 提出。" if made.row.party is None else "",
                f"本机关会复核你（单位）的意见，不因陈述、申辩而加重处罚（{made.law.cite('procedure.answers_weighed')}）。",
            ],
        ),
    ]


def _hearing_notice(made: Made) -> list[Section]:
    data = made.event.data
    on = day_in(data, "hearing_on")
    return [
        (
            "听证",
            [
                f"你（单位）就本案要求听证。本机关定于 {long_date(on)} {data.get('hearing_at')} 公开举行。"
                if on
                else "",
                f"主持人：{_name(data.get('chair'))}（不是本案调查人员）。认为主持人与本案有直接利害关系的，可以申请回避。",
                "你（单位）可以亲自参加，也可以委托一至二人代理；无正当理由不出席或者中途退出的，视为放弃。",
                f"依据：{made.law.cite('matter.hearing_notice_days')}。",
            ],
        )
    ]


def _hearing_record(made: Made) -> list[Section]:
    data = made.event.data
    announced, held = day_in(data, "announced_on"), day_in(data, "held_on")
    return [
        (
            "听证",
            [
                f"{long_date(announced)}通知，{long_date(held)}举行。主持人：{_name(data.get('chair'))}。"
                if announced and held
                else ""
            ],
        ),
        ("笔录", [str(data.get("record") or "")]),
        ("核对", ["笔录已交参加人核对，有遗漏或者差错的当场补正后签字；拒绝签字的由主持人注明。"]),
    ]


def _discussion(made: Made) -> list[Section]:
    data = made.event.data
    voters = "、".join(_name(data[name]) for name in _VOTERS if data.get(name))
    on = day_in(data, "discussed_on")
    return [
        _facts(made),
        ("讨论", [f"{long_date(on)}讨论，参加表决：{voters}。调查人员列席，不参加表决。" if on else ""]),
        ("结论", [str(data.get("conclusion") or "")]),
    ]


def _decision(made: Made) -> list[Section]:
    law, facts = made.law, made.fact.facts
    spot = made.event.kind == Step.DECIDE_ON_THE_SPOT
    first = "应当先申请行政复议" if spot else "可以申请行政复议，也可以直接起诉"
    cited = law.cite("review.before_court") if spot else law.cite("matter.in_force_days")
    return [
        _facts(made),
        _evidence(made),
        *([] if spot else [_answers(made)]),
        _basis(made, "本机关决定对你（单位）作出如下处罚"),
        *([("理由", [str(facts["reasons"])])] if facts.get("reasons") else []),
        (
            "履行方式和期限",
            [
                "已当场收缴，另附票据。"
                if facts.get("cash") == "yes"
                else "自收到本决定书之日起十五日内到指定的银行或者通过电子支付系统缴纳，不得交给办案人员。",
                f"逾期不缴的，每日按罚款数额的百分之三加处罚款，加处的数额不超过罚款的数额（{law.cite('procedure.surcharge_percent')}）。",
                "确有困难需要延期、分期缴纳的，可以在期限内书面申请。",
            ],
        ),
        (
            "救济途径",
            [
                f"不服本决定的，{first}：自收到之日起六十日内申请复议（{cited}），六个月内向人民法院起诉（{law.cite('procedure.sue_months')}）。",
                "复议、诉讼期间本决定不停止执行，法律另有规定的除外。逾期不申请复议、不起诉又不履行的，本机关将申请人民法院强制执行。",
            ],
        ),
    ]


def _answers(made: Made) -> Section:
    """How the party was told, what it answered and what became of it."""
    lines = []
    for act in made.fact.acts:
        if act.step is Step.NOTIFY:
            served = day_in(act.values, "served_on")
            lines.append(f"{long_date(served)}送达事先告知书。" if served else "")
        if act.step is Step.STATE:
            lines.append(f"{long_date(act.day)}当事人陈述、申辩：{act.values.get('statement')}")
        if act.step is Step.WEIGH:
            lines.append(f"复核意见：{act.values.get('weighed')}")
        if act.step is Step.HOLD_HEARING:
            held = day_in(act.values, "held_on")
            lines.append(f"{long_date(held)}举行了听证。" if held else "")
        if act.step in (Step.WAIVE_HEARING, Step.GIVE_UP_HEARING):
            lines.append(f"{long_date(act.day)}当事人放弃听证。")
        if act.step is Step.NO_HEARING_ASKED:
            lines.append("期限内没有要求听证。")
    return "告知和答辩", lines


def _receipt(what: PaperKind) -> Callable[[Made], list[Section]]:
    def sections(made: Made) -> list[Section]:
        served = day_in(made.event.data, "served_on")
        how = _choice(HOW, made.event.data.get("how"))
        last = clocks.pay_by(served, made.law) if served and what is PaperKind.DECISION else None
        return [
            ("送达文书", [f"{NAMES[what].zh}（{_number(what, made)}）一份。"]),
            ("送达", [f"{long_date(served)}{how}。" if served else ""]),
            *([("缴款期限", [f"到 {long_date(last)}为止。"])] if last else []),
            ("备注", ["拒收的，写明事由和见证人，由送达人和见证人签字。"]),
        ]

    return sections


def _demand(made: Made) -> list[Section]:
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
                f"请自收到本催告书之日起十日内缴清（{law.cite('procedure.demand_days')}）；逾期不缴的，本机关将依法申请人民法院强制执行。",
                "收到本催告书后，你（单位）有权陈述、申辩。",
            ],
        )
    ]


def _report(made: Made) -> list[Section]:
    data, facts, decided = made.event.data, made.fact_with_fine.facts, made.fact.acts[0]
    on = day_in(data, "reported_on")
    cash = "已当场收缴" if facts.get("cash") == "yes" else "自行缴纳"
    return [
        _facts(made),
        (
            "当场处罚",
            [
                f"{long_date(decided.day)}由 {_name(decided.person)} 当场作出，"
                f"决定书编号 {facts['form_no']}，罚款 {facts['decided_fine']} 元，{cash}。"
            ],
        ),
        (
            "备案",
            [
                f"{long_date(on)}报备，登记号 {data.get('record_no')}，由 {_name(made.fact.acts[-1].person)} 登记。"
                if on
                else "",
                f"依据：{made.law.cite('procedure.simple.report_days')}。",
            ],
        ),
    ]


def _choice(field: Field, code: object) -> str:
    return next((label.zh for key, label in field.choices if key == code), "")


def _name(person: object) -> str:
    """What somebody is called; the account's name where it has none."""
    name = str(person or "")
    return registers.names_of([name]).get(name) or name


_SECTIONS: Mapping[PaperKind, Callable[[Made], list[Section]]] = {
    PaperKind.FILING: _filing,
    PaperKind.NOTICE: _notice,
    PaperKind.NOTICE_RECEIPT: _receipt(PaperKind.NOTICE),
    PaperKind.HEARING_NOTICE: _hearing_notice,
    PaperKind.HEARING_RECORD: _hearing_record,
    PaperKind.DISCUSSION: _discussion,
    PaperKind.DECISION: _decision,
    PaperKind.DECISION_RECEIPT: _receipt(PaperKind.DECISION),
    PaperKind.DEMAND: _demand,
    PaperKind.REPORT: _report,
}
_SEAL = ("（机关印章）",)
_SIGNS: Mapping[PaperKind, tuple[str, ...]] = {
    PaperKind.FILING: ("承办人", "审批人"),
    PaperKind.NOTICE: _SEAL,
    PaperKind.NOTICE_RECEIPT: ("送达人", "受送达人", "见证人"),
    PaperKind.HEARING_NOTICE: _SEAL,
    PaperKind.HEARING_RECORD: ("主持人", "记录人", "当事人", "调查人员"),
    PaperKind.DISCUSSION: ("主持人", "参加人", "记录人"),
    PaperKind.DECISION: _SEAL,
    PaperKind.DECISION_RECEIPT: ("送达人", "受送达人", "见证人"),
    PaperKind.DEMAND: _SEAL,
    PaperKind.REPORT: ("执法人员", "登记人"),
}
