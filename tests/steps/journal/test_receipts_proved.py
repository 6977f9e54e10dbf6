"""A receipt is proved word for word under a published root; altered and invented ones are named."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imloop.proof import journal as proof
from imloop.steps.journal import prove_journal
from imloop.steps.journal.check_against_journal import unlike_the_journal
from imloop.steps.journal.seals import place_of, seal
from imloop.store.models import Repair, Test
from support.city import City, at
from support.mutations import mutations

Proved = tuple[dict[str, Any], dict[str, Any], dict[str, Any]]


@pytest.fixture
def proved(city: City) -> Proved:
    """The receipt of a failed test, its proof, and the roots as they were published."""
    city.test("2026-03-02 08:30", co=0.1, test_no="T-2")
    receipt = city.test("2026-03-02 09:00", co=0.9)
    seal(at("2026-03-02 11:00"))
    sent: dict[str, Any] = json.loads(json.dumps(receipt.body))
    return sent, place_of(sent["journal"]["number"]).to_json(), roots()


def roots() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(prove_journal.published(date(2026, 3, 1))))
    return found


def check(receipt: Any, inclusion: Any, published: Any) -> proof.Checked:
    return proof.check_receipt(receipt, inclusion, proof.published_in(published))


def answer(receipt: Any, inclusion: Any, published: Any) -> str:
    try:
        return check(receipt, inclusion, published).lines()[-1]
    except (ValueError, KeyError, TypeError, AttributeError):
        return "not understood"


def test_an_honest_receipt_is_vouched_for_by_what_it_says(proved: Proved) -> None:
    receipt, inclusion, published = proved
    found = check(*proved)
    assert (found.code, found.lines()[-1]) == (0, "sound")
    said = "\n".join(found.lines())
    fixed = f"by its own word, fixed by the root of {inclusion['hour']}"
    for word in ("the whole receipt", "result fail", receipt["report"], receipt["test_no"], fixed):
        assert word in said
    # As a station keeps it: keys in another order, other blanks, numbers written otherwise.
    kept = json.dumps(dict(reversed(receipt.items())), ensure_ascii=True, indent=3).replace(
        ": 31.0,", ": 31,"
    )
    assert answer(proof.read_json(kept), inclusion, published) == "sound"


def test_every_altered_field_of_receipt_and_proof_is_noticed(proved: Proved) -> None:
    """Whatever is flipped, left out or added in either file."""
    receipt, inclusion, published = proved
    noticed = ("faults", "not understood")
    for name, changed in mutations(receipt):
        assert answer(changed, inclusion, published).endswith(noticed), name
    for name, changed in mutations(inclusion):
        assert answer(receipt, changed, published).endswith(noticed), name


def test_a_verdict_changed_under_an_honest_entry_is_named(proved: Proved) -> None:
    receipt, inclusion, published = proved
    number = receipt["journal"]["number"]
    found = check({**receipt, "verdict": "pass"}, inclusion, published)
    assert found.lines() == [f"the receipt is not the one that entry {number} records", "1 faults"]


def test_an_entry_of_another_test_proves_nothing_of_this_one(proved: Proved) -> None:
    receipt, _, published = proved
    other = Test.objects.get(test_no="T-2").receipt
    swapped = {**receipt, "journal": other["journal"]}
    found = check(swapped, place_of(other["journal"]["number"]).to_json(), published)
    assert any("records another matter" in fault for fault in found.faults)


def test_an_invented_entry_is_named_whatever_hashes_fit(proved: Proved) -> None:
    receipt, inclusion, published = proved
    for number in (receipt["journal"]["number"], published["number"] + 50):
        invented = {**receipt, "verdict": "pass"}
        stamp = {**receipt["journal"], "number": number}
        body = {"result": "pass", "receipt": proof.receipt_hash("sha256", invented)}
        stamp["body"] = json.dumps(body)
        stamp["hash"] = proof.entry_hash("sha256", stamp)
        one = {"number": number, "hash": stamp["hash"], "first": number, "last": number, "path": []}
        own = {**inclusion, **one, "root": proof.root("sha256", [stamp["hash"]])}
        said = check({**invented, "journal": stamp}, own, published)
        if number <= published["number"]:
            assert said.faults == [f"the root of {inclusion['hour']} is not the one published"]
        else:
            assert said.lines() == [
                f"not checkable: no published root covers entry {number}: get the roots of that time",
                "not checkable",
            ], "nothing is vouched for"


@pytest.mark.parametrize("value", ["1" + "0" * 400, "[" * 400 + "]" * 400, "1e999", "-0.0", '"\\ud800"'])
def test_what_no_receipt_holds_is_never_vouched_for(proved: Proved, value: str, tmp_path: Path) -> None:
    """Nor does it end in a trace of the program's own."""
    files = [tmp_path / name for name in ("receipt", "proof", "roots")]
    for file, told in zip(files, proved, strict=True):
        file.write_text(json.dumps(told))
    files[0].write_text(json.dumps(proved[0])[:-1] + f', "more": {value}}}')
    assert proof.main(["receipt", *map(str, files)]) in (1, 2)


def test_before_the_hour_is_sealed_nothing_is_vouched_for(city: City) -> None:
    receipt = city.test("2026-03-02 09:00", co=0.9).body
    number = receipt["journal"]["number"]  # type: ignore[index]
    found = check(receipt, place_of(number).to_json(), roots())
    assert (found.code, found.vouched) == (3, []) and "not sealed yet" in found.open[0]


def test_a_repair_s_receipt_is_proved_too_and_kept_ones_are_compared(city: City) -> None:
    city.test("2026-03-02 09:00", co=0.9)
    city.repair("2026-03-03 15:00")
    seal(at("2026-03-03 16:00"))
    kept = Repair.objects.get().receipt
    found = check(kept, place_of(kept["journal"]["number"]).to_json(), roots())
    assert found.lines()[-1] == "sound"
    assert unlike_the_journal() == [], "the database gives back what was hashed"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (31.0, "31"),
        (-0.0, "0"),
        (1e21, "1e+21"),
        (1e20, "100000000000000000000"),
        (1e-6, "0.000001"),
        (1e-7, "1e-7"),
        (333333333.33333329, "333333333.3333333"),
        (4.50, "4.5"),
        (2e-3, "0.002"),
        (0.000000000000000000000000001, "1e-27"),
        (5e-324, "5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
        ('€$\u000f\nA\'B"\\\\"/', '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'),
        ({"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "ö": 7}, None),
        ([None, True, False, {}], "[null,true,false,{}]"),
    ],
)
def test_the_canonical_form_is_that_of_rfc_8785(value: object, text: str | None) -> None:
    """The samples of the RFC."""
    if text is None:
        assert isinstance(value, dict)
        assert list(json.loads(proof.canonical(value)).values()) == [2, 4, 6, 7, 1, 5, 3]
    else:
        assert proof.canonical(value) == text


def test_what_is_no_json_has_no_canonical_form() -> None:
    with pytest.raises(ValueError):
        proof.canonical({"a": float("nan")})
    with pytest.raises(TypeError):
        proof.canonical({"a": date(2026, 3, 2)})


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text()
        | st.integers(-(2**53), 2**53),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_the_canonical_form_reads_back_as_the_same_value(value: Any) -> None:
    assert proof.canonical(json.loads(proof.canonical(value))) == proof.canonical(value)
    assert json.loads(proof.canonical(value), parse_int=float) == value
