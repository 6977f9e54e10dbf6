"""VINs that control units of failed runs reported, so that their vehicles are found when they come later."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("store", "0034_fee_as_wide_as_costs")]

    operations = [
        migrations.CreateModel(
            name="ObdName",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("vin", models.CharField(db_index=True, max_length=17)),
                (
                    "test",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="obd_names",
                        to="store.test",
                    ),
                ),
            ],
        ),
    ]
