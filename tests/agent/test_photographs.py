"""Photographs of a repair: kept with it, sent before it, once, whenever the power goes."""

from __future__ import annotations

import json
import os
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from imloop.agent.inlets import folder as folders
from imloop.agent.inlets.folder import Folder
from imloop.agent.sending.form import parts_of
from imloop.agent.sending.uploader import Step, Uploader
from imloop.agent.spool import Kind, Spool, State
from imloop.facts.pictures import LARGEST
from imloop.facts.refusal import Malformed
from imloop.store.models import Attachment, Repair
from support.city import LISTED, NEAR, at
from support.doors import Doors
from support.messages.uploads import repair_message
from support.stories.outages import FAIL
from support.stories.outages import upload as upload_test

from .conftest import Bench, Clock
from .test_port import Local, local  # noqa: F401 - a fixture
from .test_process import Station, quiet, station  # noqa: F401 - a fixture
from .test_with_the_platform import platform_for, send_all

OLD = b"\xff\xd8\xff\xe0\r\n--not-the-boundary\r\n\x00\n\r old part"
NEW = b"\x89PNG\r\n\x1a\n\r\r\n new part\n"


def repair(*names: str, number: str = "W-1") -> bytes:
    documents = {"certificate_no": "H1", "settlement_no": "J1", "invoice_no": "F1", "photos": list(names)}
    message = repair_message(at("2026-03-04 16:00"), shop=LISTED, repair_no=number, documents=documents)
    return json.dumps(message).encode()


@pytest.fixture
def folder(tmp_path: Path, spool: Spool) -> Folder:
    return Folder(tmp_path / "inbox", spool)


def look(folder: Folder, clock: Clock, **later: float) -> int:
    """Two looks, far enough apart for new files to have settled."""
    folder.look(clock())
    clock.on(**later or {"seconds": 3})
    return folder.look(clock())


def kinds(spool: Spool) -> list[str]:
    return [item.kind for item in spool.items()]


def names(path: Path) -> list[str]:
    return sorted(str(file.relative_to(path)) for file in path.rglob("*") if file.is_file())


def test_beside_the_message_and_before_it(folder: Folder, clock: Clock) -> None:
    (folder.path / "w.json").write_bytes(repair("old.jpg", "new.png", "ref:77"))
    (folder.path / "new.png").write_bytes(NEW)
    (folder.path / "old.jpg").write_bytes(OLD)
    assert look(folder, clock) == 1
    assert kinds(folder.spool) == ["photo", "photo", "repair"]
    assert [folder.spool.body(number) for number in (1, 2)] == [OLD, NEW]
    addresses = [parse_qs(urlsplit(item.address).query) for item in folder.spool.items()[:2]]
    assert addresses == [
        {"repair_no": ["W-1"], "name": ["old.jpg"]},
        {"repair_no": ["W-1"], "name": ["new.png"]},
    ]
    day = f"done/{clock():%Y-%m-%d}"
    assert names(folder.path) == [f"{day}/new.png", f"{day}/old.jpg", f"{day}/w.json"]


def test_the_message_waits_for_its_photograph_but_not_for_ever(folder: Folder, clock: Clock) -> None:
    (folder.path / "w.json").write_bytes(repair("old.jpg", "new.png"))
    (folder.path / "old.jpg").write_bytes(OLD)
    assert look(folder, clock) == 0
    assert look(folder, clock, minutes=4) == 0
    assert look(folder, clock, minutes=2) == 1
    assert kinds(folder.spool) == ["photo", "repair"]
    (folder.path / "new.png").write_bytes(NEW)  # late, and sent all the same
    assert look(folder, clock, minutes=4) == 0
    assert look(folder, clock, minutes=2) == 1
    assert kinds(folder.spool) == ["photo", "repair", "photo"]
    assert "new.png" in folder.spool.items()[-1].address


def test_a_name_used_again_goes_with_the_repair_that_brings_it(folder: Folder, clock: Clock) -> None:
    (folder.path / "w1.json").write_bytes(repair("img1.jpg"))
    assert look(folder, clock, minutes=6) == 1
    (folder.path / "img1.jpg").write_bytes(OLD)
    assert look(folder, clock, minutes=4) == 0
    (folder.path / "w2.json").write_bytes(repair("img1.jpg", number="W-2"))
    assert look(folder, clock) == 1
    assert [item.address.partition("?")[2] for item in folder.spool.items() if item.kind == "photo"] == [
        "repair_no=W-2&name=img1.jpg"
    ]
    clock.on(days=1)
    (folder.path / "img1.jpg").write_bytes(NEW)
    assert look(folder, clock, minutes=6) == 0, "what was missed a day ago is missed"


