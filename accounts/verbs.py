"""Words for the verbs and fields of the audit log. A verb without words is shown as it is."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

VERBS: dict[str, Promise] = {
    "accounts.signed_in": _("Signed in"),
    "accounts.signed_out": _("Signed out"),
    "accounts.signed_out_everywhere": _("Signed out on other devices"),
    "accounts.person_added": _("Person added"),
    "accounts.person_changed": _("Person changed"),
    "accounts.password_reset": _("One-time password given"),
    "accounts.password_changed": _("Own password changed"),
    "accounts.access_revoked": _("All access ended"),
    "accounts.access_restored": _("Let in again"),
    "accounts.second_factor_added": _("Second step switched on"),
    "accounts.second_factor_removed": _("Second step removed"),
    "accounts.recovery_codes_renewed": _("New recovery codes made"),
    "accounts.recovery_code_used": _("Recovery code used"),
    "accounts.screen_added": _("Wall screen added"),
    "accounts.screen_code_made": _("Pairing code made"),
    "accounts.screen_paired": _("Wall screen paired"),
    "accounts.screen_revoked": _("Wall screen revoked"),
    "audit.exported": _("Audit log exported"),
}

FIELDS: dict[str, Promise] = {
    "roles": _("Roles"),
    "is_active": _("May sign in"),
    "display_name": _("Name"),
    "rank": _("Rank"),
    "filter": _("Filter"),
    "actor": _("Who"),
    "verb": _("What was done"),
    "target": _("About what"),
    "since": _("From day"),
    "until": _("To day"),
    "state": _("State"),
    "name": _("Name"),
}
