"""What the steps of a penalty case ask for."""

from __future__ import annotations

from imloop.facts.text import Text
from imloop.matters.fields import Field, Shape, Source
from imloop.matters.penalties.catalogue import PAYERS, VIOLATIONS
from imloop.matters.penalties.discretion import FACTORS, LEVELS
from imloop.matters.row import day, sentence

_YES = (("yes", Text("是", "yes")), ("no", Text("否", "no")))


def yes(name: str, zh: str, en: str, *, required: bool = False) -> Field:
    """A question; empty is no."""
    return Field(name, Text(zh, en), Shape.CHOICE, required, _YES)


def _count(name: str, zh: str, en: str) -> Field:
    return Field(name, Text(zh, en), Shape.COUNT, required=False)


def _money(name: str, zh: str, en: str) -> Field:
    return Field(name, Text(zh, en), Shape.MONEY, required=False)


def _person(name: str, zh: str, en: str, *, required: bool = True) -> Field:
    return Field(name, Text(zh, en), Shape.CHOICE, required, source=Source.PEOPLE)


PARTY = sentence("party_name", "当事人名称（与证照一致）", "the party, as its licence names it")
PARTY_AGAIN = sentence(
    "party_name", "当事人名称（不填同立案）", "the party (empty: as filed)", required=False
)
VIOLATION = Field(
    "violation",
    Text("违法行为", "violation"),
    Shape.CHOICE,
    choices=tuple((code, row.name) for code, row in VIOLATIONS.items()),
)
PAYER = Field(
    "payer",
    Text("处罚对象", "who is to be fined"),
    Shape.CHOICE,
    choices=tuple((payer.value, name) for payer, name in PAYERS.items()),
)
IS_PERSON = yes("is_person", "当事人是公民", "the party is a natural person")
ACTED_ON = day(
    "acted_on", "违法行为日期（连续的填终了之日）", "day of the act, or the last of one that went on"
)
FOUND_ON = day("found_on", "发现日期", "found on")
FINDINGS = sentence(
    "findings",
    "违法事实（每行一项，末尾用〔证据序号〕标明证据）",
    "facts, one a line, each ending with the numbers of its evidence in 〔 〕",
)
TWIN = sentence(
    "twin",
    "同案另一当事人的案件编号",
    "number of the case against another party to the same act",
    required=False,
)
OPENED = (PARTY, IS_PERSON, VIOLATION, PAYER, ACTED_ON, FOUND_ON, FINDINGS, TWIN)

