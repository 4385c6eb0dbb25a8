"""How the verbs and fields of recordings read in the audit log."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.verbs import FIELDS, VERBS
from cameras.recording.models import Hold, Rule


def tell() -> None:
    """Called once, when Django is ready."""
    VERBS.update(
        {
            "recordings.held": _("Recordings held"),
            "recordings.released": _("Recordings released"),
            "recordings.viewed": _("Recordings looked at"),
            "recordings.snapshot": _("Picture taken from a recording"),
            "recordings.ruled": _("Recording of a camera changed"),
        }
    )
    for field in (*Rule._meta.concrete_fields, *Hold._meta.concrete_fields):
        if isinstance(field.verbose_name, Promise):
            FIELDS.setdefault(field.name, field.verbose_name)
