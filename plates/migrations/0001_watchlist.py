"""The watchlist, and the distinct plate texts with their trigrams. Entries are never deleted."""

import datetime

import django.contrib.postgres.indexes
import django.db.models.expressions
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models

import plates.workflow

KEEP = """
CREATE FUNCTION plates_refuse_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a watchlist entry is revoked, never deleted' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER plates_never_deleted BEFORE DELETE ON plates_watchlistentry
    FOR EACH ROW EXECUTE FUNCTION plates_refuse_delete();
"""
LET_GO = """
DROP TRIGGER plates_never_deleted ON plates_watchlistentry;
DROP FUNCTION plates_refuse_delete();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        TrigramExtension(),
        migrations.CreateModel(
            name="PlateText",
            fields=[
                ("text", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("last_seen_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["text"], name="plate_text_trigrams", opclasses=["gin_trgm_ops"]
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="WatchlistEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.CharField(max_length=20, verbose_name="plate")),
                (
                    "province",
                    models.CharField(
                        blank=True,
                        choices=plates.workflow.province_choices,
                        max_length=4,
                        verbose_name="province",
                    ),
                ),
                (
                    "plate_class",
                    models.CharField(
                        blank=True, choices=plates.workflow.class_choices, max_length=16, verbose_name="class"
                    ),
                ),
                ("case_number", models.CharField(max_length=60, verbose_name="case number")),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("STOLEN", "Stolen vehicle"),
                            ("WANTED", "Used in an offence"),
                            ("WARRANT", "Warrant"),
                            ("MISSING", "Missing person"),
                            ("FALSE_PLATE", "False plate"),
                        ],
                        max_length=12,
                        verbose_name="category",
                    ),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                ("requester", models.CharField(max_length=120, verbose_name="requested by")),
                ("vehicle", models.CharField(max_length=120, verbose_name="vehicle")),
                ("confirmed_at", models.DateTimeField(verbose_name="confirmed with the requester")),
                ("expires_at", models.DateTimeField(verbose_name="expires")),
                ("added_at", models.DateTimeField()),
                ("added_by", models.CharField(max_length=200)),
                ("added_key", models.CharField(max_length=40)),
                ("approved_at", models.DateTimeField(null=True)),
                ("approved_by", models.CharField(blank=True, max_length=200)),
                ("approved_key", models.CharField(blank=True, max_length=40)),
                ("revoked_at", models.DateTimeField(null=True)),
                ("revoked_by", models.CharField(blank=True, max_length=200)),
                ("revoke_reason", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "verbose_name": "watchlist entry",
                "verbose_name_plural": "watchlist",
                "indexes": [models.Index(fields=["text"], name="watchlist_by_text")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="watchlist_has_text"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("expires_at__gt", models.F("added_at")),
                            models.Q(
                                ("category", "STOLEN"),
                                (
                                    "expires_at__lte",
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("added_at"), "+", models.Value(datetime.timedelta(days=30))
                                    ),
                                ),
                                _connector="OR",
                            ),
                        ),
                        name="watchlist_expires_in_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("approved_at", None), ("approved_by", ""), ("approved_key", "")),
                            models.Q(
                                ("approved_at__isnull", False),
                                models.Q(("approved_by", ""), _negated=True),
                                models.Q(("approved_key", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="watchlist_approved_paired",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("approved_key", models.F("added_key")), _negated=True),
                        name="watchlist_second_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("revoke_reason", ""), ("revoked_at", None), ("revoked_by", "")),
                            models.Q(
                                ("revoked_at__isnull", False),
                                models.Q(("revoked_by", ""), _negated=True),
                                models.Q(("revoke_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="watchlist_revoked_paired",
                    ),
                ],
            },
        ),
        migrations.RunSQL(KEEP, LET_GO),
    ]
