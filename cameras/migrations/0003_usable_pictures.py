import django.db.models.deletion
from django.db import migrations, models

import cameras.obstructions


class Migration(migrations.Migration):
    dependencies = [
        ("cameras", "0002_alarm_key"),
    ]

    operations = [
        migrations.AddField(
            model_name="camera",
            name="obstructions",
            field=models.TextField(
                blank=True,
                max_length=600,
                validators=[cameras.obstructions.check_obstructions],
                verbose_name="what stands in the way",
            ),
        ),
        migrations.AddField(
            model_name="camera",
            name="view_no",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="camerahealth",
            name="fault",
            field=models.CharField(blank=True, max_length=16),
        ),
        migrations.AddField(
            model_name="camerahealth",
            name="fault_since",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="camerahealth",
            name="reason",
            field=models.CharField(blank=True, max_length=80),
        ),
        migrations.CreateModel(
            name="SawNothing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("row", models.IntegerField()),
                ("column", models.IntegerField()),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=200)),
                ("alert_id", models.BigIntegerField(null=True)),
                ("undone_at", models.DateTimeField(null=True)),
                (
                    "camera",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saw_nothing",
                        to="cameras.camera",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["row", "column", "at"], name="saw_nothing_by_cell")],
            },
        ),
    ]
