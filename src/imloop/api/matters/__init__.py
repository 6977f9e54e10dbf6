"""Calls about matters: applications without an account, measures and their steps for departments and stations."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.http import HttpRequest, HttpResponse

from imloop.api.http.answers import as_file, as_json, as_pdf, body_of, file_of
from imloop.api.http.audience import EVERYONE
from imloop.api.http.auth import caller
from imloop.api.http.router import ATTACHED, PDF, Router
from imloop.api.http.schemas import KeptFileOut
from imloop.api.matters import complaints, copies
from imloop.api.matters.schemas import (
    APPLICATION,
    AccessKeyOut,
    AppliedOut,
    ConditionsOut,
    DecisionsOut,
    EvidenceIn,
    EvidenceOut,
    MatterOut,
    MattersOut,
    MeasureIn,
    StepIn,
)
from imloop.api.second_person import ProposalOut, done_or_proposed
from imloop.exchange.http.rate_limit import count_files, count_question
from imloop.exchange.reading import parse_json
from imloop.exchange.uploads.decode_application import decode_application
from imloop.facts.days import day_of
from imloop.facts.pictures import LARGEST
from imloop.facts.places import known_place
from imloop.matters import Role
from imloop.matters.stations.conditions import conditions
from imloop.papers.penalty_papers import penalty_paper
from imloop.steps.ground import clock, registers
from imloop.steps.ground.access import Caller
from imloop.steps.leads.attach_lead import add_to_file
from imloop.steps.leads.open_proceeding import open_from_lead
from imloop.steps.matters import lookups as matter_lookups
from imloop.steps.matters.as_fact import by_of
from imloop.steps.matters.attachments import attach, the_file, the_matter
from imloop.steps.matters.first_key import collect_key
from imloop.steps.matters.kept.address import token_of
from imloop.steps.matters.open_matter import apply, nominate_for_scrappage, open_measure, resubmit
from imloop.steps.matters.penalties.open_penalty import open_penalty
from imloop.steps.matters.roles import PENALTIES, roles_in
from imloop.steps.matters.take_step import take_step, take_step_by_token
from imloop.store.models import Matter, Proposal

router = Router()
router.include(copies.router)
router.include(complaints.router)
_CONCERNED = frozenset({Role.CONCERNED})


def _answer(
    step: Callable[[datetime], Matter | Proposal],
    status: int = 200,
    *,
    who: Caller | None = None,
    token: bool = False,
) -> HttpResponse:
    """What the step leaves, or finds, as ``who`` sees it, or the one concerned."""
    now = clock.now()

    def shown(row: Matter) -> dict[str, object]:
        if who is not None:
            return matter_lookups.matter_json(row, roles_in(who, row), now, by_of(who, row.place))
        said = matter_lookups.matter_json(row, _CONCERNED, now)
        return {**said, "token": token_of(row)} if token else said

    return done_or_proposed(lambda: step(now), shown, status)


@router.get(
    "/public/conditions/{subject}",
    answers={200: ConditionsOut},
    tags=["public"],
    summary="申请条件 · what an applicant must meet",
)
def get_conditions(request: HttpRequest, subject: str, place: str) -> HttpResponse:
    found = conditions(subject, registers.law_at(day_of(clock.now()), known_place(place)))
    return as_json(
        {
            "conditions": [
                {"code": c.code, "text": c.text.zh, "text_en": c.text.en, "cite": c.cite} for c in found
            ]
        }
    )


@router.post(
    "/public/applications",
    answers={201: AppliedOut},
    body=APPLICATION,
    tags=["public"],
    summary="申请成为 I 站、M 站 · apply",
)
def post_application(request: HttpRequest) -> HttpResponse:
    """201 with the number and ``token``, the applicant's access to it; 400 names every condition not met."""
    count_question(request, clock.now())
    said = decode_application(parse_json(body_of(request)))
    return _answer(lambda now: apply(said, now), 201, token=True)


@router.get(
    "/public/applications/{token}",
    answers={200: MatterOut},
    tags=["public"],
    summary="查看申请 · your own application",
)
def get_application(request: HttpRequest, token: str) -> HttpResponse:
    return _answer(lambda _: the_matter(token=token))


@router.put(
    "/public/applications/{token}",
    answers={200: MatterOut},
    body=APPLICATION,
    tags=["public"],
    summary="补正后再交 · submit again",
)
def put_application(request: HttpRequest, token: str) -> HttpResponse:
    count_question(request, clock.now())
    said = decode_application(parse_json(body_of(request)))
    return _answer(lambda now: resubmit(token, said, now))


@router.post(
    "/public/applications/{token}/steps",
    answers={200: MatterOut},
    tags=["public"],
    summary="申请人、当事人的步骤 · a step",
)
def post_own_step(request: HttpRequest, token: str, taken: StepIn) -> HttpResponse:
    count_question(request, clock.now())
    return _answer(lambda now: take_step_by_token(token, taken.step, taken.fields, now))


@router.post(
    "/public/applications/{token}/files",
    answers={201: KeptFileOut},
    largest=LARGEST,
    tags=["public"],
    summary="交文件 · hand in a file",
)
def post_own_file(request: HttpRequest, token: str, name: str) -> HttpResponse:
    """The body is the file: PDF, JPEG or PNG, at most 5 MB."""
    now = clock.now()
    count_question(request, now)
    body = file_of(request, LARGEST)
    count_files(request, len(body), now)
    kept = attach(name, body, now, token=token)
    return as_json({"name": kept.name, "sha256": kept.sha256, "size": kept.size}, 201)


