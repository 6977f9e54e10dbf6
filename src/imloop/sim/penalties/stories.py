"""What the demo city's departments punish, by whom, and how far each case has come."""

from __future__ import annotations

from dataclasses import dataclass

from imloop.sim.world.places import CITY

ON = "on"
"""As what a step says: the day on which it is taken."""
ANSWER_UNTIL, WHOLE_FINE, ALL_OPEN, SOON = "answer-until", "whole-fine", "all-open", "soon"
"""As what a step says: the last day to answer the notice of that day, the fine as decided, what is open of it with its
surcharge, the day ten days later."""
PARTY, RECEIVER = "party", "receiver"
"""Who takes a step, besides a person of the office: whom it is about, and the department that got the copy."""


@dataclass(frozen=True, slots=True)
class Done:
    """``by``: the number of a person of the office, ``PARTY`` or ``RECEIVER``. ``strike_off``: it is a step of the
    strike-off that the decision opened. ``second``: the number of the person who confirms it, where the law asks for
    two."""

    days: float
    by: str
    step: str
    said: dict[str, str]
    strike_off: bool = False
    second: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """``days`` ago the first of the office's people opened it. ``about``: a station or repairer, whose ``shown`` last
    tests or repairs are the evidence; ``owner_of``: the owner of the vehicle that this one repaired last; ``twin``: it
    shares act and evidence with the owner's case; ``video``: of what was seen, kept by its hash; ``spot``: what a
    decision on the spot says besides, about the driver of a vehicle that failed."""

    days: float
    office: str
    violation: str
    payer: str
    findings: str
    about: str = ""
    owner_of: str = ""
    twin: bool = False
    shown: int = 1
    video: str = ""
    spot: dict[str, str] | None = None
    steps: tuple[Done, ...] = ()


def filed(days: float) -> tuple[Done, ...]:
    return (Done(days, "1", "file", {"file_no": "立〔演示〕号"}),)


def reported(days: float, findings: str, office: str, **more: str) -> tuple[Done, ...]:
    """Reported by the two who investigated, and reviewed by a third."""
    said = {"findings": findings, "card_a": "桂-演示-02", "card_b": "桂-演示-03", **more}
    officers = {"officer_a": f"{office}2", "officer_b": f"{office}3"}
    cards = {"card_a_until": "2099-12-31", "card_b_until": "2099-12-31"}
    return (
        Done(days, "2", "report", {**said, **officers, **cards}),
        Done(days + 0.25, "4", "clear", {"opinion": "事实清楚，证据充分（演示）"}),
    )


def told(days: float, rights: str) -> Done:
    said = {
        "served_on": ON,
        "how": "direct",
        "answer_until": ANSWER_UNTIL,
        "rights": rights,
        "compared": "yes",
    }
    return Done(days, "2", "notify", said)


def imposed(days: float, number: int) -> tuple[Done, ...]:
    """Decided by the head, and served."""
    said = {
        "decision_no": f"演示罚决〔{number}〕号",
        "reasons": "事实有过程数据等证据证明，当事人的意见已复核（演示）",
        "compared": "yes",
    }
    return (
        Done(days, "1", "impose", said),
        Done(days + 1, "2", "serve", {"served_on": ON, "how": "direct"}),
    )


def _discussed(days: float, office: str) -> Done:
    voters = {"voter_1": office, "voter_2": f"{office}4"}
    return Done(days, "2", "discuss", {"discussed_on": ON, **voters, "conclusion": "同意处罚（演示）"})


_ENVIRONMENT, _TRANSPORT = "environment", "transport"
_WAIVED, _ALL = "waive_hearing", {"all_waived": "yes"}
_FALSE = "十份检验报告的过程数据与车辆不符（演示）"
_CERTIFIED = "清单所列催化器未更换，仍签发维修合格证（演示）"
_REMOVED = "三元催化器已拆除，只留外壳（演示）"
_REFUSED = "关闭检测线，拒绝提供原始数据（演示）"
_DRIVEN = "检验不合格、未经复检合格的机动车上道路行驶（演示）"
_SPOT = {
    "acted_where": "鱼峰区文惠路口（演示）",
    "proof": "路面查验记录、平台检验记录（演示）",
    "officer_a": "police",
    "card_a": "桂警-演示-01",
    "card_a_until": "2099-12-31",
    "fine": "200",
    "form_no": "柳公简〔演示〕2号",
    "told": "yes",
    "said": "准备明天去修（演示）",
    "compared": "yes",
}
_PAID = {"paid_on": ON, "amount": WHOLE_FINE, "receipt_no": "缴（演示）"}

