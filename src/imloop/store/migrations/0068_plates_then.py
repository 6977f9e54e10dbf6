"""When the register was told that a vehicle has a plate no more: what ran before that bore it still. And of which
vehicle a paper is, found when it came."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0065_copies_of_anything'),
    ]

    operations = [
        migrations.AddField(
            model_name='platespan',
            name='ended_at',
            field=models.DateTimeField(help_text='when the register was told of its end', null=True),
        ),
        migrations.AddField(
            model_name='paperunlock',
            name='vehicle',
            field=models.ForeignKey(help_text='as found when it came', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='paper_unlocks', to='store.vehicle'),
        ),
    ]
