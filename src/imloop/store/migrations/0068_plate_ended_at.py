"""When the register was told that a vehicle has a plate no more: what ran before that bore it still."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0060_resolved_about'),
    ]

    operations = [
        migrations.AddField(
            model_name='platespan',
            name='ended_at',
            field=models.DateTimeField(help_text='when the register was told of its end', null=True),
        ),
    ]
