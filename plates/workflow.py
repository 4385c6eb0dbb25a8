"""The words of this room and the rules of the watchlist."""

import datetime as dt
from typing import TYPE_CHECKING, Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from plates.recognition.provinces import PROVINCES, searched_with
from plates.recognition.text import PlateClass

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


class Category(models.TextChoices):
    """The legal reason for looking for a vehicle."""

    STOLEN = "STOLEN", _("Stolen vehicle")
    WANTED = "WANTED", _("Used in an offence")
    WARRANT = "WARRANT", _("Warrant")
    MISSING = "MISSING", _("Missing person")
    FALSE_PLATE = "FALSE_PLATE", _("False plate")


class Direction(models.TextChoices):
    """Which way a vehicle drove as the camera sees it."""

    TOWARDS = "TOWARDS", _("towards the camera")
    AWAY = "AWAY", _("away from the camera")
    UNKNOWN = "UNKNOWN", _("unknown")


class SourceKind(models.TextChoices):
    """How another reader's reads come to us."""

    WEBHOOK = "WEBHOOK", _("signed webhook")
    ONVIF = "ONVIF", _("ONVIF metadata")
    TABLE = "TABLE", _("table (CSV, XLSX)")


class SourceMode(models.TextChoices):
    """What becomes of what another reader tells: not heard, heard and checked only, or stored."""

    OFF = "OFF", _("off")
    SANDBOX = "SANDBOX", _("on trial")
    LIVE = "LIVE", _("live")


CLASS_LABELS: Final = {
    PlateClass.CAR: _("Private car"),
    PlateClass.PICKUP: _("Pickup"),
    PlateClass.VAN: _("Van"),
    PlateClass.THREE_WHEELER: _("Three-wheeler"),
    PlateClass.TAXI: _("Taxi"),
    PlateClass.HIRE: _("For hire"),
    PlateClass.SERVICE: _("Service vehicle"),
    PlateClass.TRAILER: _("Trailer"),
    PlateClass.TRUCK: _("Truck or bus"),
    PlateClass.MOTORCYCLE: _("Motorcycle"),
    PlateClass.TEMPORARY: _("Temporary plate"),
    PlateClass.WORD: _("Plate with a word"),
    PlateClass.DIPLOMATIC: _("Diplomatic plate"),
    PlateClass.UNKNOWN: _("Unknown class"),
}
LONGEST = dt.timedelta(days=30)
LONGEST_STOLEN = dt.timedelta(days=365)  # a stolen vehicle is looked for until its owner has it back
KEEP_READS = dt.timedelta(days=30)


def class_choices() -> list[tuple[str, "StrPromise"]]:
    """Plate classes for a form, by code."""
    return [(plate_class.value, label) for plate_class, label in CLASS_LABELS.items()]


def province_choices() -> list[tuple[str, str]]:
    """Provinces for a form, by code, in the ministry's order."""
    return list(PROVINCES.items())


def longest_for(category: str) -> dt.timedelta:
    """How far ahead an entry of this category may expire."""
    return LONGEST_STOLEN if category == Category.STOLEN else LONGEST


def is_same_province(read: str, wanted: str) -> bool:
    """Whether a plate read as `read` may be of the wanted province; เบตง stands in place of ยะลา."""
    return read in searched_with(wanted)
