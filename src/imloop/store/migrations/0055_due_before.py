"""Until when a vehicle was inspected before a pass: what it gives is taken back with it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("store", "0053_outcomes")]

    operations = [
        migrations.AddField(
            model_name="test",
            name="due_before",
            field=models.DateField(
                help_text="of a pass that counts: last day of the inspection before it; null: not known", null=True
            ),
        ),
    ]
