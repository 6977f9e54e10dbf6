"""Of a matter's secret address the store keeps the SHA-256 alone."""

import base64
import hashlib

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.exceptions import IrreversibleError
from django.db.migrations.state import StateApps
from django.utils.crypto import salted_hmac

_ROWS = 500


def hide(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    matters = apps.get_model("store", "Matter").objects
    rows = []
    untold = matters.filter(kind__in=("penalty", "simple_penalty"), party=None).exclude(events__kind="notify")
    told = set(matters.values_list("pk", flat=True)) - set(untold.values_list("pk", flat=True))
    for row in matters.only("matter_no", "token_sha256").iterator(_ROWS):
        # Of a party that was told nothing yet the address is made as today's papers will print it.
        token = row.token_sha256 if row.pk in told else _made_of(row.matter_no)
        row.token_sha256 = hashlib.sha256(token.encode()).hexdigest()
        rows.append(row)
    matters.bulk_update(rows, ["token_sha256"], batch_size=_ROWS)


def _made_of(matter_no: str) -> str:
    return base64.urlsafe_b64encode(salted_hmac("imloop.matter", matter_no, algorithm="sha256").digest()[:18]).decode()


def stay(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """A hash is not turned back into the address."""
    if apps.get_model("store", "Matter").objects.exists():
        raise IrreversibleError(
            "事项的查询地址只存哈希，退回旧版本后当事人无法打开：请从升级前的备份恢复。 · "
            "Only hashes of the addresses of matters are kept; going back, nobody could open theirs: restore a backup "
            "from before the upgrade."
        )


class Migration(migrations.Migration):
    dependencies = [("store", "0069_draw_officers")]

    operations = [
        migrations.RenameField("matter", "token", "token_sha256"),
        migrations.AlterField(
            "matter",
            "token_sha256",
            models.CharField(help_text="of what opens the applicant's page", max_length=64, unique=True),
        ),
        migrations.RunPython(hide, stay),
    ]
