"""What the calls about matters read and answer."""

from __future__ import annotations

from datetime import date, datetime

from ninja import Schema

from imloop.api.http.given import Day, Moment, Typed
from imloop.api.http.schemas import (
    DAY,
    NUMBER,
    TEXT,
    JsonObject,
    KeptFileOut,
    example,
    fields,
    in_json,
    several,
)
from imloop.exchange.uploads.decode_application import Subject


class StepIn(Schema):
    model_config = example(step="accept", fields={})

    step: str
    fields: dict[str, Typed] = {}


class MeasureIn(Schema):
    model_config = example(
        kind="suspension",
        party="450203001",
        fields={"ground": "false_report", "findings": "三次检验的曲线逐点相同。", "evidence": "检验编号清单"},
    )

    kind: str
    party: str = ""
    vin: str = ""
    plate: str = ""
    fields: dict[str, Typed] = {}
    finding: int | None = None


_WORDS = ["place", "uscc", "name", "legal_person", "address", "phone", "complaint_phone", "opening_hours"]
_SPAN = {"since": DAY, "until": DAY}
APPLICATION = in_json(
    fields(
        ["subject", *_WORDS],
        schema={"const": "imloop.application/1"},
        subject={"enum": [str(subject) for subject in Subject]},
        **dict.fromkeys(_WORDS, TEXT),
        account=TEXT,
        longitude=NUMBER,
        latitude=NUMBER,
        lines=several(fields(["code", "methods"], code=TEXT, methods=several(TEXT), equipment=several({}))),
        staff=several(fields(["name", "role"], name=TEXT, role=TEXT, licence_no=TEXT, qualified_until=DAY)),
        certificates=several(
            fields(["kind", "number", *_SPAN], kind=TEXT, number=TEXT, issuer=TEXT, **_SPAN)
        ),
        capability=several(TEXT),
        brands=several(TEXT),
        conditions={
            "type": "object",
            "description": "by the codes of ``public/conditions``",
            "additionalProperties": fields([], holds={"type": "boolean"}, evidence=TEXT),
        },
    ),
    schema="imloop.application/1",
    subject="mstation",
    name="柳州市鹅山汽车维修有限公司",
    place="450204",
    uscc="91450200MA5KABCD12",
    legal_person="何志强",
    address="柳南区鹅山路8号",
    phone="0772-5550199",
    complaint_phone="0772-12328",
    opening_hours="每天 08:00–18:00",
    staff=[{"name": "覃师傅", "role": "technician"}],
    certificates=[{"kind": "filing", "number": "BA-0001", "since": "2025-01-01", "until": "2028-01-01"}],
    capability=["gasoline", "O2S"],
    conditions={"filed": {"holds": True, "evidence": "备案证明"}},
)
"""What an applicant hands in; every condition of ``public/conditions`` must be confirmed."""


class ConditionOut(Schema):
    code: str
    text: str
    text_en: str
    cite: str


class ConditionsOut(Schema):
    conditions: list[ConditionOut]


class MatterLineOut(Schema):
    """``party`` null: none is registered yet, or a vehicle is concerned; ``late``: a department is late; ``office``:
    code of the department in charge; ``assigned_to``: the account that goes on with it."""

    matter_no: str
    kind: str
    kind_name: str
    title: str
    party: str | None
    state: str
    state_name: str
    opened_at: datetime
    closed_at: datetime | None
    due_on: date | None
    late: bool
    office: str
    assigned_to: str


class MattersOut(Schema):
    matters: list[MatterLineOut]


class MatterEventOut(Schema):
    """``before`` empty: it opened the matter."""

    number: int
    step: str
    at: datetime
    actor: str
    before: str
    after: str
    data: JsonObject


class AttachmentOut(KeptFileOut):
    media_type: str


class FieldOut(Schema):
    """``shape``: words day choice count money; ``choices``: codes, empty where it is no choice."""

    name: str
    label: str
    shape: str
    required: bool
    choices: list[str]


