"""Runs that wait are found by the names they bear, too."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("store", "0030_restarts")]

    operations = [
        migrations.AddIndex(
            "heldrun",
            models.Index(
                fields=["vin"], condition=Q(settled_at__isnull=True) & ~Q(vin=""), name="held_waiting_vin"
            ),
        ),
        migrations.AddIndex(
            "heldrun",
            models.Index(
                fields=["plate"], condition=Q(settled_at__isnull=True) & ~Q(plate=""), name="held_waiting_plate"
            ),
        ),
    ]
