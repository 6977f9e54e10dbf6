"""What a finding turned out to be, and which department decides it. Those resolved before have no outcome."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("store", "0051_plates_without_vin")]

    operations = [
        migrations.AddField(
            model_name="finding",
            name="outcome",
            field=models.CharField(
                blank=True,
                choices=[
                    ("true", "属实"),
                    ("not_true", "不属实"),
                    ("handed_over", "移送"),
                    ("gone", "原因已消除"),
                ],
                default="",
                help_text="handed_over: still open; empty on a resolved one: resolved before outcomes were asked for",
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="finding",
            name="handed_to",
            field=models.CharField(
                blank=True, default="", help_text="code of the department that decides", max_length=40
            ),
        ),
        migrations.AlterField(
            model_name="finding",
            name="resolution",
            field=models.CharField(
                blank=True,
                default="",
                help_text="what was found on looking, or why it was handed over",
                max_length=400,
            ),
        ),
    ]
