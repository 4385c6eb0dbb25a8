"""The register of cameras, how each is doing, and who reads it now.

A camera's address is stored in parts and never holds a user or password: those live, sealed, in a
credential profile. `revision` grows with each change, so that a worker notices by a sum.
"""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cameras.obstructions import check_obstructions
from cameras.querysets import CameraHealthQuerySet, CameraQuerySet, ImportDraftQuerySet, SawNothingQuerySet

# A code is a file name and part of an address, so it holds neither slash nor space. Thai letters are welcome.
CODE_PATTERN = r"^[0-9A-Za-zก-ฮ][0-9A-Za-zก-๙._\-]{0,31}$"
PATH_PATTERN = r"^/[!-~]*$"
HOST_PATTERN = r"^[0-9A-Za-z.:_\-]+$"


class Kind(models.TextChoices):
    """What sort of camera it is; a PTZ can turn to any side."""

    FIXED = "FIXED", _("Fixed")
    PTZ = "PTZ", _("PTZ")
    DOME = "DOME", _("Dome")
    LPR = "LPR", _("Plate reader")


class Status(models.TextChoices):
    """Where it stands in its life; only ACTIVE cameras are read."""

    PLANNED = "PLANNED", _("Planned")
    ACTIVE = "ACTIVE", _("In use")
    RETIRED = "RETIRED", _("Retired")


class Transport(models.TextChoices):
    """Which reader fetches its stream."""

    TCP = "TCP", _("RTSP over TCP")
    COMPAT = "COMPAT", _("Compatibility reader")


class Health(models.TextChoices):
    """How its stream is doing; the first seven come from the reader."""

    LIVE = "LIVE", _("Live")
    CONNECTING = "CONNECTING", _("Connecting")
    DEGRADED = "DEGRADED", _("Poor picture")
    STALLED = "STALLED", _("Picture stands still")
    AUTH_FAILED = "AUTH_FAILED", _("Password refused")
    UNREACHABLE = "UNREACHABLE", _("No answer")
    BACKOFF = "BACKOFF", _("Trying again")
    DISABLED = "DISABLED", _("Not read")
    UNKNOWN = "UNKNOWN", _("Unknown")


