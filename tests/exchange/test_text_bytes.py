"""A message, a table in every encoding that line software and offices write: the same words, or a named refusal."""

from __future__ import annotations

import codecs
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imloop.exchange.dialects import read
from imloop.exchange.tables.read_tables import read_rows
from imloop.exchange.text_bytes import decode
from imloop.exchange.uploads.decode_check import decode_check
from imloop.exchange.uploads.decode_inspection import decode_kept_test, decode_test
from imloop.facts.refusal import Malformed

from .test_dialects import CARRIED, renew, verdict, write
from .test_reading import CHECK

ENCODINGS = {
    "UTF-8": lambda text: text.encode(),
    "UTF-8 with a mark": lambda text: codecs.BOM_UTF8 + text.encode(),
    "UTF-16 LE with a mark": lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
    "UTF-16 BE with a mark": lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
    "UTF-16 LE": lambda text: text.encode("utf-16-le"),
    "UTF-16 BE": lambda text: text.encode("utf-16-be"),
    "GBK": lambda text: text.encode("gbk"),
    "GB 18030": lambda text: text.encode("gb18030"),
}
ENDS = {
    "nothing": b"",
    "Ctrl-Z": b"\x1a",
    "NUL": b"\x00" * 37,
    "line ends and Ctrl-Z": b"\r\n\x1a\r\n",
    "both": b"\x1a\x00\x00",
}
OWNER = "柳州市分公司 Müller"


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize(("dialect", "container"), CARRIED, ids=[f"{d.name}-{c}" for d, c in CARRIED])
def test_a_message_reads_alike_in_every_encoding(
    dialect: object, container: str, end: str, encoding: str
) -> None:
    message = renew.upload("tsi-2-fail")
    message["vehicle"]["owner"] = {"name": OWNER if encoding != "GBK" else "柳州市分公司"}
    text = write(dialect, message, container)  # type: ignore[arg-type]
    plain, coded = text.encode(), ENCODINGS[encoding](text) + ENDS[end]
    assert decode_test(coded).vehicle == decode_test(plain).vehicle
    assert verdict(coded) == verdict(plain)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_so_does_what_is_no_test(encoding: str) -> None:
    assert decode_check(ENCODINGS[encoding](json.dumps(CHECK)) + b"\x1a") == decode_check(
        json.dumps(CHECK).encode()
    )


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("ending", ["csv", "ndjson"])
def test_a_table_reads_alike_in_every_encoding(ending: str, end: str, encoding: str, tmp_path: Path) -> None:
    text = {
        "csv": "plate,owner_name\r\n桂B12345,甲公司\r\n桂B12346,乙公司\r\n",
        "ndjson": '{"plate": "桂B12345", "owner_name": "甲公司"}\n{"plate": "桂B12346", "owner_name": "乙公司"}\n',
    }[ending]
    file = tmp_path / f"list.{ending}"
    file.write_bytes(ENCODINGS[encoding](text) + ENDS[end])
    assert [dict(row) for row in read_rows(file)] == [
        {"plate": "桂B12345", "owner_name": "甲公司"},
        {"plate": "桂B12346", "owner_name": "乙公司"},
    ]


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe{\x00\xff",
        b"\xff\xfe\x00\xd8",
        ("车主,柳州市鱼峰区某某汽车运输有限责任公司，" * 9).encode()[:-1],
        "车主,柳州市鱼峰区某某汽车运输有限责任公司".encode() + b"\xb9" + "柳州市柳北区".encode(),
        b"\x80\xff\xff\xff",
    ],
    ids=["half a sign", "half a pair", "cut off", "one byte too many", "nothing known"],
)
def test_damaged_text_is_refused_not_read_as_other_words(body: bytes, tmp_path: Path) -> None:
    with pytest.raises(Malformed) as refused:
        decode(body)
    assert refused.value.code == "malformed-text"
    file = tmp_path / "list.csv"
    file.write_bytes(body)
    with pytest.raises(Malformed) as refused:
        list(read_rows(file))
    assert refused.value.code == "malformed-text"


@pytest.mark.parametrize("plate", ["豫A12345", "鲁B12345", "使014578"])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16-le"])
def test_plates_whose_gb_18030_is_good_utf_8_are_read_as_plates(
    plate: str, encoding: str, tmp_path: Path
) -> None:
    text = f"vin,plate\nLKA0TFZK7SC672474,{plate}\n"
    assert decode(text.encode(encoding)).endswith(plate)
    (tmp_path / "list.csv").write_bytes(text.encode(encoding))
    assert next(read_rows(tmp_path / "list.csv"))["plate"] == plate


@pytest.mark.parametrize("text", ["owner,Müller", "t,20 °C", "λ,1.01", "V,3 m³"])
def test_other_signs_in_utf_8_stay_what_they_are(text: str) -> None:
    assert decode(text.encode()) == text


