"""How the verbs of evidence read in the audit log."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.verbs import FIELDS, VERBS
from cameras.evidence.models import EvidencePack


def tell() -> None:
    """Called once, when Django is ready."""
    VERBS.update(
        {
            "evidence.requested": _("Evidence pack asked for"),
            "evidence.made": _("Evidence pack made"),
            "evidence.failed": _("Evidence pack could not be made"),
            "evidence.tried_again": _("Evidence pack tried again"),
            "evidence.downloaded": _("Evidence pack taken out"),
            "evidence.form_printed": _("Custody form printed"),
            "evidence.handed_over": _("Evidence pack handed over"),
            "evidence.seen": _("Still of an evidence pack looked at"),
            "evidence.checked": _("Evidence pack checked"),
            "evidence.deleted": _("File of evidence pack deleted"),
            "evidence.key_made": _("Signing key made"),
            "evidence.key_rotated": _("Signing key replaced"),
        }
    )
    for field in EvidencePack._meta.concrete_fields:
        if isinstance(field.verbose_name, Promise):
            FIELDS.setdefault(field.name, field.verbose_name)
