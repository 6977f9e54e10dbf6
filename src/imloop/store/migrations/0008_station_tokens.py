"""A token per station, changed by triggers: what the gates keep in memory is checked against it."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from imloop.store.migrations import _tokens


def create(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _tokens.create(editor)
    # Stations that are there already: touching a row gives it its first token.
    with editor.connection.cursor() as cursor:
        cursor.execute("UPDATE store_party SET name = name")


def drop(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _tokens.drop(editor)


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0007_rework'),
    ]

    operations = [
        migrations.CreateModel(
            name='StationToken',
            fields=[
                ('party_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('token', models.CharField(max_length=32)),
            ],
        ),
        migrations.RunPython(create, drop),
    ]
