"""What kinds, states, steps, roles and grounds of matters are called."""

from __future__ import annotations

from imloop.facts.text import Text
from imloop.matters.names import Kind, Role, State, Step

KINDS: dict[Kind, Text] = {
    Kind.ISTATION_APPLICATION: Text("检验机构联网申请", "application of an I-station"),
    Kind.MSTATION_APPLICATION: Text("维修治理站申请", "application of an M-station"),
    Kind.SUSPENSION: Text("暂停", "suspension"),
    Kind.STRIKE_OFF: Text("注销联网", "strike-off"),
    Kind.REVOCATION: Text("取消维修治理站资格", "revocation"),
    Kind.WITHDRAWAL: Text("自愿退出", "voluntary exit"),
    Kind.SCRAPPAGE: Text("车辆报废", "scrappage"),
}

STATES: dict[State, Text] = {
    State.SUBMITTED: Text("材料审查", "completeness check"),
    State.RETURNED: Text("待补正", "returned for completion"),
    State.REVIEW: Text("书面审查", "under review"),
    State.SITE_CHECK: Text("待现场核查", "on-site check due"),
    State.SELECTION: Text("县区遴选", "county selection"),
    State.DECISION: Text("待决定", "awaiting decision"),
    State.APPROVED: Text("已准予", "granted"),
    State.REFUSED: Text("不予准予", "refused"),
    State.CANCELLED: Text("申请人撤回", "cancelled by the applicant"),
    State.OPENED: Text("已立案", "opened"),
    State.NOTIFIED: Text("已告知，可陈述申辩、要求听证", "notified, may answer and ask for a hearing"),
    State.HEARING: Text("待听证", "hearing due"),
    State.HEARD: Text("意见已听取，待决定", "heard, awaiting decision"),
    State.IN_FORCE: Text("决定生效，可申请复议", "in force, may be appealed"),
    State.APPEALED: Text("复议中", "under appeal"),
    State.OVERTURNED: Text("复议撤销", "overturned on appeal"),
    State.RESUMED: Text("已恢复", "resumed"),
    State.FINAL: Text("已办结", "final"),
    State.DROPPED: Text("不予处理", "dropped"),
    State.HANDED_OVER: Text("已移交拆解", "handed over for dismantling"),
    State.DISMANTLED: Text("已拆解注销", "dismantled"),
    State.MERGED: Text("已并案", "merged into another"),
}

STEPS: dict[Step, Text] = {
    Step.APPLY: Text("提交申请", "apply"),
    Step.RETURN: Text("退回补正", "return for completion"),
    Step.RESUBMIT: Text("补正后再交", "submit again"),
    Step.CANCEL: Text("撤回申请", "cancel"),
    Step.ACCEPT: Text("受理", "accept as complete"),
    Step.ACCEPT_DIRECTLY: Text("绿色通道受理", "accept through the green channel"),
    Step.REVIEW: Text("书面审查通过", "pass the review"),
    Step.CHECK_SITE: Text("登记现场核查", "record the on-site check"),
    Step.RECOMMEND: Text("遴选并报送市级", "select and report to the city"),
    Step.APPROVE: Text("准予并公布", "grant and publish"),
    Step.REFUSE: Text("不予准予", "refuse"),
    Step.OPEN: Text("立案", "open"),
    Step.NOTIFY: Text("告知当事人", "notify the party"),
    Step.STATE: Text("陈述、申辩", "state one's case"),
    Step.ASK_HEARING: Text("要求听证", "ask for a hearing"),
    Step.WAIVE_HEARING: Text("放弃听证", "waive the hearing"),
    Step.NO_HEARING_ASKED: Text("逾期未要求听证", "no hearing was asked for in time"),
    Step.HOLD_HEARING: Text("登记听证", "record the hearing"),
    Step.DECIDE: Text("作出决定并公布", "decide and publish"),
    Step.DROP: Text("不予处理", "drop"),
    Step.APPEAL: Text("申请复议", "appeal"),
    Step.UPHOLD: Text("复议维持", "uphold"),
    Step.OVERTURN: Text("复议撤销", "overturn"),
    Step.RESUME: Text("恢复", "resume"),
    Step.FINISH: Text("办结", "finish"),
    Step.HAND_OVER: Text("移交商务、公安", "hand over to commerce and police"),
    Step.CONFIRM_DISMANTLED: Text("登记拆解证明", "record the dismantling certificate"),
    Step.PAUSE: Text("中止计算期限", "pause a clock"),
    Step.CONTINUE: Text("恢复计算期限", "let a clock go on"),
    Step.EXTEND: Text("延长期限", "extend a clock"),
    Step.ASSIGN: Text("指定承办人", "assign to a person"),
    Step.REQUIRE: Text("责令整改", "set what must be put right"),
    Step.ACCEPT_AS_MET: Text("确认整改完成", "accept as put right"),
    Step.MERGE: Text("并案", "merge into another matter"),
    Step.COPY: Text("抄告其他部门", "copy to another department"),
    Step.WITHDRAW_PUBLICATION: Text("撤回公开", "withdraw the publication"),
}

ROLES: dict[Role, Text] = {
    Role.CONCERNED: Text("申请人、当事人", "the applicant or party concerned"),
    Role.AUTHORITY: Text("主管部门", "department in charge"),
    Role.ENVIRONMENT: Text("生态环境部门", "environment department"),
    Role.COUNTY_TRANSPORT: Text("县区交通运输部门", "county transport department"),
    Role.CITY_TRANSPORT: Text("市级交通运输部门", "city transport department"),
    Role.MARKET: Text("市场监管部门", "market regulator"),
    Role.POLICE: Text("公安交管部门", "traffic police"),
    Role.APPEAL: Text("复议机关", "appeal authority"),
}

GROUNDS: dict[str, Text] = {
    "false_report": Text("出具虚假检验报告", "false test reports"),
    "false_record": Text("上传虚假维修记录", "false repair records"),
    "record_sold": Text("出售维修记录或者合格证", "selling records or certificates"),
    "conditions_lost": Text("不再具备规定条件", "no longer meets the conditions"),
    "certificate_lapsed": Text("资质证书失效", "certificate lapsed"),
    "licence_cancelled": Text("资质被发证机关取消", "accreditation cancelled by its issuer"),
    "supervision_refused": Text("拒绝监督检查", "refuses supervision"),
    "repairs_vehicles": Text("从事排放维修", "repairs vehicles"),
    "overcharging": Text("乱收费", "overcharging"),
    "quality": Text("维修质量不合格", "poor repair quality"),
    "other": Text("其他（在事实中写明）", "other (say in the facts)"),
}
"""Grounds a law value may list; which of them hold for a measure in a place is data."""
