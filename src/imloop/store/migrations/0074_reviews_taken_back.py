"""A review can be taken back, or say that nothing can be told; how the owner was told stands beside when."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from imloop.store.migrations import _frozen

MOVES = ("state", "finding_id", "told_at", "open_at")


def thaw(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _frozen.thaw(editor, "store_remotereview")
    _frozen.thaw(editor, "store_remotereading")


def freeze_as_before(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _frozen.freeze(editor, "store_remotereading", MOVES)
    _frozen.freeze(editor, "store_remotereview")


def freeze(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _frozen.freeze(editor, "store_remotereading", (*MOVES, "told_how"))
    _frozen.freeze(editor, "store_remotereview", ("taken_back_at",))


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0073_as_registered'),
    ]

    operations = [
        migrations.RunPython(thaw, freeze_as_before),
        migrations.AddField(
            model_name='remotereading',
            name='told_how',
            field=models.CharField(blank=True, default='', help_text='sms | phone | post | in_person | read', max_length=12),
        ),
        migrations.RemoveConstraint(
            model_name='remotereview',
            name='remote_review_once',
        ),
        migrations.RemoveConstraint(
            model_name='remotereview',
            name='remote_review_by_two',
        ),
        migrations.AddField(
            model_name='remotereview',
            name='taken_back_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name='remotereview',
            name='stage',
            field=models.PositiveSmallIntegerField(help_text='1, 2; 0: nothing could be told from the pictures'),
        ),
        migrations.AddConstraint(
            model_name='remotereview',
            constraint=models.UniqueConstraint(condition=models.Q(('stage__gt', 0), ('taken_back_at__isnull', True)), fields=('reading', 'stage'), name='remote_review_once'),
        ),
        migrations.AddConstraint(
            model_name='remotereview',
            constraint=models.UniqueConstraint(condition=models.Q(('taken_back_at__isnull', True)), fields=('reading', 'person'), name='remote_review_by_two'),
        ),
        migrations.RunPython(freeze, thaw),
    ]
