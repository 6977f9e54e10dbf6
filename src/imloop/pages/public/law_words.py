"""Values of the law as a reader says them: words and units in place of the codes that the program decides by."""

from __future__ import annotations

from collections.abc import Mapping

from imloop.facts.codes import FUEL_NAMES, INSTRUMENT_NAMES
from imloop.facts.records.repair import DOCUMENT_NAMES
from imloop.facts.records.vehicle_codes import USAGE_NAMES, type_name
from imloop.facts.text import Text
from imloop.gates.outages.outage import LINK_NAMES
from imloop.gates.stations.conflict import TRAITS
from imloop.matters.labels import GROUNDS
from imloop.matters.penalties import VETOES
from imloop.steps.cases import objections
from imloop.steps.cases.grant_exit import EXIT_KINDS
from imloop.steps.ground.access import OFFICE_NAMES
from imloop.steps.vehicles.enrol_guest_vehicle import GROUNDS as ENROLLED

_WORDS = {
    "a": Text("限值 a", "limits a"),
    "b": Text("限值 b", "limits b"),
    "analyser": Text("排气分析仪", "gas analyser"),
    "after_hearing": Text("经过听证的", "after a hearing"),
    "again": Text("再次违法", "again"),
    "age": Text("达到规定年限", "age"),
    "assembly": Text("总成修理", "assembly repair"),
    "automatic": Text("自动监测", "automatic monitoring"),
    "ban": Text("禁止从业", "ban from the trade"),
    "black_smoke": Text("冒黑烟", "black smoke"),
    "body": Text("正文", "the body of the text"),
    "bus_depots": Text("公交场站", "bus depots"),
    "checking": Text("实施监督检查的部门", "the department that checks"),
    "closure": Text("停业", "closure"),
    "cma": Text("检验检测机构资质认定（CMA）", "accreditation (CMA)"),
    "coach": Text("客运", "coaches"),
    "coerced": Text("受他人胁迫、诱骗", "coerced or lured by others"),
    "complaint": Text("投诉举报", "a complaint"),
    "complex": Text("案情疑难复杂、涉及多个法律关系", "complex cases"),
    "compression-ignition": Text("压燃式", "compression ignition"),
    "confessed": Text("主动供述未掌握的违法行为", "confessed what was not known"),
    "crime": Text("涉嫌犯罪", "a suspected crime"),
    "customs": Text("海关", "customs"),
    "destruction": Text("销毁", "destruction"),
    "diagnostics": Text("车载排放诊断系统", "on-board diagnostics"),
    "first_slight_corrected": Text("初次、轻微并及时改正", "the first time, slight and put right"),
    "first_station": Text("首检的检验机构", "the station of the first test"),
    "flow": Text("检测流程", "how a test goes"),
    "freight": Text("货运", "freight"),
    "fuel_cell": Text("燃料电池", "fuel cell"),
    "full": Text("全面实施", "in full"),
    "gains": Text("没收违法所得", "gains are taken"),
    "general": Text("一般要求", "general requirements"),
    "goods": Text("没收货物", "goods are taken"),
    "goods_yards": Text("货场", "goods yards"),
    "heavy_users": Text("用车大户", "large fleets"),
    "harm_removed": Text("主动消除或者减轻危害后果", "removed or lessened the harm"),
    "hybrid": Text("混合动力", "hybrid"),
    "impact": Text("社会影响恶劣", "a bad effect on the public"),
    "legal_review": Text("法制审核", "legal review"),
    "limits": Text("排放限值", "limits"),
    "logistics_parks": Text("物流园区", "logistics parks"),
    "merit": Text("有立功表现", "helped to find others"),
    "methods": Text("检测方法", "methods"),
    "mining": Text("矿山", "mining"),
    "name": Text("名称", "name"),
    "natural_gas": Text("天然气", "natural gas"),
    "no_fault": Text("没有主观过错", "no fault"),
    "no_mark": Text("未取得检验合格标志", "no inspection mark"),
    "obd": Text("OBD 检查", "OBD check"),
    "on_site": Text("现场检查", "on site"),
    "on_the_spot": Text("当场处罚", "penalties on the spot"),
    "online": Text("在线监控", "on line"),
    "over_limit_after_repair": Text("修理后仍超标", "over the limits after repair"),
    "other_law": Text("其他依法从轻、减轻的", "others that a law names"),
    "overhaul": Text("整车修理", "overhaul"),
    "own": Text("本单位另一人", "another person of the party itself"),
    "owner": Text("车主", "owner"),
    "parking": Text("停放地", "where vehicles are parked"),
    "party_told": Text("告知当事人", "the party is told"),
    "permits": Text("吊销许可", "permits are revoked"),
    "photo_video": Text("拍照、摄像", "photographs and video"),
    "pollution_control": Text("污染控制装置", "pollution control devices"),
    "post": Text("邮政", "post"),
    "public_interest": Text("涉及重大公共利益", "great public interest"),
    "qualification": Text("取消资格", "loss of the qualification"),
    "railway": Text("铁路机车", "railway engines"),
    "record_reviewed": Text("记录经审核", "the record was reviewed"),
    "refuse": Text("不予受理", "refused"),
    "remote_sensing": Text("遥感检测", "remote sensing"),
    "remote_terminal": Text("远程排放管理车载终端", "remote emission terminal"),
    "repair": Text("维修单位", "repairers"),
    "required_by_law": Text("法律规定的其他情形", "where a law asks for it"),
    "road_monitoring": Text("道路监测", "monitoring on roads"),
    "sanitation": Text("环卫", "sanitation"),
    "scan": Text("功率扫描", "power scan"),
    "second_level": Text("二级维护", "second-level maintenance"),
    "site_published": Text("设置地点已公布", "its site is published"),
    "slight_corrected_harmless": Text("轻微、及时改正且没有危害后果", "slight, put right, and without harm"),
    "spark-ignition": Text("点燃式", "spark ignition"),
    "standard": Text("设备符合标准", "it meets the standard"),
    "station": Text("检验机构", "inspection station"),
    "suspension": Text("暂停", "suspension"),
    "technical_review": Text("技术审核", "technical review"),
    "tour": Text("旅游", "tourism"),
    "tractor": Text("拖拉机", "tractors"),
    "transition": Text("过渡阶段", "transition"),
    "unsafe_after_repair": Text("修理后仍不符合安全标准", "unsafe after repair"),
    "vehicles": Text("车辆数量多", "many vehicles"),
    "video": Text("视频监控", "video"),
    "warn": Text("提示", "a warning"),
}
_TABLES: tuple[Mapping[str, Text], ...] = (
    {str(kind): text for kind, text in OFFICE_NAMES.items()},
    {str(kind): text for kind, text in INSTRUMENT_NAMES.items()},
    {str(fuel): text for fuel, text in FUEL_NAMES.items()},
    DOCUMENT_NAMES,
    LINK_NAMES,
    TRAITS,
    GROUNDS,
    objections.GROUNDS,
    EXIT_KINDS,
    ENROLLED,
    {veto.code: veto.name for veto in VETOES},
)
_OF_KEY = {
    "remote_sensing.months_counted": {
        "calendar": Text(
            "按自然月，首次检测当月为第一个月", "calendar months, that of the first reading being the first"
        ),
        "from_day": Text("自首次检测之日起", "from the day of the first reading"),
    },
    "rounding.official": {"full": Text("全数值比较法", "comparison of full values")},
    "exit.kinds": EXIT_KINDS,
    "objection.grounds": objections.GROUNDS,
}
"""Where a word of one value means something else than that of another."""
_UNITS = {
    "1": "",
    "1e-6": "10⁻⁶",
    "d": "days",
    "个": "",
    "个月": "months",
    "个检验周期": "inspection periods",
    "人": "people",
    "份": "copies",
    "倍": "times",
    "元": "yuan",
    "元/台": "yuan each",
    "元/辆": "yuan a vehicle",
    "天": "days",
    "字": "characters",
    "工作日": "working days",
    "年": "years",
    "日": "days",
    "月": "months",
    "条": "",
    "次": "times",
    "辆": "vehicles",
}


def in_words(key: str, value: object) -> Text:
    """Of a value as ``show_rows`` has it."""
    if isinstance(value, list | tuple):
        each = [in_words(key, one) for one in value]
        return Text("、".join(one.zh for one in each), ", ".join(one.en for one in each))
    if isinstance(value, bool):
        return Text("是", "yes") if value else Text("否", "no")
    text = str(value)
    if known := _OF_KEY.get(key, {}).get(text):
        return known
    if key.endswith("types") or key.startswith("method.outside."):
        return type_name(text)
    if key.endswith("usages"):
        return USAGE_NAMES.get(text, Text(f"使用性质 {text}", f"usage {text}"))
    if "+" in text:
        parts = [in_words(key, part) for part in text.split("+")]
        return Text("、".join(part.zh for part in parts), ", ".join(part.en for part in parts))
    return _WORDS.get(text) or next((table[text] for table in _TABLES if text in table), Text(text, text))


def unit_in_words(unit: str) -> Text:
    zh = {"1": "", "1e-6": "10⁻⁶", "d": "日"}.get(unit, unit)
    return Text(zh, _UNITS.get(unit, unit))
