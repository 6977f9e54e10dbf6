"""Steps of matters, files handed in, equipment checks and changes of vehicles are kept as they came; an instrument's
verification becomes a certificate."""

import datetime

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from imloop.store.migrations import _frozen

FROZEN = ("store_matterevent", "store_attachment", "store_equipmentcheck", "store_vehiclechange")


def freeze(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    for table in FROZEN:
        _frozen.freeze(editor, table)


def thaw(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    for table in FROZEN:
        _frozen.thaw(editor, table)


def verifications_become_certificates(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """An instrument's verification is a certificate with a beginning and an end; its number was not kept before."""
    certificate = apps.get_model("store", "Certificate")
    for each in apps.get_model("store", "Equipment").objects.select_related("line"):
        each.since = each.line.since
        each.save()
        since = min(each.since, each.verified_until - datetime.timedelta(days=365))
        certificate.objects.create(
            equipment=each, kind="verification", number="", since=since, until=each.verified_until
        )


class Migration(migrations.Migration):
    dependencies = [("store", "0004_registers")]
    operations = [
        migrations.RunPython(verifications_become_certificates, migrations.RunPython.noop),
        migrations.RunPython(freeze, thaw),
    ]
