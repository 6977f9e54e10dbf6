"""What a run counts for, as a decision that is kept, and runs that wait for a department.

For what is stored, the decision is what was done with the run: it moved a case, or it was a pass without one. Nothing
changes state. A failed run that moved nothing because a pass was known before it came would open a case today: it goes
on the environment department's list of runs to settle, where it is decided anew with one click, or left as it is.
"""

from datetime import UTC, datetime

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from imloop.store.migrations import _frozen

_SILENCED = {
    "code": "decided-otherwise",
    "cite": "",
    "text": "该次不合格检验上传时已有后来的合格检验，当时未建案；按现行规则应建案并重新核定其后的检验。",
    "text_en": "When this failed run came, a later pass was known, and no case was opened; today it would open one, and "
    "what followed would be decided anew.",
    "next": "核实后选择放行即重新核定，选择不予采信则维持原状。",
    "next_en": "Released, it is decided anew; not accepted, everything stays as it is.",
}
_FREE = ("vehicle_id", "case_no", "counts", "counts_why")
_MOVED = """
UPDATE store_test SET counts = 'case' WHERE result IN ('pass', 'fail') AND case_no <> '' AND outcome = 'completed'
  AND purpose <> 'comparison' AND EXISTS (
    SELECT 1 FROM store_caseevent e JOIN store_case c ON c.id = e.case_id
    WHERE c.case_no = store_test.case_no AND e.kind IN ('TestFailed', 'TestPassed') AND e.at = store_test.started_at)
"""
_CYCLE = """
UPDATE store_test SET counts = 'cycle' WHERE counts IS NULL AND result = 'pass' AND case_no = ''
  AND outcome = 'completed' AND purpose <> 'comparison' AND vehicle_id IS NOT NULL
"""
_NOTHING = """
UPDATE store_test SET counts = 'nothing', counts_why = CASE
  WHEN outcome = 'aborted' THEN 'aborted' WHEN purpose = 'comparison' THEN 'comparison'
  WHEN result NOT IN ('pass', 'fail') THEN 'not-decided' WHEN vehicle_id IS NULL THEN 'vehicle-unidentified'
  ELSE 'retest-without-permit' END
WHERE counts IS NULL
"""
_NAMES = """
UPDATE store_case SET vin_head = (SELECT SUBSTR(v.vin, 1, 8) FROM store_vehicle v WHERE v.id = vehicle_id),
  vin_tail = (SELECT SUBSTR(v.vin, 9) FROM store_vehicle v WHERE v.id = vehicle_id)
WHERE EXISTS (SELECT 1 FROM store_vehicle v WHERE v.id = vehicle_id AND LENGTH(v.vin) = 17)
"""


def compute(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    for statement in (_MOVED, _CYCLE, _NOTHING, _NAMES):
        editor.execute(statement, params=None)


def list_otherwise(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Failed runs that a pass, known before they came, had silenced."""
    test, held = apps.get_model("store", "Test"), apps.get_model("store", "HeldRun")
    silenced = test.objects.filter(
        result="fail", counts="nothing", counts_why="retest-without-permit", vehicle__isnull=False
    ).select_related("station", "vehicle")
    now = datetime.now(UTC)
    held.objects.bulk_create(
        held(
            test=run,
            vin=run.vehicle.vin,
            plate=run.vehicle.plate,
            reasons=[_SILENCED],
            place=run.station.place,
            held_at=now,
        )
        for run in silenced.iterator()
        if test.objects.filter(
            vehicle=run.vehicle, result="pass", counts__in=("case", "cycle"), started_at__gt=run.started_at
        ).exists()
    )


def freeze(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _frozen.freeze(editor, "store_test", _FREE)


def freeze_all(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _frozen.freeze(editor, "store_test")


def thaw(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _frozen.thaw(editor, "store_test")


class Migration(migrations.Migration):
    # Both databases: the rows are computed and the triggers made anew in the transaction that adds the columns.
    dependencies = [("store", "0026_normal_names")]

    operations = [
        migrations.RunPython(thaw, freeze_all),
        migrations.CreateModel(
            name="HeldRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "vin",
                    models.CharField(blank=True, default="", help_text="as the message says", max_length=17),
                ),
                (
                    "plate",
                    models.CharField(blank=True, default="", help_text="as the message says", max_length=12),
                ),
                ("reasons", models.JSONField()),
                ("place", models.CharField(max_length=6)),
                ("held_at", models.DateTimeField()),
                (
                    "settled",
                    models.CharField(
                        blank=True,
                        choices=[("vehicle", "确认车辆"), ("released", "放行"), ("rejected", "不予采信")],
                        default="",
                        max_length=12,
                    ),
                ),
                ("settled_at", models.DateTimeField(null=True)),
                ("settled_by", models.CharField(blank=True, default="", max_length=80)),
                ("settled_because", models.CharField(blank=True, default="", max_length=400)),
                ("candidates", models.ManyToManyField(related_name="held_runs", to="store.vehicle")),
                (
                    "test",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="held", to="store.test"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("settled_at__isnull", True)), fields=["place"], name="held_waiting"
                    )
                ]
            },
        ),
        migrations.AddField("case", "vin_head", models.CharField(help_text="first eight signs of the VIN", max_length=8, null=True)),
        migrations.AddField(
            "case",
            "vin_tail",
            models.CharField(help_text="the other nine; to find a VIN one sign apart", max_length=9, null=True),
        ),
        migrations.AddField(
            "link",
            "counted",
            models.JSONField(
                help_text="[running number, when it was last heard] of the last days, the oldest first", null=True
            ),
        ),
        migrations.AddField(
            "test", "analyser", models.CharField(help_text="as reported, to find overlapping runs", max_length=60, null=True)
        ),
        migrations.AddField(
            "test", "inspector", models.CharField(help_text="as reported, to find overlapping runs", max_length=60, null=True)
        ),
        migrations.AddField(
            "test", "counts", models.CharField(help_text="gates.inspections.counts.Counts", max_length=8, null=True)
        ),
        migrations.AddField(
            "test", "counts_why", models.CharField(help_text="why it counts for nothing", max_length=24, null=True)
        ),
        migrations.AddIndex(
            "case",
            models.Index(
                condition=models.Q(("closed_at__isnull", True)), fields=["vin_head"], name="case_open_vin_head"
            ),
        ),
        migrations.AddIndex(
            "case",
            models.Index(
                condition=models.Q(("closed_at__isnull", True)), fields=["vin_tail"], name="case_open_vin_tail"
            ),
        ),
        migrations.AddIndex(
            "test", models.Index(fields=["station", "ended_at"], name="test_station_end")
        ),
        migrations.RunPython(compute, migrations.RunPython.noop),
        migrations.RunPython(list_otherwise, migrations.RunPython.noop),
        migrations.RunPython(freeze, thaw),
    ]
