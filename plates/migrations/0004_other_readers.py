"""Other readers, and which pass each of them told."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("plates", "0003_first_weeks")]

    operations = [
        migrations.CreateModel(
            name="ReadSource",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=20, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("camera", models.CharField(max_length=32, verbose_name="camera")),
                ("sealed_secret", models.CharField(blank=True, max_length=300)),
                ("is_trusted", models.BooleanField(default=False, verbose_name="trusted")),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                ("added_at", models.DateTimeField()),
            ],
            options={"verbose_name": "other reader", "verbose_name_plural": "other readers"},
        ),
        migrations.CreateModel(
            name="ForeignPass",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("external_id", models.CharField(max_length=64)),
                ("pass_id", models.UUIDField(unique=True)),
                ("received_at", models.DateTimeField()),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="passes",
                        to="plates.readsource",
                    ),
                ),
            ],
            options={
                "verbose_name": "pass told by another reader",
                "verbose_name_plural": "passes told by other readers",
                "constraints": [
                    models.UniqueConstraint(fields=["source", "external_id"], name="foreign_pass_once")
                ],
            },
        ),
    ]
