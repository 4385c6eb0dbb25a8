import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("cameras", "0003_usable_pictures"),
    ]

    operations = [
        migrations.CreateModel(
            name="Contact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("owner", models.CharField(max_length=80, unique=True, verbose_name="owner")),
                ("person", models.CharField(blank=True, max_length=120, verbose_name="person")),
                ("phone", models.CharField(blank=True, max_length=60, verbose_name="telephone")),
                ("address", models.CharField(blank=True, max_length=120, verbose_name="e-mail or LINE")),
                ("changed_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="WorkOrder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("owner", models.CharField(max_length=80, verbose_name="owner")),
                ("contact", models.CharField(blank=True, max_length=300, verbose_name="contact")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("OPEN", "Written"),
                            ("SENT", "Sent to the owner"),
                            ("ACKNOWLEDGED", "Taken on by the owner"),
                            ("MENDED", "Mended"),
                            ("REOPENED", "Failed again"),
                            ("WITHDRAWN", "Withdrawn"),
                        ],
                        default="OPEN",
                        max_length=12,
                        verbose_name="status",
                    ),
                ),
                ("fault", models.CharField(blank=True, max_length=16)),
                ("since", models.DateTimeField(verbose_name="since")),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="note")),
                ("alert_id", models.BigIntegerField(null=True)),
                ("opened_at", models.DateTimeField()),
                ("opened_by", models.CharField(max_length=200)),
                ("changed_at", models.DateTimeField()),
                ("mended_at", models.DateTimeField(null=True)),
                ("back_at", models.DateTimeField(null=True)),
                ("good_at", models.DateTimeField(null=True)),
                ("fault_at", models.DateTimeField(null=True)),
                (
                    "camera",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="work_orders",
                        to="cameras.camera",
                    ),
                ),
            ],
            options={
                "verbose_name": "work order",
            },
        ),
        migrations.CreateModel(
            name="Step",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("OPEN", "Written"),
                            ("SENT", "Sent to the owner"),
                            ("ACKNOWLEDGED", "Taken on by the owner"),
                            ("MENDED", "Mended"),
                            ("REOPENED", "Failed again"),
                            ("WITHDRAWN", "Withdrawn"),
                        ],
                        max_length=12,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=200)),
                ("note", models.CharField(blank=True, max_length=500)),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="upkeep.workorder",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Interval",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "service",
                    models.CharField(
                        choices=[
                            ("USABLE", "Usable"),
                            ("UNUSABLE", "No usable picture"),
                            ("UNREAD", "Not read"),
                        ],
                        max_length=8,
                    ),
                ),
                ("cause", models.CharField(blank=True, max_length=16)),
                ("begin", models.DateTimeField()),
                ("end", models.DateTimeField(null=True)),
                (
                    "camera",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="service_intervals",
                        to="cameras.camera",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["camera", "begin"], name="interval_by_camera")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("end__isnull", True)),
                        fields=("camera",),
                        name="interval_one_is_open",
                        violation_error_message="A camera gives one service at a time.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("end__isnull", True), ("end__gte", models.F("begin")), _connector="OR"
                        ),
                        name="interval_ends_after_it_began",
                        violation_error_message="The end is before the beginning.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("service__in", ["USABLE", "UNUSABLE", "UNREAD"])),
                        name="interval_service_is_known",
                        violation_error_message="Choose one of the services.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlannedWork",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("owner", models.CharField(max_length=80, verbose_name="owner")),
                ("begin", models.DateTimeField(verbose_name="begins")),
                ("end", models.DateTimeField(verbose_name="ends")),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                ("entered_by", models.CharField(max_length=200)),
                ("entered_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "camera",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="cameras.camera",
                        verbose_name="camera",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("end__gt", models.F("begin"))),
                        name="planned_work_ends_after_it_began",
                        violation_error_message="The end is before the beginning.",
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="workorder",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["MENDED", "WITHDRAWN"]), _negated=True),
                fields=("camera",),
                name="order_one_is_out",
                violation_error_message="There is already a work order out for this camera.",
            ),
        ),
        migrations.AddConstraint(
            model_name="workorder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["OPEN", "SENT", "ACKNOWLEDGED", "MENDED", "REOPENED", "WITHDRAWN"])
                ),
                name="order_state_is_known",
                violation_error_message="Choose one of the states of a work order.",
            ),
        ),
        migrations.AddConstraint(
            model_name="workorder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "MENDED"), _negated=True),
                    ("mended_at__isnull", False),
                    _connector="OR",
                ),
                name="order_mended_has_its_time",
                violation_error_message="A mended order says when.",
            ),
        ),
    ]
