"""Plate reads, the distinct plate texts for search, and the watchlist."""

from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from plates.querysets import (
    ForeignPassQuerySet,
    PlateReadQuerySet,
    PlateTextQuerySet,
    ReadDraftQuerySet,
    ReadSourceQuerySet,
    WatchlistQuerySet,
)
from plates.workflow import (
    LONGEST,
    Category,
    Direction,
    SourceKind,
    SourceMode,
    class_choices,
    province_choices,
)


class PlateRead(models.Model):
    """One vehicle that passed one camera.

    The table is partitioned by week of `seen_at` (migration 0002), so its key in the database is
    (id, seen_at) and nothing points at it by foreign key. `text` is normalised, `raw_text` as read;
    `province` is a code, NULL where it could not be read. `seen_at` is when the plate was last in sight.
    """

    id = models.BigAutoField(primary_key=True)
    pass_id = models.UUIDField()
    seen_at = models.DateTimeField(_("seen"))
    first_seen_at = models.DateTimeField()
    received_at = models.DateTimeField()
    camera = models.CharField(_("camera"), max_length=32)
    lane = models.PositiveSmallIntegerField(default=0)
    raw_text = models.CharField(max_length=40)
    text = models.CharField(_("plate"), max_length=20)
    province = models.CharField(_("province"), max_length=4, null=True, choices=province_choices)
    plate_class = models.CharField(_("class"), max_length=16, choices=class_choices)
    text_confidence = models.FloatField()
    province_confidence = models.FloatField()
    accepted = models.BooleanField()
    direction = models.CharField(max_length=8, choices=Direction, default=Direction.UNKNOWN)
    crop = models.CharField(max_length=120, blank=True)
    scene = models.CharField(max_length=120, blank=True)

    objects = PlateReadQuerySet.as_manager()

    class Meta:
        verbose_name = _("plate read")
        verbose_name_plural = _("plate reads")
        indexes = [
            models.Index(fields=["text", "-seen_at"], name="read_by_text"),
            models.Index(fields=["camera", "-seen_at"], name="read_by_camera"),
            BrinIndex(fields=["seen_at"], name="read_by_time"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["pass_id", "seen_at"], name="read_once_a_pass"),
            models.CheckConstraint(
                condition=Q(text_confidence__gte=0, text_confidence__lte=1)
                & Q(province_confidence__gte=0, province_confidence__lte=1),
                name="read_confidence_is_a_share",
            ),
            models.CheckConstraint(
                condition=Q(province=None) | Q(province__regex="^[A-Z]{3}$"), name="read_province_is_a_code"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.camera}"


class PlateText(models.Model):
    """Each plate text that was ever read, once: partial and fuzzy search look here, not at the reads."""

    text = models.CharField(max_length=20, primary_key=True)
    last_seen_at = models.DateTimeField()

    objects = PlateTextQuerySet.as_manager()

    class Meta:
        indexes = [GinIndex(fields=["text"], opclasses=["gin_trgm_ops"], name="plate_text_trigrams")]

    def __str__(self) -> str:
        return self.text


class WatchlistEntry(models.Model):
    """A plate that is looked for: by whom, for which case, until when. Never deleted, only revoked.

    `province` and `plate_class` empty mean any. It counts only after a second person has approved it.
    `…_key` is the principal's key (`user:7`), `…_by` the name at that time.
    """

    text = models.CharField(_("plate"), max_length=20)
    province = models.CharField(_("province"), max_length=4, blank=True, choices=province_choices)
    plate_class = models.CharField(_("class"), max_length=16, blank=True, choices=class_choices)
    case_number = models.CharField(_("case number"), max_length=60)
    category = models.CharField(_("category"), max_length=12, choices=Category)
    reason = models.CharField(_("reason"), max_length=200)
    requester = models.CharField(_("requested by"), max_length=120)
    vehicle = models.CharField(_("vehicle"), max_length=120)
    confirmed_at = models.DateTimeField(_("confirmed with the requester"))
    expires_at = models.DateTimeField(_("expires"))
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=200)
    added_key = models.CharField(max_length=40)
    approved_at = models.DateTimeField(null=True)
    approved_by = models.CharField(max_length=200, blank=True)
    approved_key = models.CharField(max_length=40, blank=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=200, blank=True)
    revoke_reason = models.CharField(max_length=200, blank=True)

    objects = WatchlistQuerySet.as_manager()

    class Meta:
        verbose_name = _("watchlist entry")
        verbose_name_plural = _("watchlist")
        indexes = [models.Index(fields=["text"], name="watchlist_by_text")]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="watchlist_has_text"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("added_at"))
                & (Q(category=Category.STOLEN) | Q(expires_at__lte=F("added_at") + LONGEST)),
                name="watchlist_expires_in_time",
            ),
            models.CheckConstraint(
                condition=Q(approved_at=None, approved_by="", approved_key="")
                | (Q(approved_at__isnull=False) & ~Q(approved_by="") & ~Q(approved_key="")),
                name="watchlist_approved_paired",
            ),
            models.CheckConstraint(condition=~Q(approved_key=F("added_key")), name="watchlist_second_person"),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by="", revoke_reason="")
                | (Q(revoked_at__isnull=False) & ~Q(revoked_by="") & ~Q(revoke_reason="")),
                name="watchlist_revoked_paired",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.case_number}"