SERIOUS = (
    ("vehicles", Text("涉及车辆达到规定的数量", "as many vehicles as the rule names")),
    ("again", Text("两年内再次违法", "again within two years")),
    ("crime", Text("构成犯罪", "a crime")),
    ("impact", Text("造成重大影响", "major impact")),
    ("other_law", Text("其他依法属于情节严重的", "others that a law names")),
)
COUNTED = (
    Field(
        "variant",
        Text("燃料（逾期复检）", "fuel (overdue retest)"),
        Shape.CHOICE,
        False,
        (("diesel", Text("柴油", "diesel")), ("other", Text("其他", "other"))),
    ),
    _count("vehicles", "涉及车辆、机械数", "vehicles or machines"),
    _money("gains", "违法所得（元）", "illegal gains, yuan"),
    _money("goods", "货值金额（元）", "value of the goods, yuan"),
    _money("charge", "违法收费（元）", "unlawful charge, yuan"),
    yes("serious", "情节严重", "a serious case"),
    Field("serious_ground", Text("情节严重的情形", "why it is serious"), Shape.CHOICE, False, SERIOUS),
    yes("uncorrected", "责令改正后拒不改正", "ordered to put it right, and did not"),
    yes("harm", "造成危害后果", "harm resulted"),
)
LEVEL_FIELDS = tuple(
    Field(
        f"level_{name}",
        Text(f"裁量：{label.zh}", f"discretion: {label.en}"),
        Shape.CHOICE,
        False,
        tuple(LEVELS.items()),
    )
    for name, label in FACTORS.items()
)
MITIGATIONS = (
    ("harm_removed", Text("主动消除或者减轻危害后果", "removed or lessened the harm")),
    ("coerced", Text("受他人胁迫、诱骗", "coerced or lured by others")),
    ("confessed", Text("主动供述未掌握的违法行为", "confessed what was not known")),
    ("merit", Text("有立功表现", "helped to find others")),
    ("other_law", Text("其他依法从轻、减轻的", "others that a law names")),
)
ADJUSTED = (
    _count("heavier", "从重（百分比）", "aggravated by, percent"),
    _count("lighter", "从轻（百分比）", "lightened by, percent"),
    _count("mitigate", "减轻（最低额的百分比）", "mitigated by, percent of the least"),
    Field("mitigated_by", Text("减轻情形", "ground that mitigates"), Shape.CHOICE, False, MITIGATIONS),
)
FINE = _count("fine", "罚款（元，不填按裁量表）", "fine in yuan (empty: as the table says)")
DEPARTURE = sentence("departure", "不按裁量表的理由", "why the fine departs from the table", required=False)
OFFICERS = (
    _person("officer_a", "执法人员一", "first officer"),
    sentence("card_a", "执法证号一", "number of the first card"),
    day("card_a_until", "执法证一有效期至", "first card valid until"),
    _person("officer_b", "执法人员二", "second officer"),
    sentence("card_b", "执法证号二", "number of the second card"),
    day("card_b_until", "执法证二有效期至", "second card valid until"),
)
ON_THE_SPOT = (
    sentence("acted_where", "违法地点", "where"),
    sentence("proof", "证据", "evidence"),
    *OFFICERS[:3],
    _person("officer_b", "执法人员二", "second officer", required=False),
    sentence("card_b", "执法证号二", "number of the second card", required=False),
    day("card_b_until", "执法证二有效期至", "second card valid until", required=False),
    yes(
        "told",
        "已出示证件，告知拟处罚内容、事实、理由、依据和权利",
        "cards shown; told what is intended, why, by which law, and its rights",
        required=True,
    ),
    sentence(
        "said", "当事人的陈述、申辩（没有的不填）", "what the party said (empty: nothing)", required=False
    ),
)
PROOF = (
    yes("sampled", "有抽样证据", "there are samples"),
    sentence("sampling", "抽样记录编号", "number of the sampling record", required=False),
    yes("tested", "有监测、检验、鉴定结果", "there are results of tests or experts"),
    day("told_on", "结果告知当事人日期", "results told to the party on", required=False),
)
LEVELS_WHY = sentence("levels_why", "各项裁量等次的理由", "why these levels of discretion", required=False)
REPORTED = (*OFFICERS, FINDINGS, *COUNTED, *LEVEL_FIELDS, LEVELS_WHY, *ADJUSTED, FINE, DEPARTURE, *PROOF)