STORIES: tuple[Story, ...] = (
    Story(
        25,
        _ENVIRONMENT,
        "forged_report",
        "station",
        _FALSE,
        about="450203001",
        shown=10,
        steps=(
            *filed(1),
            *reported(
                4,
                f"{_FALSE}〔1、2、3、4、5、6、7、8、9、10〕",
                _ENVIRONMENT,
                vehicles="10",
                serious="yes",
                serious_ground="vehicles",
                level_harm="middle",
                level_fault="middle",
                level_manner="high",
                levels_why="十份报告同一曲线，手段隐蔽（演示）",
            ),
            told(6, "all"),
            Done(7, PARTY, "state", {"statement": "设备受潮所致，请从轻（演示）"}),
            Done(8, PARTY, _WAIVED, _ALL),
            Done(8.3, "2", "weigh", {"weighed": "不采纳：十份数据出自同一条曲线（演示）"}),
            Done(9, "4", "review_legally", {"passed_review": "yes", "opinion": "程序合法（演示）"}),
            _discussed(10, _ENVIRONMENT),
            *imposed(11, 1),
            Done(
                11.5, "1", "copy", {"copied_to": f"{CITY}-market", "wanted": "通报检验资质主管部门（演示）"}
            ),
            Done(13, "2", "publish", {}),
            Done(14, RECEIVER, "answer", {"words": "已收到，启动资质核查（演示）"}),
            Done(18, "2", "pay", _PAID),
            Done(19, "3", "archive", {"volume_no": "正卷 1、副卷 1（演示）"}),
            Done(22, "1", "notify", {"served_on": ON, "intended": "注销联网（演示）"}, strike_off=True),
        ),
    ),
    Story(
        22,
        _TRANSPORT,
        "false_certificate",
        "repairer",
        _CERTIFIED,
        about="450204M01",
        steps=(
            *filed(1),
            *reported(4, f"{_CERTIFIED}〔1〕", _TRANSPORT, gains="4000"),
            told(6, "two"),
            Done(8, PARTY, _WAIVED, _ALL),
            *imposed(10, 2),
            Done(12, "2", "publish", {}),
        ),
    ),
    Story(
        20,
        _ENVIRONMENT,
        "device_removed",
        "owner",
        _REMOVED,
        owner_of="450203M01",
        steps=(
            *filed(1),
            *reported(4, f"{_REMOVED}〔1〕", _ENVIRONMENT, vehicles="1"),
            told(6, "two"),
            Done(8, PARTY, _WAIVED, _ALL),
            *imposed(10, 3),
            Done(15, "2", "pay", _PAID),
            Done(16, "3", "archive", {"volume_no": "正卷 2（演示）"}),
        ),
    ),
    Story(
        19.9,
        _ENVIRONMENT,
        "device_removed",
        "repairer",
        _REMOVED,
        about="450203M01",
        twin=True,
        steps=(
            *filed(1),
            *reported(8, f"{_REMOVED}〔1〕", _ENVIRONMENT, vehicles="1"),
            told(18.5, "two"),
        ),
    ),
    Story(
        12,
        _ENVIRONMENT,
        "obstruction",
        "checked",
        _REFUSED,
        about="450206001",
        video="https://video.invalid/liuzhou/lajiang-gate",
        steps=(
            *filed(1),
            Done(
                2,
                "2",
                "require",
                {"required": "恢复联网、交出原始数据（演示）", "clause": "检查配合义务", "required_by": SOON},
            ),
            Done(
                3,
                "1",
                "copy",
                {"copied_to": f"{CITY}-police", "wanted": "请协助到场（演示）", "answer_by": SOON},
            ),
            Done(6, "2", "accept_as_met", {"requirement": "1", "proof": "数据已交，现场复查（演示）"}),
            *reported(9, f"{_REFUSED}〔1〕", _ENVIRONMENT),
        ),
    ),
    Story(
        5,
        "police",
        "failed_vehicle_driven",
        "driver",
        _DRIVEN,
        spot=_SPOT | {"form_no": "柳公简〔演示〕1号"},
        steps=(
            Done(0.5, "2", "report_to_office", {"reported_on": ON, "record_no": "备 1（演示）"}),
            Done(1, "1", "pay", _PAID),
            Done(2, "2", "archive", {"volume_no": "简 1（演示）"}),
        ),
    ),
    Story(1, "police", "failed_vehicle_driven", "driver", _DRIVEN, spot=_SPOT),
    Story(3, _TRANSPORT, "fake_parts", "repairer", "更换的配件无来源凭证（演示）", about="450206M01"),
)