class CredentialProfile(models.Model):
    """A user name and sealed password that several cameras share; the password is never shown again."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    username = models.CharField(_("user name"), max_length=80, blank=True)
    sealed_secret = models.TextField(blank=True, editable=False)
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("credential profile")
        verbose_name_plural = _("credential profiles")

    def __str__(self) -> str:
        return self.name


class Camera(models.Model):
    """One camera of the station. Directions are degrees clockwise from true north."""

    code = models.CharField(
        _("code"),
        max_length=32,
        unique=True,
        validators=[RegexValidator(CODE_PATTERN, _("Letters, digits, dot and hyphen only, at most 32."))],
    )
    asset_no = models.CharField(_("asset number"), max_length=60, blank=True)
    name = models.CharField(_("name of the place"), max_length=120)
    owner = models.CharField(_("owner"), max_length=80, blank=True)
    site = models.CharField(_("site"), max_length=120, blank=True)
    pole_no = models.CharField(_("pole"), max_length=40, blank=True)
    lat = models.FloatField(_("latitude"), null=True, blank=True)
    lon = models.FloatField(_("longitude"), null=True, blank=True)
    azimuth_deg = models.FloatField(_("direction"), null=True, blank=True)
    fov_deg = models.FloatField(_("field of view"), default=70)
    range_m = models.FloatField(_("range"), default=40)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.FIXED)
    make = models.CharField(_("make"), max_length=60, blank=True)
    model = models.CharField(_("model"), max_length=60, blank=True)
    switch = models.CharField(_("network switch"), max_length=40, blank=True)
    switch_port = models.CharField(_("switch port"), max_length=20, blank=True)
    warranty_until = models.DateField(_("warranty until"), null=True, blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=160, blank=True)
    stream_host = models.CharField(_("camera host"), max_length=120, blank=True)
    stream_port = models.PositiveIntegerField(_("RTSP port"), default=554)  # IANA service "rtsp"
    stream_path = models.CharField(_("main stream"), max_length=200, blank=True)
    sub_path = models.CharField(_("sub stream"), max_length=200, blank=True)
    credential = models.ForeignKey(
        CredentialProfile,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cameras",
        verbose_name=_("credential profile"),
    )
    transport = models.CharField(
        _("transport"), max_length=8, choices=Transport.choices, default=Transport.TCP
    )
    reads_plates = models.BooleanField(_("reads plates"), default=False)
    in_zone = models.BooleanField(_("in the safety zone"), default=False)
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.ACTIVE)
    notes = models.TextField(_("notes"), blank=True)
    obstructions = models.TextField(
        _("what stands in the way"), blank=True, max_length=600, validators=[check_obstructions]
    )
    is_demo = models.BooleanField(_("demo"), default=False)
    view_no = models.PositiveIntegerField(default=0, editable=False)  # grows when it is turned on purpose
    revision = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(editable=False)
    updated_at = models.DateTimeField(editable=False)

    objects = CameraQuerySet.as_manager()

    class Meta:
        verbose_name = _("camera")
        verbose_name_plural = _("cameras")
        constraints = [
            models.CheckConstraint(
                name="camera_code_is_a_file_name",
                condition=Q(code__regex=CODE_PATTERN),
                violation_error_message=_("Letters, digits, dot and hyphen only, at most 32."),
            ),
            models.CheckConstraint(
                name="camera_has_a_name",
                condition=~Q(name=""),
                violation_error_message=_("A camera needs the name of its place."),
            ),
            models.CheckConstraint(
                name="camera_position_is_whole",
                condition=Q(lat__isnull=True, lon__isnull=True)
                | Q(
                    # Without these two a half-empty position is NULL to the check, and NULL passes.
                    lat__isnull=False,
                    lon__isnull=False,
                    lat__gte=-90,
                    lat__lte=90,
                    lon__gte=-180,
                    lon__lte=180,
                ),
                violation_error_message=_("A position needs a latitude from −90 to 90 and a longitude."),
            ),
            models.CheckConstraint(
                name="camera_azimuth_is_a_direction",
                condition=Q(azimuth_deg__isnull=True) | Q(azimuth_deg__gte=0, azimuth_deg__lt=360),
                violation_error_message=_("A direction is a number from 0 to 359; north is 0."),
            ),
            models.CheckConstraint(
                name="camera_fov_is_an_angle",
                condition=Q(fov_deg__gte=10, fov_deg__lte=180) | Q(fov_deg=360),
                violation_error_message=_("A field of view is 10 to 180 degrees, or 360 for all round."),
            ),
            models.CheckConstraint(
                name="camera_range_is_near",
                condition=Q(range_m__gte=1, range_m__lte=2000),
                violation_error_message=_("A range is 1 to 2,000 metres."),
            ),
            models.CheckConstraint(
                name="camera_stream_is_an_address",
                condition=Q(stream_host="", stream_path="", sub_path="")
                | Q(
                    stream_host__regex=HOST_PATTERN,
                    stream_path__regex=PATH_PATTERN,
                    stream_port__gte=1,
                    stream_port__lte=65535,
                ),
                violation_error_message=_("A stream needs a host, a port and a path that begins with /."),
            ),
            models.CheckConstraint(
                name="camera_sub_stream_is_a_path",
                condition=Q(sub_path="") | Q(sub_path__regex=PATH_PATTERN),
                violation_error_message=_("A sub stream is a path that begins with /."),
            ),
            models.CheckConstraint(
                name="camera_kind_is_known",
                condition=Q(kind__in=Kind.values),
                violation_error_message=_("Choose one of the kinds of camera."),
            ),
            models.CheckConstraint(
                name="camera_status_is_known",
                condition=Q(status__in=Status.values),
                violation_error_message=_("Choose one of the states of a camera."),
            ),
        ]
        indexes = [models.Index(fields=["owner", "code"], name="camera_by_owner")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def is_read(self) -> bool:
        """Whether a worker should hold its stream open."""
        return self.status == Status.ACTIVE and bool(self.stream_host)


class CameraHealth(models.Model):
    """How one camera is doing now, as the worker that holds its lease last told.

    A write carries the worker's epoch and touches only a row of the same epoch, so that a worker that
    lost its lease without noticing changes nothing. `fault` is what makes the pictures useless although they
    come, since `fault_since`. `down_since` survives the steps of trying again;
    `alarm_key` names the alert that speaks of this fault, until the camera is back.
    """

    camera = models.OneToOneField(Camera, models.CASCADE, primary_key=True, related_name="health")
    health = models.CharField(max_length=12, choices=Health.choices, default=Health.UNKNOWN)
    reason = models.CharField(max_length=80, blank=True)
    since = models.DateTimeField()
    fault = models.CharField(max_length=16, blank=True)
    fault_since = models.DateTimeField(null=True)
    down_since = models.DateTimeField(null=True)
    fault_checks = models.PositiveSmallIntegerField(default=0)
    alarm_key = models.CharField(max_length=80, blank=True)
    last_picture_at = models.DateTimeField(null=True)
    has_motion = models.BooleanField(default=False)
    fps = models.FloatField(default=0)
    gaps = models.PositiveBigIntegerField(default=0)
    reconnects = models.PositiveBigIntegerField(default=0)
    checked_at = models.DateTimeField(null=True)
    worker = models.CharField(max_length=120, blank=True)
    epoch = models.BigIntegerField(default=0)

    objects = CameraHealthQuerySet.as_manager()

    class Meta:
        verbose_name = _("camera health")
        verbose_name_plural = _("camera health")
        constraints = [
            models.CheckConstraint(
                name="camera_health_is_known",
                condition=Q(health__in=Health.values),
                violation_error_message=_("Choose one of the states of health."),
            ),
            models.CheckConstraint(
                name="camera_live_is_not_down",
                condition=~Q(health__in=["LIVE", "DEGRADED", "DISABLED"]) | Q(down_since__isnull=True),
                violation_error_message=_("A live camera is not down."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.camera_id} {self.health}"


class CameraLease(models.Model):
    """Which worker reads a camera. The lock that proves it is a session advisory lock of PostgreSQL."""

    camera = models.OneToOneField(Camera, models.CASCADE, primary_key=True, related_name="lease")
    worker = models.CharField(max_length=120, blank=True)
    epoch = models.BigIntegerField(default=0)
    taken_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="camera_lease_taken_by_someone",
                condition=Q(worker="") | Q(taken_at__isnull=False, epoch__gt=0),
                violation_error_message=_("A lease names its worker and when it was taken."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.camera_id} {self.worker} {self.epoch}"


class SawNothing(models.Model):
    """An operator looked through a camera for something in this cell of the map and could not see it.

    Cells are of `cameras.learning`. What is taken back stays as a row, because people ask why.
    """

    camera = models.ForeignKey(Camera, models.CASCADE, related_name="saw_nothing")
    row = models.IntegerField()
    column = models.IntegerField()
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    alert_id = models.BigIntegerField(null=True)
    undone_at = models.DateTimeField(null=True)

    objects = SawNothingQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["row", "column", "at"], name="saw_nothing_by_cell")]

    def __str__(self) -> str:
        return f"{self.camera_id} {self.row} {self.column} {self.pk}"


class ImportDraft(models.Model):
    """A table on its way into the register: nothing is written before a person says so.

    `rows` are the cells as text in the file's order, `mapping` the field of each column ("" is none),
    `fixes` the corrections `{row number: {field: text}}`. The file itself is not kept.
    """

    owner_key = models.CharField(max_length=40)
    file_name = models.CharField(max_length=200)
    headers = models.JSONField(default=list)
    rows = models.JSONField(default=list)
    mapping = models.JSONField(default=list)
    fixes = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    imported_at = models.DateTimeField(null=True)

    objects = ImportDraftQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="import_draft_expires_later",
                condition=Q(expires_at__gt=F("created_at")),
                violation_error_message=_("A draft ends after it began."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} {self.pk}"
