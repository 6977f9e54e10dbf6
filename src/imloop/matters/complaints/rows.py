"""A complaint from its receipt to the answer, the rating, the reward: what its departments do, and what whoever
reported may do. Passing on, merging and withdrawing are ways out; that one was made up takes two people."""

from __future__ import annotations

from datetime import date

from imloop.facts.text import Reason, Text
from imloop.matters import guards as g
from imloop.matters.complaints.answers import TEMPLATES
from imloop.matters.complaints.categories import CATEGORIES
from imloop.matters.complaints.changes import passed_on, starting, work_again, work_again_if_over
from imloop.matters.complaints.clocks import HOTLINE, RECEIVERS, Since
from imloop.matters.fields import Field, Shape, Source
from imloop.matters.guards import Asked
from imloop.matters.matter import Effect, Matter
from imloop.matters.names import Kind, Role, State, Step
from imloop.matters.row import Row, day, sentence

KIND = (Kind.COMPLAINT,)
S = State
CHANNELS: dict[str, Text] = {
    "web": Text("网上", "on the net"),
    "phone": Text("电话", "by telephone"),
    "hotline": Text("政务热线工单", "through the government hotline"),
    "letter": Text("来信、来访", "by letter or visit"),
    "camera": Text("黑烟抓拍", "smoke camera"),
}
BY_HAND = tuple(code for code in CHANNELS if code not in ("web", "camera"))
"""How something comes to a desk."""
PRIORITIES = (
    ("urgent", Text("紧急（当天）", "urgent (today)")),
    ("normal", Text("一般", "normal")),
    ("low", Text("较低", "low")),
)
RECEIVER_CHOICES = tuple((code, receiver.name) for code, receiver in RECEIVERS.items())
WHY_NOT = (
    ("other_department", Text("属于平台以外的其他部门", "belongs to a department outside the platform")),
    ("court", Text("已进入诉讼、复议", "before a court or under review")),
    ("running", Text("同一事项正在办理", "the same is already running")),
    ("answered", Text("已有最终答复，没有新的事实", "finally answered before, nothing new")),
)
"""Order 15 art. 8: not accepted, but told where to go."""
YES_NO = (("yes", Text("是", "yes")), ("no", Text("否", "no")))
STARS = tuple((str(count), Text("★" * count, "★" * count)) for count in range(5, 0, -1))
HOW = (
    ("visit", Text("现场检查", "a visit")),
    ("data", Text("核对数据、录像", "a look at data and video")),
    ("both", Text("两者都有", "both")),
)

BEFORE_WORK = (S.RECEIVED, S.TRIAGED)
AT_WORK = (S.ACCEPTED, S.ASSIGNED, S.CHECKED, S.REOPENED)
OUTCOMES = {Step.FIND_TRUE: "founded", Step.FIND_PARTLY: "partly", Step.FIND_UNTRUE: "unfounded"}
REASON = sentence("reason", "理由", "reason")
_RECEIVED = (
    Field("receiver", Text("受理部门", "received by"), Shape.CHOICE, choices=RECEIVER_CHOICES),
    Field(
        "category",
        Text("类别", "category"),
        Shape.CHOICE,
        choices=tuple((category.code, category.name) for category in CATEGORIES),
    ),
    Field("channel", Text("来源", "came"), Shape.CHOICE, choices=tuple(CHANNELS.items())),
)


def outcome_of(matter: Matter) -> str:
    """What the last look into it found; empty before."""
    found = [OUTCOMES[act.step] for act in matter.acts if act.step in OUTCOMES]
    return found[-1] if found else ""


@g.guard("另一部门", "another office")
def other_office(asked: Asked) -> Reason | None:
    """It is passed on to somebody else, not to who has it."""
    if asked.values["receiver"] != asked.matter.facts.get("receiver"):
        return None
    return Reason("same-office", Text("已经由该部门办理。", "That office has it already."))


@g.guard("转交次数未满", "it was not passed on too often")
def not_passed_round(asked: Asked) -> Reason | None:
    """Each passing on begins the clocks anew: offices do not play it to and fro."""
    most = asked.law.integer("complaint.refer_most")
    if sum(act.step is Step.REFER for act in asked.matter.acts) < most:
        return None
    return Reason(
        "passed-on-too-often",
        Text(
            f"已转交 {most} 次；对由谁办理有争议的，报共同上级确定，在此之前由本部门办理。",
            f"Passed on {most} times already: the superior of both says whose it is; until then it is yours.",
        ),
        asked.law.cite("complaint.refer_most"),
    )


@g.guard("未重新办理过", "it was not reopened before")
def not_reopened(asked: Asked) -> Reason | None:
    """Once: what is still disputed then goes to the review that petitions have."""
    if not any(act.step is Step.REOPEN for act in asked.matter.acts):
        return None
    return Reason(
        "reopened-already",
        Text(
            "同一投诉举报只能申请重新办理一次；仍不服的，可以依法申请复查。",
            "A complaint is reopened once; whoever still disagrees may ask for a review.",
        ),
        asked.law.cite("complaint.petitions.review_days"),
    )