COMPLEX = (
    yes("complex", "案情疑难复杂或者涉及多个法律关系", "complex, or several laws"),
    yes("public_interest", "涉及重大公共利益", "great public interest"),
)
COMPARED = yes(
    "compared",
    "引用条款和数额已与公布文本逐字核对",
    "clauses and amounts compared with the published text",
    required=True,
)
HOW = Field(
    "how",
    Text("送达方式", "how it was served"),
    Shape.CHOICE,
    choices=(
        ("direct", Text("直接送达", "in person")),
        ("left", Text("留置送达", "left there")),
        ("mail", Text("邮寄送达", "by mail")),
        ("electronic", Text("电子送达（当事人书面同意）", "electronically, with written consent")),
        ("publication", Text("公告送达", "by publication")),
    ),
)
SERVED = (day("served_on", "送达日期", "served on"), HOW)
NOTIFIED = (
    *SERVED,
    day("answer_until", "告知书写明的陈述、申辩、听证截止日", "last day to answer, as the notice says"),
    Field(
        "rights",
        Text("告知的权利", "rights that it names"),
        Shape.CHOICE,
        choices=(
            ("all", Text("陈述、申辩、听证", "to state, to defend, to be heard")),
            ("two", Text("陈述、申辩", "to state, to defend")),
        ),
    ),
    FINE,
    PARTY_AGAIN,
    COMPARED,
)
WAIVED = (
    yes(
        "all_waived", "同时放弃陈述、申辩，可以不等期限届满", "waives stating its case, too; no need to wait"
    ),
)
STATED = (
    sentence("statement", "陈述、申辩意见", "statement"),
    yes("no_fault", "提交没有主观过错的证据", "brings evidence of no fault"),
)
WEIGHED = (sentence("weighed", "复核意见（采纳与否和理由）", "whether it is accepted, and why"),)
ANNOUNCED = (
    day("announced_on", "通知听证的日期", "hearing announced on"),
    day("hearing_on", "举行听证的日期", "hearing to be held on"),
    sentence("hearing_at", "听证时间、地点", "hour and place"),
    _person("chair", "听证主持人", "chair"),
)
HEARD = (
    day("announced_on", "通知听证的日期", "hearing announced on"),
    day("held_on", "听证日期", "held on"),
    _person("chair", "听证主持人", "chair"),
    sentence("record", "听证笔录摘要", "summary of the record"),
)
LEGAL = (
    yes("passed_review", "法制审核通过", "the legal review is passed", required=True),
    sentence("opinion", "审核意见", "opinion"),
)
DISCUSSED = (
    day("discussed_on", "集体讨论日期", "discussed on"),
    _person("voter_1", "表决人员一", "voter 1"),
    _person("voter_2", "表决人员二", "voter 2"),
    _person("voter_3", "表决人员三", "voter 3", required=False),
    _person("voter_4", "表决人员四", "voter 4", required=False),
    _person("voter_5", "表决人员五", "voter 5", required=False),
    sentence("conclusion", "讨论结论", "conclusion"),
    FINE,
    DEPARTURE,
)
CLAUSES = (
    sentence(
        "forbidden_by",
        "违反的条款（不填按法律数据）",
        "clause broken (empty: by the law's data)",
        required=False,
    ),
    sentence(
        "punished_by",
        "处罚依据（不填按法律数据）",
        "clause that punishes (empty: by the law's data)",
        required=False,
    ),
)
PAID_FOR = Field(
    "paid_for",
    Text("缴纳项目（不填的先抵罚款，再抵加处罚款）", "for what (empty: the fine, then its surcharge)"),
    Shape.CHOICE,
    False,
    (
        ("fine", Text("罚款", "fine")),
        ("surcharge", Text("加处罚款", "surcharge")),
        ("gains", Text("没收的违法所得", "confiscated gains")),
    ),
)
PAID = (
    day("paid_on", "缴款日期", "paid on"),
    PAID_FOR,
    Field("amount", Text("金额（元）", "amount in yuan"), Shape.MONEY),
    sentence("receipt_no", "票据号", "number of the receipt"),
)
PUT_OFF = (
    day("pay_until", "延期、分期缴纳至", "to be paid by"),
    sentence("reason", "理由", "reason"),
)
NO_PENALTY = Field(
    "spared",
    Text("不予处罚的情形", "why nothing is imposed"),
    Shape.CHOICE,
    choices=(
        (
            "slight_corrected_harmless",
            Text("轻微、及时改正且没有危害后果", "slight, put right, and without harm"),
        ),
        ("no_fault", Text("没有主观过错", "no fault")),
        ("first_slight_corrected", Text("初次、轻微并及时改正", "the first time, slight and put right")),
        ("time_barred", Text("超过处罚时效", "too late to be punished")),
        ("not_proven", Text("违法事实不能成立", "the facts are not proven")),
    ),
)
