"""The menu of each desk, in the order of its work."""

from __future__ import annotations

from django.utils.translation import gettext as _

from imloop.steps.ground.access import Caller
from imloop.store.models import PartyKind

OWN = "/parties/{own}"
_REST = ("/work", "/cases", "/findings", "/matters", "/parties", "/vehicles", "/couriers")
_SUPERVISION = ("/supervision", "/supervision/looks", "/supervision/acts")
_OF: dict[str, tuple[str, ...]] = {
    PartyKind.ISTATION: (
        "/desk/istation",
        "/desk/istation/reception",
        "/desk/istation/upload",
        "/desk/istation/permit",
        "/desk/istation/queue",
        "/desk/istation/hours",
        "/desk/istation/outage",
        "/lines",
        "/matters",
        OWN,
    ),
    PartyKind.MSTATION: (
        "/desk/mstation",
        "/desk/mstation/repair",
        "/desk/mstation/repairs",
        "/matters",
        OWN,
    ),
    PartyKind.ENVIRONMENT: (
        "/work",
        "/cases",
        "/repairs",
        "/findings",
        "/matters",
        "/parties",
        "/certificates",
        "/vehicles",
        "/zones",
        "/enrolments",
        "/lines",
        "/outages",
        "/environment/what-if",
        "/conflicts",
        "/couriers",
        "/draws",
    ),
    PartyKind.TRANSPORT: (
        "/work",
        "/repairs",
        "/repairs/shops",
        "/matters",
        "/cases",
        "/findings",
        "/parties",
        "/certificates",
        "/conflicts",
        "/couriers",
        "/draws",
    ),
    PartyKind.MARKET: (
        "/work",
        "/prices",
        "/certificates",
        "/conflicts",
        "/lines",
        "/cases",
        "/matters",
        "/parties",
        "/draws",
    ),
    PartyKind.SUPERVISOR: ("/work", *_SUPERVISION, *_REST[1:], "/draws"),
    PartyKind.ADMIN: ("/work", "/outages", *_SUPERVISION, *_REST[1:], "/draws"),
    PartyKind.POLICE: (
        "/work",
        "/desk/police",
        "/cases",
        "/matters",
        "/vehicles",
        "/vehicles/import",
        "/zones",
        "/enrolments",
    ),
}


def menu(caller: Caller) -> list[dict[str, str]]:
    """``url`` and ``label`` of every entry."""
    names = {
        "/desk/istation": _("今日"),
        "/desk/istation/reception": _("受理"),
        "/desk/istation/upload": _("上传"),
        "/desk/istation/permit": _("复检放行"),
        "/desk/istation/queue": _("排队"),
        "/desk/istation/hours": _("营业时间"),
        "/desk/mstation": _("案件"),
        "/desk/mstation/repair": _("填报维修"),
        "/desk/mstation/repairs": _("维修记录"),
        "/work": _("待办"),
        "/findings": _("线索"),
        "/repairs": _("维修"),
        "/repairs/shops": _("维修站指标"),
        "/desk/police": _("标志与通行"),
        "/cases": _("案件"),
        "/matters": _("事项"),
        "/parties": _("站点"),
        OWN: _("本站登记"),
        "/certificates": _("证书到期"),
        "/vehicles": _("车辆"),
        "/vehicles/import": _("导入车辆"),
        "/zones": _("限行"),
        "/enrolments": _("外地车辆"),
        "/lines": _("检测线"),
        "/outages": _("系统故障"),
        "/desk/istation/outage": _("系统故障"),
        "/environment/what-if": _("推演"),
        "/conflicts": _("检修分离"),
        "/prices": _("收费"),
        "/couriers": _("外送"),
        "/draws": _("随机抽查"),
        "/supervision": _("人员与履职"),
        "/supervision/looks": _("谁看过"),
        "/supervision/acts": _("履职记录"),
    }
    return [
        {"url": url.format(own=caller.party_code), "label": names[url]} for url in _OF.get(caller.kind, _REST)
    ]
