"""What people are told, as the law of their place and day makes it: who repairs, which papers a retest asks for, where
it is, whom to call. Pages, papers, receipts and gates take these words from here, so that none says what holds
elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from imloop.facts.text import Text
from imloop.law.book import Law

PAPER_NAMES: Mapping[str, Text] = MappingProxyType(
    {
        "certificate": Text("竣工出厂合格证", "certificate of completion"),
        "settlement": Text("维修结算清单", "settlement list"),
        "invoice": Text("维修发票", "repair invoice"),
    }
)
_NOTHING = Text("", "")
_ANY_PROOF = Text("有效的维修凭证", "valid proof of the repair")


def documents_key(law: Law) -> str:
    """The plan's body and its flow chart differ; which of the two a place follows is itself a dated value."""
    return f"retest.documents.{law.word('retest.documents_wording')}"


def retest_papers(law: Law) -> tuple[tuple[str, ...], ...]:
    """The sets of papers, one of which a retest asks for; none where the law names none."""
    return tuple(tuple(wanted.split("+")) for wanted in law.words(documents_key(law)) if wanted)


def named_papers(law: Law) -> frozenset[str]:
    """Every paper of a repair that the law of the place speaks of: handed over, or shown at a retest."""
    handed = law.get("repair.hands_over")
    over = handed.value if handed is not None and isinstance(handed.value, tuple) else ()
    return frozenset(over).union(*retest_papers(law), outage_papers(law))


def outage_papers(law: Law) -> tuple[str, ...]:
    """The papers, any of which opens a retest in an outage; none where paper does not count."""
    return law.words("outage.papers") if law.flag("outage.paper_accepted") else ()


def either(sets: Iterable[Iterable[str]]) -> Text:
    """``维修结算清单和维修发票，或者竣工出厂合格证``, ``维修结算清单或竣工出厂合格证``: one of the sets, each whole."""
    whole = [[PAPER_NAMES[name] for name in each] for each in sets]
    if not whole:
        return _ANY_PROOF
    return Text(
        ("，或者" if any(len(each) > 1 for each in whole) else "或").join(
            _joined([name.zh for name in each], "、", "和") for each in whole
        ),
        " or ".join(_joined([name.en for name in each], ", ", " and ") for each in whole),
    )


def papers_of_repair(law: Law, numbers: Mapping[str, str]) -> tuple[tuple[str, Text, str], ...]:
    """The documents of a repair that the place speaks of, and any whose number was given: which, its name, its number
    (``numbers``: by document; empty where none is)."""
    named = named_papers(law)
    return tuple(
        (paper, name, numbers.get(paper, ""))
        for paper, name in PAPER_NAMES.items()
        if paper in named or numbers.get(paper)
    )


def _joined(names: list[str], between: str, last: str) -> str:
    return last.join(filter(None, [between.join(names[:-1]), names[-1]]))


def proof(law: Law) -> Text:
    """What the owner shows at the retest."""
    return either(retest_papers(law))


def handed_over(law: Law) -> Text:
    """What the repairer gives the owner: what the law says, else what the retest asks for."""
    said = law.get("repair.hands_over")
    return either([said.value]) if said is not None and isinstance(said.value, tuple) else proof(law)


def outage_proof(law: Law) -> Text | None:
    """What opens a retest while the systems are down; None where paper does not count."""
    papers = outage_papers(law)
    return either([name] for name in papers) if papers else None


def at_the_same_station(law: Law) -> bool:
    """Whether the retest is due where the vehicle failed."""
    return law.flag("retest.same_station")


def retest_where(law: Law) -> Text:
    """The end of a sentence: where to."""
    if at_the_same_station(law):
        return Text("回原检验机构复检", "return to the same station for the retest")
    return ELSEWHERE


def retest_here(law: Law) -> Text:
    """The same, as the station of the failed test says it."""
    if at_the_same_station(law):
        return Text("回本站复检", "come back to this station for the retest")
    return Text(
        "到本站或者其他已联网的检验机构复检", "have it retested here or at any other networked station"
    )


def repair_where(law: Law) -> Text:
    """Who may repair, the beginning of a sentence."""
    if law.flag("retest.listed_repairer_required"):
        return Text(
            "由车主自选一家已公布的维修治理站维修",
            "Have it repaired at any listed repair station, chosen freely",
        )
    if law.word("phase") == "transition":
        return Text(
            "鼓励到已公布的维修治理站维修，也可自主选择其他维修企业",
            "Listed repair stations are recommended; any other repairer may be chosen as well",
        )
    return Text("由车主自选维修企业维修", "Have it repaired by a repairer of your own choice")


def _record(law: Law) -> Text:
    if not law.flag("retest.record_required"):
        return _NOTHING
    if law.flag("retest.papers_at_station"):
        return Text(
            "，由其上传维修记录，没有接入平台的由检验机构登记其凭证",
            ", who uploads the record, or, without access to the platform, has its papers entered by the station",
        )
    return Text("，由其上传维修记录", ", who uploads the record")


ELSEWHERE = Text("到任一家已联网的检验机构复检", "have it retested at any networked station")


def what_to_do(law: Law, where: Text | None = None) -> Text:
    """After a failed test, to the owner. ``where``: the end of the sentence, where the owner was let go elsewhere."""
    who, record, papers, where = repair_where(law), _record(law), proof(law), where or retest_where(law)
    return Text(
        f"{who.zh}{record.zh}；持{papers.zh}{where.zh}。",
        f"{who.en}{record.en}; then {where.en} with {papers.en}.",
    )


def on_the_notice(law: Law) -> str:
    """The same on the station's own paper."""
    return f"{repair_where(law).zh}{_record(law).zh}；持{proof(law).zh}{retest_here(law).zh}。"


def on_the_receipt(law: Law) -> Text:
    """The same to the station that sent the failed test."""
    who, record, where = repair_where(law), _record(law), retest_here(law)
    return Text(
        f"打印告知书交车主；{who.zh}{record.zh}，随后{where.zh}。",
        f"Hand the notice to the owner. {who.en}{record.en}; then {where.en}.",
    )


def repaired(law: Law, where: Text | None = None) -> Text:
    """Once the repair is known, to the owner."""
    papers, where = proof(law), where or retest_where(law)
    return Text(
        f"维修已登记。请携带{papers.zh}，在期限内{where.zh}。",
        f"The repair is recorded. Within the time left, {where.en} with {papers.en}.",
    )


def repair_and_return(law: Law, before: Text = _NOTHING) -> Text:
    """In one breath, at gates. ``before``: until when."""
    if at_the_same_station(law):
        return Text(
            f"请维修后回原检验机构复检{before.zh}。",
            f"Have it repaired and retested at the same station{before.en}.",
        )
    return Text(f"请维修后复检{before.zh}。", f"Have it repaired and retested{before.en}.")


def hotline(law: Law) -> str:
    """Where anybody complains about anything; empty where no text names a number."""
    return _number(law, "hotline.everything")


def environment_hotline(law: Law) -> str:
    """Where anybody reports pollution and a bureau that does not answer; else the number for everything."""
    return _number(law, "hotline.environment") or hotline(law)


def _number(law: Law, key: str) -> str:
    said = law.get(key)
    return str(said.value) if said is not None else ""


def sample_plate(law: Law) -> str:
    """A number as it is written where the law says how plates of the place begin; else empty."""
    begins = _number(law, "plate.begins")
    return f"{begins}12345" if begins else ""
