from __future__ import annotations
import json, os
from dataclasses import replace
from datetime import date, timedelta
from random import Random
import pytest
from imloop.facts.refusal import Refusal
from imloop.steps.inspections.settle_run import Settlement, settle_run
from imloop.steps.vehicles.register.change_vehicle import ReportedChange, change_vehicle
from imloop.store.models import *
from stories.inspections.test_sixth_try import run, by_two
from support.city import FAR, NEAR, LISTED, City, at
from support.messages.uploads import PLATE, VIN
from support.stories.one_car import *

P2 = "桂B7788A"[:7] if False else "桂B77889"
T0 = at("2026-03-02 09:00")
def W(h): return f"{T0 + timedelta(hours=h):%Y-%m-%d %H:%M}"

@pytest.mark.parametrize("seed", range(int(os.environ.get("S0", 0)), int(os.environ.get("S1", 40))))
def test_w(city: City, seed: int) -> None:
    dice = Random(seed)
    swap = dice.choice([99, 99, 10, 20, 30])
    acts = []  # (arrive, order, fn, label)
    def plate(h): return PLATE if h < swap else P2
    def names(h):
        k = dice.choice(["both", "both", "vin", "plate", "plate", "wrong", "bothobd"])
        d = {"vin": VIN, "plate": plate(h)}
        if k == "vin": d["plate"] = ""
        if k == "plate": d["vin"] = ""
        if k == "wrong": d["vin"] = WRONG
        return k, d
    log = []
    runs = {}
    def dorun(h, kind, st, d, arrive, car_="A"):
        def go():
            r = run(city, W(h), station=st, now=T0 + timedelta(hours=arrive, minutes=10), vehicle=car(**d), **(FAIL if kind == "F" else {}))
            runs[(st, r.get("test_no"))] = car_
            log.append((arrive, "run", h, kind, st[-3:], d["vin"][-4:], d["plate"], r.get("refused") or str(r["counts"]), r.get("counts_why")))
        return go
    fh = dice.choice([0, 5, 15, 25])
    k, d = names(fh)
    acts.append((fh + dice.choice([0, 0, 3, 8, 12]), dorun(fh, "F", NEAR, d, 0)))
    fa = acts[-1][0]
    acts[-1] = (fa, dorun(fh, "F", NEAR, d, fa))
    for _ in range(dice.randint(1, 3)):
        h = fh + dice.choice([1, 4, 9, 14, 18])
        a = h + dice.choice([0, 0, 3, 8])
        _, dd = names(h)
        acts.append((a, dorun(h, "P", dice.choice([NEAR, FAR]), dd, a)))
    if swap < 99 and dice.random() < .7:
        h = swap + dice.choice([3, 8])
        acts.append((h, dorun(h, "P", FAR, {"vin": OTHER_VIN, "plate": PLATE}, h, "B")))
    def enter(h, **said):
        def go():
            city.enter(W(h), **said)
            log.append((h, "enter", said))
        return go
    first = dice.choice(["both", "both", "late"])
    t = -1 if first != "late" else dice.choice([2, 7, 12])
    if first == "plate": acts.append((t, enter(t, vin="")))
    elif first == "vin": acts.append((t, enter(t, plate="")))
    elif first in ("both", "late"): acts.append((t, enter(t)))
    if swap < 99:
        h = swap + dice.choice([0.1, 2, 6, 12])
        if dice.random() < .5: acts.append((h, enter(h, plate=P2)))
        else:
            def chg(h=h):
                change_vehicle(city.callers[POLICE], ReportedChange(kind="sold", on=(T0 + timedelta(hours=swap)).date(), vin=VIN, new_plate=P2), T0 + timedelta(hours=h)); log.append((h, "change"))
            acts.append((h, chg))
        if dice.random() < .8:
            h2 = h + dice.choice([.1, 4]); acts.append((h2, enter(h2, vin=OTHER_VIN)))
    end = 60
    for a, go in sorted(acts, key=lambda x: x[0]):
        try: go()
        except Refusal as e: log.append((a, "refused", e.code))
        except Exception as e:
            log.append((a, "EXC", repr(e)[:200]))
    try: city.enter(W(end), plate=PLATE if swap == 99 else P2)
    except Exception as e: log.append(repr(e)[:200])
    try: by_two(city, W(end + .1))
    except Refusal as e: log.append(("two", e.code))
    for held in list(HeldRun.objects.filter(settled_at=None).order_by("test__started_at")):
        held.refresh_from_db()
        whose = runs.get((held.test.station.code, held.test.test_no), "A")
        try:
            if held.test.vehicle_id is None:
                v = VIN if whose == "A" else OTHER_VIN
                settle_run(city.callers[ENV], held.test.station.code, held.test.test_no, Settlement("vehicle", "核对", "named", v, ""), T0 + timedelta(hours=end, minutes=20))
            else:
                settle_run(city.callers[ENV], held.test.station.code, held.test.test_no, Settlement("released", "核对"), T0 + timedelta(hours=end, minutes=20))
            log.append(("settled", held.test.test_no[-3:], whose))
        except Refusal as e: log.append(("settle", e.code))
    for held in list(HeldRun.objects.filter(settled_at=None)):
        try: settle_run(city.callers[ENV], held.test.station.code, held.test.test_no, Settlement("released", "核对"), T0 + timedelta(hours=end, minutes=30))
        except Refusal as e: log.append(("settle2", e.code))
    try: got = mark(city, W(end + 1))
    except Refusal as e: got = e.code
    log.append([(f"{(t.started_at-T0).total_seconds()/3600:g}", t.result, t.counts, t.counts_why, t.vehicle and (t.vehicle.vin[-4:], t.vehicle.plate)) for t in Test.objects.order_by("started_at")])
    with open(f"/tmp/fz2/{seed}.json", "w") as f:
        json.dump({"mark": got, "refusedF": any(l[1:4] == ("run", fh, "F") and l[7] not in ("case", "nothing") for l in log if isinstance(l, tuple)), "log": log}, f, ensure_ascii=False, default=str)