@given(body=st.binary(max_size=300) | st.text(max_size=60).map(str.encode))
@pytest.mark.parametrize("ending", ["csv", "ndjson"])
def test_any_bytes_are_a_table_or_a_named_refusal(
    body: bytes, ending: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.getbasetemp() / f"any.{ending}"
    file.write_bytes(body)
    try:
        for row in read_rows(file):
            assert row.number >= 1
    except Malformed as refused:
        assert refused.code and refused.text.en


def test_padding_within_a_message_makes_no_utf_16_of_it() -> None:
    text = "[Task]\nCalId=ABC\x00\x00\x00\x00\x00\nCvn=12\x00\x00\x00\n[Vehicle]\nVIN=LKAR7467XAC317992\x00\n"
    assert decode(text.encode()) == text.rstrip("\n\x00")


TWICE = {
    "json": '{"test_no": "T1", "vehicle": {"vin": "A", "fuel": "diesel", "vin": "B"}}',
    "json, far apart and spaced": '{"test_no" : "T1", "a\\":": 1, "b": [[{"x": 1}, {"test_no": 2}]], "test_no" : "T2"}',
    "ini": "[Task]\nTestNo=T1\nTestNo=T2\n",
    "ini, a section": "[Task]\nTestNo=T1\n[Vehicle]\nVIN=A\n[Task]\nLineNo=1\n",
    "csv": "检测编号,T1\n检测编号,T2\n\nCO,HC\n1,2\n",
    "a column of ini": "[Task]\nTestNo=T1\n[ProcessData]\nCO,HC,CO\n1,2,3\n",
    "a column of csv": "检测编号,T1\n\nCO,HC,CO\n1,2,3\n",
}


@pytest.mark.parametrize("kind", TWICE)
def test_a_name_given_twice_refuses_the_message(kind: str) -> None:
    with pytest.raises(Malformed) as refused:
        read(TWICE[kind].encode())
    assert refused.value.code in ("given-twice", "column-twice")


def example(name: str) -> str:
    return decode((Path(__file__).parent / "dialects" / name).read_bytes())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<VIN>", "<VIN>LKA0TFZK7SC672474</VIN><VIN>"),
        ("<VIN>", "<VIN/><VIN>"),
        ("</Vehicle>", "</Vehicle><Vehicle><VIN>LKA0TFZK7SC672474</VIN></Vehicle>"),
    ],
)
def test_so_does_an_element_that_is_there_twice(old: str, new: str) -> None:
    text = example("hj1238-lugdown.xml").replace(old, new, 1)
    with pytest.raises(Malformed) as refused:
        decode_test(text.encode())
    assert refused.value.code == "given-twice" and "Vehicle.VIN" in refused.value.text.zh


def test_names_alike_in_different_places_are_no_repetition() -> None:
    message = renew.upload("asm-1-fail")
    message["people"] = {'a":': 'b" : c', "driver": 'x":y'}
    assert decode_test(json.dumps(message).encode()).test_no == message["test_no"]


def test_what_was_taken_once_is_read_as_it_was_then() -> None:
    text = json.dumps(renew.upload("asm-1-fail"))[:-1] + ', "test_no": "LATER"}'
    assert decode_kept_test(text.encode()).test_no == "LATER"
    with pytest.raises(Malformed):
        decode_test(text.encode())


def saved_again(text: str, separator: str = ",") -> str:
    """A line's table as a spreadsheet writes it: every row as long as the longest."""
    rows = [line.split(",") for line in text.splitlines()]
    width = max(map(len, rows)) + 2
    return "\r\n".join(separator.join(row + [""] * (width - len(row))) for row in rows) + "\r\n"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("golden", ["tsi-2-fail", "asm-1-fail"])
def test_a_table_saved_by_a_spreadsheet_reads_as_before(golden: str, separator: str) -> None:
    dialect = next(d for d, container in CARRIED if container == "csv")
    text = write(dialect, renew.upload(golden), "csv")
    assert verdict(saved_again(text, separator).encode("gb18030")) == verdict(text.encode())


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("检测编号,", "检测编号,2.02611E+13,", "digits-lost"),
        ("检测编号,", "检测编号,T1,T2,", "malformed-table"),
        ("检测编号,", '检测编号,"', "malformed-table"),
        ("检测编号,", '检测编号,"T"1,', "malformed-table"),
    ],
)
def test_what_a_spreadsheet_has_spoilt_is_refused_by_name(old: str, new: str, code: str) -> None:
    text = saved_again(example("line-csv-tsi.csv"))
    line = next(line for line in text.splitlines() if line.startswith(old))
    changed = text.replace(line, new if new.endswith('"') else new + ",,,", 1)
    with pytest.raises(Malformed) as refused:
        decode_test(changed.encode("gb18030"))
    assert refused.value.code == code
