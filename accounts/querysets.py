"""Reads of people and wall screens."""

from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import UserManager
from django.db import models

if TYPE_CHECKING:
    from accounts.models import User, WallDevice
else:
    User = WallDevice = models.Model


class UserQuerySet(models.QuerySet[User]):
    """Phrases over people."""

    def active(self) -> Self:
        return self.filter(is_active=True)

    def holding(self, role: str) -> Self:
        return self.filter(roles__contains=[role])

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
        return self.order_by("name")