class StepOut(Schema):
    """A step that is the caller's to take, with the fields it wants. ``aside``: it does not move the matter on."""

    step: str
    name: str
    name_en: str
    aside: bool
    fields: list[FieldOut]


class ClockOut(Schema):
    """``of_party``: it runs for the party; ``due_on`` counts on from ``paused_on`` where it stands still."""

    name: str
    label: str
    started_on: date
    due_on: date
    of_party: bool
    paused_on: date | None
    extended: int
    ended_on: date | None
    late: bool


class RequirementOut(Schema):
    """What the party must put right. ``met_on`` null: not accepted as met."""

    number: int
    words: str
    clause: str
    due_on: date
    met_on: date | None
    proof: str
    late: bool


class EvidenceIn(Schema):
    model_config = example(kind="test", reference="450203001/T20261130001", words="曲线与另一车逐点相同")

    kind: str
    reference: str
    sha256: str = ""
    words: str = ""


class EvidenceOut(Schema):
    """``reference``: a number, or a video's address; ``sha256``: of the bytes it stands for."""

    kind: str
    reference: str
    sha256: str
    words: str


class MatterLinkOut(Schema):
    """``kind``: merged opened_from twin; ``back``: the other matter points here."""

    kind: str
    matter_no: str
    title: str
    back: bool


class MatterOut(MatterLineOut):
    """``form``: what an applicant filled in; null where there is none. ``penalty``: of a penalty case, to departments:
    range, lines of the discretion, the checks of the file, serious counter, account."""

    facts: JsonObject
    form: JsonObject | None
    clocks: list[ClockOut]
    requirements: list[RequirementOut]
    evidence: list[EvidenceOut]
    links: list[MatterLinkOut]
    penalty: JsonObject | None
    events: list[MatterEventOut]
    attachments: list[AttachmentOut]
    steps: list[StepOut]


class AppliedOut(MatterOut):
    """``token``: the applicant's key to this matter."""

    token: str


class AccessKeyOut(Schema):
    key: str


class DecisionOut(Schema):
    """A published decision, without anything personal. ``reasons`` may be empty."""

    on: date
    matter_no: str
    kind: str
    kind_name: str
    step: str
    step_name: str
    party: str | None
    name: str
    address: str
    phone: str
    decision_no: str | None
    since: date | None
    until: date | None
    reasons: str


class DecisionsOut(Schema):
    decisions: list[DecisionOut]


class CopyOut(Schema):
    """What a department told another of. ``number`` names the copy; ``of``: matter test repair trace_back finding;
    ``late``: unanswered past its day."""

    number: int
    of: str
    reference: str
    title: str
    sent_by: str
    to: str
    wanted: str
    sent_at: datetime
    answer_due: date
    late: bool
    received_at: datetime | None
    answer: str
    answered_at: datetime | None


class CopiesOut(Schema):
    copies: list[CopyOut]


class CopyFileOut(Schema):
    name: str
    sha256: str


class WholeCopyOut(CopyOut):
    """``shown``: what it said when it was sent, ``lines`` in words, ``record`` for machines; ``files``: by hash."""

    shown: JsonObject
    files: list[CopyFileOut]


class CopyIn(Schema):
    """``reference``: ``STATION/NUMBER`` of a test, ``SHOP/NUMBER`` of a repair, the number of a finding, of a matter
    (with its papers), or of a vehicle, whose way back it is, from ``at`` on; ``to``: code of a department."""

    model_config = example(
        of="test", reference="450203001/T20261130001", to="450200-market", wanted="请核查分析仪的检定证书"
    )

    of: str
    reference: str
    to: str
    wanted: str
    answer_by: Day | None = None
    at: Moment | None = None


class CopyAnswerIn(Schema):
    model_config = example(answer="已安排检查，仪器检定证书有效。")

    answer: str