@pytest.mark.parametrize(("body", "code"), [(b"GIF89a", "wrong-file"), (OLD + b"x" * LARGEST, "too-large")])
def test_what_is_no_photograph_is_put_aside_and_the_repair_goes(
    folder: Folder, clock: Clock, body: bytes, code: str
) -> None:
    (folder.path / "old.jpg").write_bytes(body)
    (folder.path / "w.json").write_bytes(repair("old.jpg"))
    assert look(folder, clock) == 1
    assert kinds(folder.spool) == ["repair"]
    reason = json.loads((folder.path / "refused" / "old.jpg.reason.json").read_bytes())
    assert reason["code"] == code


def test_a_photograph_that_nobody_names_lies_apart_after_a_day(folder: Folder, clock: Clock) -> None:
    (folder.path / "cat.png").write_bytes(NEW)
    assert look(folder, clock, hours=23) == 0
    assert names(folder.path) == ["cat.png"]
    look(folder, clock, hours=2)
    assert names(folder.path) == ["refused/cat.png", "refused/cat.png.reason.json"]
    assert folder.spool.items() == []


@pytest.mark.parametrize("moved", [0, 1, 2])
def test_power_gone_between_disk_and_folder_makes_nothing_twice(
    folder: Folder, clock: Clock, monkeypatch: pytest.MonkeyPatch, moved: int
) -> None:
    """After the commit, with none, one or both photographs moved."""
    for name, body in (("old.jpg", OLD), ("new.png", NEW), ("w.json", repair("old.jpg", "new.png"))):
        (folder.path / name).write_bytes(body)
    left = [moved]

    def move(file: Path, target: Path) -> None:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        target.parent.mkdir(parents=True, exist_ok=True)
        file.replace(target)

    with monkeypatch.context() as power:
        power.setattr(folders, "_move", move)
        with pytest.raises(KeyboardInterrupt):
            look(folder, clock)
    assert kinds(folder.spool) == ["photo", "photo", "repair"]
    look(Folder(folder.path, folder.spool), clock)
    assert kinds(folder.spool) == ["photo", "photo", "repair"]
    assert {name.rpartition("/")[2] for name in names(folder.path)} == {"old.jpg", "new.png", "w.json"}
    assert all(name.startswith("done/") for name in names(folder.path))


def test_all_or_nothing_on_the_disk(spool: Spool, folder: Folder, clock: Clock) -> None:
    """A repair whose row cannot be written leaves no photograph behind it."""
    (folder.path / "old.jpg").write_bytes(OLD)
    (folder.path / "w.json").write_bytes(repair("old.jpg"))
    spool._db.execute(
        "CREATE TRIGGER full BEFORE INSERT ON item WHEN NEW.kind = 'repair' BEGIN SELECT RAISE(FAIL, 'full'); END"
    )
    assert look(folder, clock) == 0
    assert spool.items() == [] and names(folder.path) == ["old.jpg", "w.json"]


def test_the_same_picture_of_two_repairs_goes_with_each(folder: Folder, clock: Clock) -> None:
    for number in ("W-1", "W-2"):
        (folder.path / "old.jpg").write_bytes(OLD)
        (folder.path / f"{number}.json").write_bytes(repair("old.jpg", number=number))
        look(folder, clock)
    assert kinds(folder.spool) == ["photo", "repair"] * 2


def test_an_older_platform_that_knows_no_photographs_gets_the_repair(bench: Bench) -> None:
    from imloop.agent.inlets.inlet import take

    bench.fake.answers["POST /api/v1/repairs/files"] = (
        404,
        {"Content-Type": "application/problem+json"},
        b'{"code": "unknown-call"}',
    )
    take(bench.spool, repair("old.jpg"), bench.clock(), photos={"old.jpg": (OLD, "")})
    assert bench.steps(3) == [Step.REFUSED, Step.SENT, Step.EMPTY]


