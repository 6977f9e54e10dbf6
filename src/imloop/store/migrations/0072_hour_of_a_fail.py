"""A release of a repair says what was looked at. Those given before that was noted spoke for the hour of the failed test
as well, and go on doing so."""

from collections.abc import Callable

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

_ROWS = 500


def _renamed(before: str, after: str) -> Callable[[StateApps, BaseDatabaseSchemaEditor], None]:
    def run(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        cases, changed = apps.get_model("store", "Case").objects, []
        for row in cases.only("snapshot").iterator(_ROWS):
            repairs = row.snapshot["repairs"]
            if any(before in each for each in repairs):
                for each in repairs:
                    each[after] = each.pop(before, None)
                changed.append(row)
        cases.bulk_update(changed, ["snapshot"], batch_size=_ROWS)

    return run


class Migration(migrations.Migration):
    dependencies = [("store", "0071_remote_sensing")]

    operations = [
        migrations.AddIndex(
            "repair", models.Index(fields=["shop", "uploaded_at"], name="repair_shop_upload")
        ),
        migrations.AlterField(
            "heldrun",
            "settled",
            models.CharField(
                blank=True,
                choices=[
                    ("vehicle", "确认车辆"),
                    ("released", "放行"),
                    ("later", "时间不实，按收到时间计入"),
                    ("rejected", "不予采信"),
                ],
                default="",
                max_length=12,
            ),
        ),
        migrations.RunPython(
            _renamed("released_at", "fail_hour_at"), _renamed("fail_hour_at", "released_at")
        ),
    ]
