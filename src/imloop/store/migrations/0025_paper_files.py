"""A file may belong to a retest on paper, or to a repair whose record is still to come. SQLite makes the table anew for a column with a default, which takes the
triggers with it: they are laid aside and put back."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from imloop.store.migrations import _frozen


def freeze(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _frozen.freeze(editor, "store_attachment")


def thaw(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _frozen.thaw(editor, "store_attachment")


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0024_sftp_way'),
    ]

    operations = [
        migrations.RunPython(thaw, freeze),
        migrations.AddField(
            model_name='attachment',
            name='unlock',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='files', to='store.paperunlock'),
        ),
        migrations.AddField(
            model_name='attachment',
            name='paper',
            field=models.CharField(blank=True, default='', max_length=12),
        ),
        migrations.AddField(
            model_name='attachment',
            name='shop',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.party'),
        ),
        migrations.AddField(
            model_name='attachment',
            name='repair_no',
            field=models.CharField(blank=True, default='', max_length=64),
        ),
        migrations.AddIndex(
            model_name='attachment',
            index=models.Index(condition=models.Q(('shop__isnull', False)), fields=['shop', 'repair_no'], name='attachment_of_repair'),
        ),
        migrations.RunPython(freeze, thaw),
        migrations.AddField(
            model_name='paperunlock',
            name='contradicted_at',
            field=models.DateTimeField(help_text='when a record came that says otherwise', null=True),
        ),
    ]