@router.post(
    "/public/applications/{token}/key",
    answers={201: AccessKeyOut},
    tags=["public"],
    summary="领取密钥 · collect the key, once",
)
def post_key(request: HttpRequest, token: str) -> HttpResponse:
    count_question(request, clock.now())
    return as_json({"key": collect_key(token, clock.now())}, 201)


@router.get(
    "/public/decisions",
    answers={200: DecisionsOut},
    tags=["public"],
    summary="公布的决定 · published decisions",
)
def get_decisions(request: HttpRequest, place: str = "") -> HttpResponse:
    found = matter_lookups.publications(clock.now(), place=place)
    return as_json({"decisions": [matter_lookups.publication_json(event) for event in found]})


@router.get(
    "/matters",
    who=EVERYONE,
    answers={200: MattersOut},
    tags=["departments"],
    summary="事项 · matters, the most urgent first",
)
def get_matters(request: HttpRequest, mine: bool = False) -> HttpResponse:
    """``mine``: only those in which the next step is the caller's."""
    who, day = caller(request), day_of(clock.now())
    found = (
        matter_lookups.work_list(who, day) if mine else matter_lookups.matters(who)[: matter_lookups.SHOWN]
    )
    return as_json({"matters": [matter_lookups.summary(row, day) for row in found]})


@router.post(
    "/matters",
    who=EVERYONE,
    answers={201: MatterOut},
    tags=["departments"],
    summary="立案、自愿退出、报废提名 · open a matter",
)
def post_matter(request: HttpRequest, opened: MeasureIn) -> HttpResponse:
    """``finding``: the number of the one it is opened from: that is decided by it, and its evidence goes along."""
    who = caller(request)

    def opening(now: datetime) -> Matter:
        if opened.finding is None:
            return measure(now)
        return open_from_lead(who, opened.finding, partial(measure, now), now)

    def measure(now: datetime) -> Matter:
        if opened.kind in PENALTIES:
            named = {"party_code": opened.party, "vin": opened.vin, "plate": opened.plate}
            return open_penalty(who, opened.kind, opened.fields, now, **named)
        if opened.kind == "scrappage":
            return nominate_for_scrappage(who, opened.fields, now, vin=opened.vin, plate=opened.plate)
        return open_measure(who, opened.kind, opened.party, opened.fields, now)

    return _answer(opening, 201, who=who)


@router.get(
    "/matters/{matter_no}",
    who=EVERYONE,
    answers={200: MatterOut},
    tags=["departments"],
    summary="一个事项 · one matter",
)
def get_matter(request: HttpRequest, matter_no: str) -> HttpResponse:
    who = caller(request)
    return _answer(lambda _: the_matter(caller=who, matter_no=matter_no), who=who)


@router.post(
    "/matters/{matter_no}/steps",
    who=EVERYONE,
    answers={200: MatterOut, 202: ProposalOut},
    tags=["departments"],
    summary="办理一步 · take a step",
)
def post_step(request: HttpRequest, matter_no: str, taken: StepIn) -> HttpResponse:
    """202: a decision on a station, which another person of the department has to confirm."""
    who = caller(request)
    return _answer(lambda now: take_step(who, matter_no, taken.step, taken.fields, now), who=who)


@router.post(
    "/matters/{matter_no}/files",
    who=EVERYONE,
    answers={201: KeptFileOut},
    largest=LARGEST,
    tags=["departments"],
    summary="附文件 · attach a file",
)
def post_file(request: HttpRequest, matter_no: str, name: str) -> HttpResponse:
    who = caller(request)
    kept = attach(name, file_of(request, LARGEST), clock.now(), caller=who, matter_no=matter_no)
    return as_json({"name": kept.name, "sha256": kept.sha256, "size": kept.size}, 201)


@router.get(
    "/matters/{matter_no}/files/{digest}",
    who=EVERYONE,
    answers={200: ATTACHED},
    tags=["departments"],
    summary="取文件 · fetch a file",
)
def get_file(request: HttpRequest, matter_no: str, digest: str) -> HttpResponse:
    return as_file(the_file(digest, caller=caller(request), matter_no=matter_no))


@router.get(
    "/matters/{matter_no}/papers/{kind}",
    who=EVERYONE,
    answers={200: PDF},
    tags=["departments"],
    summary="处罚案件的文书 · a paper of a penalty case",
)
def get_paper(request: HttpRequest, matter_no: str, kind: str) -> HttpResponse:
    """PDF, the same bytes every time. ``kind``: filing notice notice-receipt hearing-notice hearing-record discussion
    decision decision-receipt demand."""
    return as_pdf(penalty_paper(caller(request), matter_no, kind), f"{matter_no}-{kind}")


@router.post(
    "/matters/{matter_no}/evidence",
    who=EVERYONE,
    answers={201: EvidenceOut},
    tags=["departments"],
    summary="添加证据 · add evidence",
)
def post_evidence(request: HttpRequest, matter_no: str, given: EvidenceIn) -> HttpResponse:
    """A test, a repair or a case by its number, kept with the hash of what was received; a video by its address; a
    finding about the same party or vehicle by its number, with all that it rests on."""
    kept = add_to_file(
        caller(request),
        matter_no,
        kind=given.kind,
        reference=given.reference,
        sha256=given.sha256,
        words=given.words,
        now=clock.now(),
    )
    return as_json(
        {"kind": kept.kind, "reference": kept.reference, "sha256": kept.sha256, "words": kept.words}, 201
    )