class ReadSource(models.Model):
    """Another reader whose reads we take: a vendor's camera, a neighbour's system, a person's table.

    `sealed_secret` is its webhook secret, sealed; empty for one that sends nothing by itself. Its reads are
    stored as seen by `camera`. Only those of a trusted one may call without a second look. `heard_at` is
    when it last told reads, on trial or live.
    """

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=80)
    camera = models.CharField(_("camera"), max_length=32)
    sealed_secret = models.CharField(max_length=300, blank=True)
    kind = models.CharField(_("kind"), max_length=8, choices=SourceKind, default=SourceKind.WEBHOOK)
    mode = models.CharField(_("mode"), max_length=8, choices=SourceMode, default=SourceMode.LIVE)
    is_trusted = models.BooleanField(_("trusted"), default=False)
    is_active = models.BooleanField(_("in use"), default=True)
    added_at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True)

    objects = ReadSourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("other reader")
        verbose_name_plural = _("other readers")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=SourceKind.values) & Q(mode__in=SourceMode.values),
                name="source_kind_and_mode_known",
            ),
            models.CheckConstraint(
                condition=~Q(kind=SourceKind.TABLE) | Q(sealed_secret=""), name="source_table_has_no_secret"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class ForeignPass(models.Model):
    """Which reader told which pass: known again when told twice, and named beside the read."""

    source = models.ForeignKey(ReadSource, on_delete=models.PROTECT, related_name="passes")
    external_id = models.CharField(max_length=64)
    pass_id = models.UUIDField(unique=True)
    received_at = models.DateTimeField()

    objects = ForeignPassQuerySet.as_manager()

    class Meta:
        verbose_name = _("pass told by another reader")
        verbose_name_plural = _("passes told by other readers")
        indexes = [models.Index(fields=["received_at"], name="foreign_pass_by_time")]
        constraints = [models.UniqueConstraint(fields=["source", "external_id"], name="foreign_pass_once")]

    def __str__(self) -> str:
        return f"{self.source_id} {self.external_id}"


class ReadDraft(models.Model):
    """A table of reads on its way in: nothing is stored before a person says so, and then the draft goes.

    `rows` are `[number, cells]` as text in the file's order, `mapping` the column's name for each cell ("" is
    none). They are people's movements, so they wait for a day at most. The file itself is not kept.
    """

    source = models.ForeignKey(ReadSource, on_delete=models.CASCADE, related_name="drafts")
    owner_key = models.CharField(max_length=40)
    file_name = models.CharField(max_length=200)
    headers = models.JSONField(default=list)
    rows = models.JSONField(default=list)
    mapping = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    objects = ReadDraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("table of reads")
        verbose_name_plural = _("tables of reads")
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="read_draft_expires_later"
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.file_name}"
