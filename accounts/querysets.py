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
    """Django's user manager with our phrases."""


class WallDeviceQuerySet(models.QuerySet[WallDevice]):
    """Phrases over paired wall screens."""

    def in_use(self) -> Self:
        return self.filter(revoked_at=None)

    def by_name(self) -> Self:
        return self.order_by("name")