def test_a_spool_of_before_takes_photographs(tmp_path: Path, clock: Clock) -> None:
    from imloop.agent.inlets.inlet import take

    old = Spool(tmp_path / "spool")
    take(old, repair(number="W-0"), clock())
    old._db.execute("ALTER TABLE item DROP COLUMN address")
    old.close()
    now = Spool(tmp_path / "spool")
    take(now, repair("old.jpg"), clock(), photos={"old.jpg": (OLD, "")})
    assert kinds(now) == ["repair", "photo", "repair"]
    now.close()


def form(message: bytes, **files: bytes) -> tuple[str, bytes]:
    """As a client builds it: content type and body."""
    parts: list[tuple[str, tuple[str | None, bytes, str]]] = [("repair", (None, message, "application/json"))]
    parts += [("photo", (name.replace("_", "."), body, "image/jpeg")) for name, body in files.items()]
    request = httpx.Request("POST", "http://127.0.0.1/repairs", files=parts)
    return request.headers["content-type"], request.read()


def test_a_form_gives_back_every_byte() -> None:
    every = bytes(range(256)) * 3 + b"\r\n\r\n--\r\n"
    sent = repair("old.jpg")
    message, files = parts_of(*form(sent, old_jpg=OLD, new_png=NEW, all_pdf=every))
    assert message == sent and files == {"old.jpg": OLD, "new.png": NEW, "all.pdf": every}
    for content_type, body in (("multipart/form-data", b"x"), form(b"", old_jpg=OLD)[:1] + (b"--x--",)):
        with pytest.raises(Malformed, match="malformed-form"):
            parts_of(content_type, body)


def test_in_one_request_or_one_by_one_at_the_port(local: Local) -> None:  # noqa: F811
    local.bench.fake.always = "drop"
    kind, body = form(repair("old.jpg"), old_jpg=OLD)
    answer = local.post("/api/v1/repairs", body, headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["queue"]) == (202, 2)
    assert local.post("/repairs/files?repair_no=W-2&name=a.png", NEW).json()["queue"] == 3
    assert kinds(local.bench.spool) == ["photo", "repair", "photo"]
    bad = local.post("/repairs/files?repair_no=W-2&name=a.png", b"GIF89a")
    assert (bad.status_code, bad.json()["code"]) == (422, "wrong-file")
    assert local.post("/repairs/files?name=a.png", NEW).json()["code"] == "missing"
    kind, body = form(repair("bad.jpg", number="W-3"), bad_jpg=b"GIF89a")
    assert local.post("/repairs", body, headers={"Content-Type": kind}).status_code == 422
    assert len(local.bench.spool.items()) == 3


@pytest.mark.skipif(os.name != "posix", reason="kills with signals")
def test_killed_between_photograph_and_repair_each_arrives_once_in_order(
    station: Station,  # noqa: F811
) -> None:
    fake = station.served.fake
    quiet(fake)
    fake.always = "500"
    station.start()
    message = repair("old.jpg", "new.png")
    kind, body = form(message, old_jpg=OLD, new_png=NEW)
    address = f"http://127.0.0.1:{station.port}/api/v1/repairs"
    assert httpx.post(address, content=body, headers={"Content-Type": kind}, timeout=60).status_code == 202
    station.kill()
    fake.mood.clear()
    fake.mood.extend(["ok", "hang"])  # the second photograph is taken, and the answer never comes
    fake.always = "ok"
    station.start()
    fake.wait_taken(2)
    station.kill()
    station.start()
    assert fake.wait_taken(3) == [OLD, NEW, message]


def test_at_the_real_platform_they_are_there_with_the_repair(
    doors: Doors, spool: Spool, folder: Folder, clock: Clock
) -> None:
    doors.at("2026-03-02 09:10")
    upload_test(doors, FAIL, station=NEAR, co=0.9)
    doors.at("2026-03-05 09:30")
    (folder.path / "旧件.jpg").write_bytes(OLD)
    (folder.path / "w.json").write_bytes(repair("旧件.jpg", number="维修:1.2_3"))
    look(folder, clock)
    uploader = Uploader(spool, platform_for(doors, LISTED), clock)
    assert send_all(uploader) == [Step.SENT, Step.SENT]
    kept = Attachment.objects.get()
    assert (bytes(kept.body), kept.name, kept.repair_no) == (OLD, "旧件.jpg", "维修:1.2_3")
    assert Repair.objects.get().receipt["photographs_missing"] == []
    assert {item.state for item in spool.items()} == {State.SENT} and Kind.PHOTO in kinds(spool)
