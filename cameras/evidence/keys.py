"""The station's signing key: made when first needed, sealed at rest, replaced with a reason."""

import datetime as dt

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from cameras.evidence.models import StationKey
from cameras.evidence.signing import Sign, fingerprint_of, make_private, public_of, signer
from ccoc.lib.errors import Refused
from ccoc.lib.secrets_box import SecretsBox, Unreadable
from events.services import Actor, Target, record

_PURPOSE = "ccoc evidence signing key"
KEEPER = Actor.system("evidence")


class NeedsReason(Refused):
    """A key is replaced for a reason only."""

    def __init__(self) -> None:
        super().__init__("needs_reason", _("Say why."))


class Sealed(Exception):
    """The private part cannot be opened: it was sealed under another secret of the portal."""


def key_in_use(*, at: dt.datetime) -> StationKey:
    """The key that signs now; made at the first need."""
    found = StationKey.objects.in_use().first()
    if found is not None:
        return found
    with transaction.atomic():
        _lock()
        return StationKey.objects.in_use().first() or _make(KEEPER, "evidence.key_made", "", at)


def rotate_key(*, actor: Actor, reason: str, at: dt.datetime) -> StationKey:
    """Sign with a new key; of the old one only the public part stays. Raises NeedsReason."""
    if not reason.strip():
        raise NeedsReason
    with transaction.atomic():
        _lock()
        StationKey.objects.in_use().update(
            sealed_private="", retired_at=at, retired_by=actor.label[:200], retire_reason=reason.strip()[:500]
        )
        return _make(actor, "evidence.key_rotated", reason.strip(), at)


def signer_of(key: StationKey) -> Sign:
    """Signs with this key. Raises Sealed."""
    try:
        return signer(bytes.fromhex(_box().open(key.sealed_private)))
    except Unreadable as error:
        raise Sealed(key.fingerprint) from error


def _make(actor: Actor, verb: str, reason: str, at: dt.datetime) -> StationKey:
    private = make_private()
    public = public_of(private)
    key = StationKey.objects.create(
        fingerprint=fingerprint_of(public),
        public=public.hex(),
        sealed_private=_box().seal(private.hex()),
        made_at=at,
        made_by=actor.label[:200],
    )
    target = Target("signing_key", key.pk, key.fingerprint)
    record(actor=actor, verb=verb, target=target, reason=reason, at=at)
    return key


def _lock() -> None:
    """Two that need the first key at once shall not make two."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('ccoc.evidence.key'))")


def _box() -> SecretsBox:
    return SecretsBox(settings.CAMERA_SECRET_KEY or settings.SECRET_KEY, _PURPOSE)
