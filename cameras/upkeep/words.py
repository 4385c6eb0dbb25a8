"""How the verbs and fields of upkeep read in the audit log."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.verbs import FIELDS, VERBS
from cameras.upkeep.models import PlannedWork, WorkOrder


def tell() -> None:
    """Called once, when Django is ready."""
    VERBS.update(
        {
            "upkeep.ordered": _("Work order written"),
            "upkeep.moved": _("Work order moved on"),
            "upkeep.reopened": _("Work order opened again"),
            "upkeep.planned": _("Planned work entered"),
            "upkeep.unplanned": _("Planned work withdrawn"),
            "upkeep.contact": _("Contact of an owner changed"),
            "upkeep.exported": _("Uptime report exported"),
            "cameras.view_accepted": _("New view of a camera accepted"),
        }
    )
    for field in (*WorkOrder._meta.concrete_fields, *PlannedWork._meta.concrete_fields):
        if isinstance(field.verbose_name, Promise):
            FIELDS.setdefault(field.name, field.verbose_name)
