"""Reads of people and wall screens."""

from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import UserManager
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.capabilities import Role

if TYPE_CHECKING:
    from accounts.models import User, WallDevice
else:
    User = WallDevice = models.Model

LET_GO = "OFF"  # the group of people whose access was revoked


class UserQuerySet(models.QuerySet[User]):
    """Phrases over people."""

    def active(self) -> Self:
        return self.filter(is_active=True)

    def holding(self, role: str) -> Self:
        return self.filter(roles__contains=[role])

    def matching(self, words: str) -> Self:
        """People whose name, rank or user name contains `words`; everybody when it is empty."""
        in_name = Q(display_name__icontains=words) | Q(rank__icontains=words)
        return self.filter(in_name | Q(username__icontains=words)) if words else self

    def in_group(self, group: str) -> Self:
        """One group of the list: "" is everybody with access, LET_GO those without, else a role."""
        if group == LET_GO:
            return self.filter(is_active=False)
        return self.active().holding(group) if group in Role.values else self.active()

    def with_second_factor(self) -> Self:
        """Adds `has_second_factor` to each row."""
        phones = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
        return self.annotate(has_second_factor=Exists(phones))

    def counts_by_group(self) -> dict[str, int]:
        """How many people each group of the list has, in one query."""
        is_active = Q(is_active=True)
        by_role = {role: Count("pk", filter=is_active & Q(roles__contains=[role])) for role in Role.values}
        found: dict[str, int] = self.aggregate(
            ALL=Count("pk", filter=is_active), **{LET_GO: Count("pk", filter=~is_active)}, **by_role
        )
        return {**found, "": found["ALL"]}

    def by_name(self) -> Self:
        return self.order_by("display_name", "username")


class PeopleManager(UserManager[User].from_queryset(UserQuerySet)):  # type: ignore[misc] # class made at run time
    """Django's user manager with our phrases; our people have no mail address."""

    def create_user(self, username: str, password: str | None = None, **fields: object) -> "User":
        """A new person; without a password they cannot sign in until they get one."""
        user: User = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: object) -> "User":
        """A person who may also use the maintenance pages."""
        return self.create_user(username, password, **{**fields, "is_staff": True, "is_superuser": True})


class WallDeviceQuerySet(models.QuerySet[WallDevice]):
    """Phrases over paired wall screens."""

    def in_use(self) -> Self:
        return self.filter(revoked_at=None)

    def by_name(self) -> Self:
        """Screens in use first, then the revoked ones."""
        return self.order_by(models.F("revoked_at").desc(nulls_first=True), "name")
