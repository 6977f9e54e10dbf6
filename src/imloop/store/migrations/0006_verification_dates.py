"""The end of an instrument's verification now stands in its certificate alone."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("store", "0005_frozen_registers")]
    operations = [migrations.RemoveField(model_name="equipment", name="verified_until")]
