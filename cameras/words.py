"""How the cameras' verbs and fields read in the audit log."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.verbs import FIELDS, VERBS
from cameras.models import Camera


def tell() -> None:
    """Called once, when Django is ready."""
    VERBS.update(
        {
            "cameras.registered": _("Camera added"),
            "cameras.edited": _("Camera changed"),
            "cameras.retired": _("Camera taken out of use"),
            "cameras.credential_added": _("Camera password added"),
            "cameras.credential_changed": _("Camera password changed"),
            "cameras.saw_nothing": _("Saw nothing through a camera"),
            "cameras.saw_nothing_undone": _('"Saw nothing" taken back'),
            "cameras.imported": _("Table of cameras imported"),
            "cameras.exported": _("Register of cameras exported"),
        }
    )
    for field in Camera._meta.concrete_fields:
        if isinstance(field.verbose_name, Promise):
            FIELDS.setdefault(field.name, field.verbose_name)
