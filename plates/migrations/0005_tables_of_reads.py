"""How other readers tell, what becomes of it, and tables of reads that wait for a person."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("plates", "0004_other_readers"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReadDraft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("owner_key", models.CharField(max_length=40)),
                ("file_name", models.CharField(max_length=200)),
                ("headers", models.JSONField(default=list)),
                ("rows", models.JSONField(default=list)),
                ("mapping", models.JSONField(default=list)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "table of reads",
                "verbose_name_plural": "tables of reads",
            },
        ),
        migrations.AddField(
            model_name="readsource",
            name="heard_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="readsource",
            name="kind",
            field=models.CharField(
                choices=[
                    ("WEBHOOK", "signed webhook"),
                    ("ONVIF", "ONVIF metadata"),
                    ("TABLE", "table (CSV, XLSX)"),
                ],
                default="WEBHOOK",
                max_length=8,
                verbose_name="kind",
            ),
        ),
        migrations.AddField(
            model_name="readsource",
            name="mode",
            field=models.CharField(
                choices=[("OFF", "off"), ("SANDBOX", "on trial"), ("LIVE", "live")],
                default="LIVE",
                max_length=8,
                verbose_name="mode",
            ),
        ),
        migrations.AddIndex(
            model_name="foreignpass",
            index=models.Index(fields=["received_at"], name="foreign_pass_by_time"),
        ),
        migrations.AddConstraint(
            model_name="readsource",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["WEBHOOK", "ONVIF", "TABLE"]), ("mode__in", ["OFF", "SANDBOX", "LIVE"])
                ),
                name="source_kind_and_mode_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="readsource",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "TABLE"), _negated=True), ("sealed_secret", ""), _connector="OR"
                ),
                name="source_table_has_no_secret",
            ),
        ),
        migrations.AddField(
            model_name="readdraft",
            name="source",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="drafts", to="plates.readsource"
            ),
        ),
        migrations.AddConstraint(
            model_name="readdraft",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_at__gt", models.F("created_at"))),
                name="read_draft_expires_later",
            ),
        ),
    ]