@g.guard("查实的", "found true, at least in part")
def found_true(asked: Asked) -> Reason | None:
    """A reward is for what was found true."""
    if outcome_of(asked.matter) in ("founded", "partly"):
        return None
    return Reason(
        "reward-not-founded",
        Text("没有查实的不予奖励。", "Not found true: no reward."),
        asked.law.cite("reward.first_only"),
    )


@g.guard("领取期已过", "the time to collect is over")
def collect_time_over(asked: Asked) -> Reason | None:
    """A reward is not given up for its reporter before the last day to collect it."""
    until = date.fromisoformat(str(asked.matter.facts["collect_by"]))
    if asked.day > until:
        return None
    return Reason(
        "reward-still-due",
        Text(f"奖励可领取到 {until}，尚未届满。", f"The reward may be collected until {until}."),
        asked.law.cite("reward.collect_days"),
    )


@g.guard("评价和要求重新办理的期限已过", "the time to rate and to reopen is over")
def dispute_time_over(asked: Asked) -> Reason | None:
    """Nobody closes a complaint while its reporter may still say that it was not answered well."""
    until = asked.matter.state_due
    if until is None or asked.day > until:
        return None
    return Reason(
        "answer-may-be-disputed",
        Text(
            f"举报人可在 {until} 前评价、要求重新办理，尚未届满。",
            f"The reporter may rate it and have it reopened until {until}.",
        ),
        asked.law.cite("matter.complaint.answered_days"),
    )


@g.guard("由未参与办理的另一人决定", "by another person, who did not work on it")
def another_person(asked: Asked) -> Reason | None:
    """Two people: who decides neither proposed it nor took any step before."""
    if asked.person and asked.person not in asked.every_account(asked.matter.who_took(*Step)):
        return None
    return Reason(
        "second-person-needed",
        Text(
            "认定恶意举报应由未参与办理的另一人决定。",
            "That a report was made up is decided by another person, who did not work on it.",
        ),
    )


@g.guard("由查实以外的另一人给予", "by another person than who found it true")
def not_who_found(asked: Asked) -> Reason | None:
    """Money goes out by two people: who says that it is true does not also say that it is paid for."""
    found = asked.matter.who_took(Step.LOOK_INTO, *OUTCOMES)
    if asked.person not in asked.every_account(found):
        return None
    return Reason(
        "second-person-needed",
        Text(
            "核查、认定属实的人不能同时决定奖励，由另一人办理。",
            "Whoever looked into it or found it true does not grant the reward; another person does.",
        ),
    )


def complaints() -> tuple[Row, ...]:
    """Every row, in the order in which a complaint goes."""
    return (*_reception(), *_work(), *_answered(), *_ways_out())


def _reception() -> tuple[Row, ...]:
    priority = Field("priority", Text("轻重缓急", "priority"), Shape.CHOICE, choices=PRIORITIES)
    mine = (Role.AUTHORITY,)
    return (
        Row(
            KIND,
            None,
            Step.RECEIVE,
            (Role.CONCERNED,),
            S.RECEIVED,
            _RECEIVED,
            change=starting(Since.RECEIVED),
        ),
        Row(KIND, S.RECEIVED, Step.TRIAGE, mine, S.TRIAGED, (priority,), stops=("transfer",)),
        Row(
            KIND,
            S.TRIAGED,
            Step.ACCEPT,
            mine,
            S.ACCEPTED,
            effects=(Effect.TELL_REPORTER,),
            stops=("tell",),
            change=starting(Since.ACCEPTED),
        ),
        *_not_here(),
    )


def _not_here() -> tuple[Row, ...]:
    """Passed on, or not accepted and told where to go."""
    to = Field("receiver", Text("转交给", "passed on to"), Shape.CHOICE, choices=RECEIVER_CHOICES)
    why = Field("why", Text("原因", "why not"), Shape.CHOICE, choices=WHY_NOT)
    go_to = sentence("go_to", "应向哪里反映、在哪里查看", "where to go or look instead")
    mine = (Role.AUTHORITY,)
    return (
        *(
            Row(
                KIND,
                state,
                Step.REFER,
                mine,
                S.RECEIVED,
                (to, REASON),
                (other_office, not_passed_round),
                (Effect.REFER,),
                change=passed_on,
            )
            for state in BEFORE_WORK
        ),
        *(
            Row(
                KIND,
                state,
                Step.NOT_ACCEPT,
                mine,
                S.NOT_ACCEPTED,
                (why, go_to),
                effects=(Effect.TELL_REPORTER,),
            )
            for state in BEFORE_WORK
        ),
    )


