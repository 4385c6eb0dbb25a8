"""Packs of evidence, everybody who had one in hand, and the keys that the station signs with.

Rows are kept for good; what ends is a pack's file. The chain of custody is append-only (migration 0002).
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cameras.evidence import jobs
from cameras.evidence.querysets import CustodyQuerySet, PackQuerySet, StationKeyQuerySet
from cameras.models import Camera
from cameras.recording.models import Hold


class State(models.TextChoices):
    """Where a pack stands."""

    QUEUED = "QUEUED", _("Waits to be made")
    BUILDING = "BUILDING", _("Being made")
    READY = "READY", _("Ready")
    FAILED = "FAILED", _("Could not be made")
    EXPIRED = "EXPIRED", _("File deleted")


class Kind(models.TextChoices):
    """What the pictures are: as recorded, or encoded again with parts hidden."""

    ORIGINAL = jobs.ORIGINAL, _("Original")
    MASKED_COPY = jobs.MASKED_COPY, _("Copy with parts hidden")


class Failure(models.TextChoices):
    """Why a pack could not be made."""

    NOTHING = "NOTHING", _("Nothing was recorded in this span")
    NO_ROOM = "NO_ROOM", _("The disk is full")
    KEY = "KEY", _("The station's signing key cannot be opened")
    CRASHED = "CRASHED", _("The program that makes packs broke off")


class Act(models.TextChoices):
    """What somebody did with a pack."""

    REQUESTED = "REQUESTED", _("Asked for")
    MADE = "MADE", _("Made and signed")
    DOWNLOADED = "DOWNLOADED", _("Taken out")
    PRINTED = "PRINTED", _("Form printed")
    CHECKED = "CHECKED", _("Checked")
    HANDED_OVER = "HANDED_OVER", _("Handed over")
    DELETED = "DELETED", _("File deleted")


class StationKey(models.Model):
    """One signing key (Ed25519). The private part is sealed, and erased when another key takes its place.

    `fingerprint` is the SHA-256 of the 32 bytes of `public`, both in hex. Old rows stay: old packs verify.
    """

    fingerprint = models.CharField(max_length=64, unique=True)
    public = models.CharField(max_length=64)
    sealed_private = models.TextField(blank=True, editable=False)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=200)
    retired_at = models.DateTimeField(null=True)
    retired_by = models.CharField(max_length=200, blank=True)
    retire_reason = models.CharField(max_length=500, blank=True)

    objects = StationKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("signing key")
        verbose_name_plural = _("signing keys")
        constraints = [
            models.UniqueConstraint(
                fields=["retired_at"],
                name="one_key_in_use",
                condition=Q(retired_at__isnull=True),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="key_retired_is_erased",
                condition=(Q(retired_at__isnull=True) & ~Q(sealed_private=""))
                | (Q(retired_at__isnull=False, sealed_private="") & ~Q(retired_by="") & ~Q(retire_reason="")),
                violation_error_message=_("A key out of use has no private part and says why."),
            ),
        ]

    def __str__(self) -> str:
        return self.fingerprint[:16]


class EvidencePack(models.Model):
    """Cameras × span as one signed file below EVIDENCE_ROOT.

    `progress` is percent; `claimed_at` is when its builder last gave a sign of life, `attempts` which try it
    is. `boxes` of a copy: `{camera code: [box]}` as in `jobs.Box`. `asked_key` is the principal's key.
    """

    number = models.CharField(_("number"), max_length=20, unique=True)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.ORIGINAL)
    original = models.ForeignKey("self", models.PROTECT, null=True, related_name="copies")
    case_number = models.CharField(_("case number"), max_length=60)
    reason = models.CharField(_("reason"), max_length=300)
    requester = models.CharField(_("requested by"), max_length=120)
    about_type = models.CharField(max_length=24, blank=True)
    about_id = models.CharField(max_length=40, blank=True)
    cameras = models.ManyToManyField(Camera, related_name="evidence_packs")
    holds = models.ManyToManyField(Hold, related_name="evidence_packs")
    begin = models.DateTimeField(_("from"))
    end = models.DateTimeField(_("to"))
    boxes = models.JSONField(default=dict)
    hides_plates = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    failure = models.CharField(max_length=12, choices=Failure.choices, blank=True)
    progress = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True)
    asked_by = models.CharField(_("made by"), max_length=200)
    asked_key = models.CharField(max_length=40)
    asked_at = models.DateTimeField()
    made_at = models.DateTimeField(_("made"), null=True)
    file_name = models.CharField(max_length=60, blank=True)
    bytes = models.PositiveBigIntegerField(_("size"), default=0)
    clips = models.PositiveIntegerField(default=0)
    gaps = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    manifest_sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    key = models.ForeignKey(StationKey, models.PROTECT, null=True, related_name="packs")
    expires_on = models.DateField(_("kept until"))

    objects = PackQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence pack")
        verbose_name_plural = _("evidence packs")
        indexes = [
            models.Index(fields=["state", "asked_at"], name="pack_by_state"),
            models.Index(fields=["about_type", "about_id"], name="pack_by_subject"),
        ]
        constraints = [
            models.CheckConstraint(
                name="pack_has_a_span",
                condition=Q(end__gt=F("begin")),
                violation_error_message=_("The end lies before the beginning."),
            ),
            models.CheckConstraint(
                name="pack_ready_is_signed",
                condition=~Q(state="READY")
                | (
                    Q(made_at__isnull=False, key__isnull=False)
                    & ~Q(file_name="")
                    & ~Q(sha256="")
                    & ~Q(manifest_sha256="")
                ),
                violation_error_message=_("A pack that is ready has a file, digests and a key."),
            ),
            models.CheckConstraint(
                name="pack_failed_says_why",
                condition=(Q(state="FAILED") & ~Q(failure="")) | (~Q(state="FAILED") & Q(failure="")),
                violation_error_message=_("A pack that could not be made says why."),
            ),
            models.CheckConstraint(
                name="pack_copy_has_an_original",
                condition=Q(kind="ORIGINAL", original__isnull=True)
                | Q(kind="MASKED_COPY", original__isnull=False),
                violation_error_message=_("A copy names its original."),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class CustodyEntry(models.Model):
    """One line of a pack's chain of custody; written once, never changed (the database refuses)."""

    pack = models.ForeignKey(EvidencePack, models.PROTECT, related_name="custody")
    at = models.DateTimeField()
    act = models.CharField(max_length=12, choices=Act.choices)
    by = models.CharField(max_length=200)
    by_key = models.CharField(max_length=40, blank=True)
    recipient = models.CharField(_("to whom"), max_length=200, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    audit = models.ForeignKey("events.AuditEntry", models.PROTECT, related_name="+")

    objects = CustodyQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of custody")
        verbose_name_plural = _("lines of custody")
        constraints = [
            models.CheckConstraint(
                name="custody_taken_out_says_why",
                condition=~Q(act__in=["DOWNLOADED", "HANDED_OVER"]) | (~Q(reason="") & ~Q(recipient="")),
                violation_error_message=_("Say to whom and why."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pack_id} {self.act} {self.pk}"
