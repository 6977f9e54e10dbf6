"""Personal keys: a key may be that of one person."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("store", "0048_unusual_days")]

    operations = [
        migrations.AddField(
            model_name="apikey",
            name="user",
            field=models.ForeignKey(
                help_text="whose personal key it is; empty: a machine's",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="keys",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
