"""The index of plates without a VIN says so in a way that no bound value can prove: SQLite keeps its plans."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("store", "0041_personal_keys")]

    operations = [
        migrations.RemoveConstraint(model_name="vehicle", name="vehicle_plate_without_vin"),
        migrations.AddConstraint(
            model_name="vehicle",
            constraint=models.UniqueConstraint(
                fields=["plate"], condition=~Q(vin__gt=""), name="vehicle_plate_without_vin"
            ),
        ),
    ]
