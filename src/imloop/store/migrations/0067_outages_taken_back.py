"""An outage that was declared by one person and not confirmed is told from one that is over."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0068_plates_then'),
    ]

    operations = [
        migrations.AddField(
            model_name='outage',
            name='taken_back_at',
            field=models.DateTimeField(help_text="when one person's word was not confirmed: it counts for nothing since", null=True),
        ),
    ]
