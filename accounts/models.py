"""People who sign in and wall screens that are paired once and stay."""

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.capabilities import WALL_SCREEN, Role, allowed
from accounts.querysets import PeopleManager, WallDeviceQuerySet


class User(AbstractUser):
    """A person of the station. Roles decide what they may do; Django's own permissions are not used."""

    first_name = None  # type: ignore[assignment] # Thai names are one field here
    last_name = None  # type: ignore[assignment]
    email = None  # type: ignore[assignment] # no mail is ever sent to a person
    display_name = models.CharField(_("name"), max_length=120)
    rank = models.CharField(_("rank"), max_length=40, blank=True)
    roles = ArrayField(
        models.CharField(max_length=16, choices=Role.choices), default=list, verbose_name=_("roles")
    )
    has_temporary_password = models.BooleanField(default=False)  # somebody else knows it: change it first

    EMAIL_FIELD = ""
    REQUIRED_FIELDS = ["display_name"]

    objects: ClassVar[PeopleManager] = PeopleManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return f"{self.rank} {self.display_name}".strip() or self.username

    @property
    def key(self) -> str:
        return f"user:{self.pk}"

    def can(self, capability: str) -> bool:
        return self.is_active and allowed(frozenset(self.roles), capability)


class RecoveryCode(models.Model):
    """One of ten codes on paper that replace a lost phone, each good once."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    code_hash = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "code_hash"], name="recovery_code_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.pk}"


class WallDevice(models.Model):
    """A wall screen paired by a one-time code; it holds a long-lived token and never sees a sign-in page."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    token_hash = models.CharField(max_length=64, blank=True)
    code_hash = models.CharField(max_length=64, blank=True)
    code_expires_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    paired_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    is_authenticated = True
    objects = WallDeviceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["token_hash"], condition=~Q(token_hash=""), name="wall_token_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        return f"device:{self.pk}"

    def can(self, capability: str) -> bool:
        return self.revoked_at is None and allowed(frozenset({WALL_SCREEN}), capability)