def _work() -> tuple[Row, ...]:
    mine = (Role.AUTHORITY,)
    officer = Field("assigned_to", Text("承办人", "person"), Shape.CHOICE, source=Source.PEOPLE)
    how = Field("how", Text("怎样核查", "how"), Shape.CHOICE, choices=HOW)
    looked = (
        day("checked_on", "核查日期", "checked on"),
        how,
        sentence("findings", "查明的情况", "what was found"),
    )
    decided = {"stops": ("check",), "change": starting(Since.DECIDED)}
    steps = ((Step.FIND_TRUE, S.FOUNDED), (Step.FIND_PARTLY, S.PARTLY), (Step.FIND_UNTRUE, S.UNFOUNDED))
    return (
        *(
            Row(
                KIND,
                state,
                Step.SEND_OUT,
                mine,
                S.ASSIGNED,
                (officer, how),
                effects=(Effect.ASSIGN, Effect.KEEP_IMPARTIAL),
            )
            for state in (S.ACCEPTED, S.REOPENED)
        ),
        Row(KIND, S.ASSIGNED, Step.LOOK_INTO, mine, S.CHECKED, looked, (g.checked_has_come,)),
        *(
            Row(KIND, S.CHECKED, step, mine, state, (sentence("found", "结论", "the conclusion"),), **decided)  # type: ignore[arg-type]
            for step, state in steps
        ),
        *(_answer(state, str(OUTCOMES[step])) for step, state in steps),
    )


def _answer(state: State, outcome: str) -> Row:
    fitting = tuple(
        (each.code, each.name) for each in TEMPLATES if each.step == "answer" and each.outcome == outcome
    )
    template = Field("template", Text("答复模板", "answer"), Shape.CHOICE, choices=fitting)
    fields = (
        template,
        sentence(
            "said",
            "对外说明查明的情况（不写举报人）",
            "what was found, for the reporter",
            required=outcome != "founded",
        ),
        sentence("done", "处理情况", "what was done", required=outcome != "unfounded"),
    )
    return Row(
        KIND,
        state,
        Step.ANSWER,
        (Role.AUTHORITY,),
        S.ANSWERED,
        fields,
        effects=(Effect.TELL_REPORTER,),
        stops=("finish", "told", HOTLINE.name),
    )


def _answered() -> tuple[Row, ...]:
    stars = Field("stars", Text("满意程度", "rating"), Shape.CHOICE, choices=STARS)
    why = sentence("reopen_why", "新的事实、哪里没有办好", "new facts, or what was not done")
    reward = (
        sentence("decision_no", "处理决定文号", "number of the decision"),
        day("in_force_on", "决定生效日期", "in force since"),
    )
    mine, reporter = (Role.AUTHORITY,), (Role.CONCERNED,)
    rate = (stars, sentence("rated_words", "想说的话", "anything to say", required=False))
    return (
        Row(KIND, S.ANSWERED, Step.RATE, reporter, S.RATED, rate),
        *(
            Row(KIND, state, Step.REOPEN, reporter, S.REOPENED, (why,), (not_reopened,), change=work_again)
            for state in (S.ANSWERED, S.RATED)
        ),
        *(
            Row(
                KIND,
                state,
                Step.GRANT_REWARD,
                mine,
                S.REWARD_DUE,
                reward,
                (found_true, not_who_found),
                (Effect.GRANT_REWARD,),
            )
            for state in (S.ANSWERED, S.RATED)
        ),
        Row(KIND, S.ANSWERED, Step.FINISH, mine, S.CLOSED, (), (dispute_time_over,)),
        Row(KIND, S.RATED, Step.FINISH, mine, S.CLOSED),
        Row(KIND, S.REWARD_DUE, Step.PAY_REWARD, (Role.PAYER,), S.PAID),
        Row(KIND, S.REWARD_DUE, Step.FORFEIT, mine, S.CLOSED, (), (collect_time_over,)),
    )


def _ways_out() -> tuple[Row, ...]:
    mine, reporter, second = (Role.AUTHORITY,), (Role.CONCERNED,), (Role.SUPERVISOR,)
    signs = sentence("signs", "恶意举报的依据", "what shows that it was made up")
    return (
        *(
            Row(KIND, state, Step.WITHDRAW, reporter, S.WITHDRAWN, (REASON,))
            for state in (*BEFORE_WORK, *AT_WORK)
        ),
        *(
            Row(KIND, state, Step.CALL_MALICIOUS, mine, S.CALLED_MALICIOUS, (signs,))
            for state in (S.TRIAGED, S.CHECKED)
        ),
        Row(
            KIND,
            S.CALLED_MALICIOUS,
            Step.CONFIRM_MALICIOUS,
            second,
            S.MALICIOUS,
            (REASON,),
            (another_person,),
        ),
        Row(
            KIND,
            S.CALLED_MALICIOUS,
            Step.DENY_MALICIOUS,
            second,
            S.ACCEPTED,
            (REASON,),
            (another_person,),
            stops=("tell",),
            change=work_again_if_over,
        ),
    )
