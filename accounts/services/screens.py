"""Wall screens: named by a supervisor, paired once by a short code, revoked for good."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User, WallDevice
from accounts.services.sessions import close_sockets
from accounts.tokens import digest, new_code, new_token
from ccoc.lib.errors import Refused
from events.services import Actor, Broadcast, Target, record

CODE_LIFE = dt.timedelta(minutes=10)
SEEN_EVERY = dt.timedelta(minutes=1)


class NameTaken(Refused):
    """Another screen has this name."""

    def __init__(self) -> None:
        super().__init__("name_taken", _("Another screen has this name. Say where this one hangs."))


class BadCode(Refused):
    """Unknown, used or expired: the same words for all, so that a guess learns nothing."""

    def __init__(self) -> None:
        super().__init__(
            "bad_code", _("This code does not work. It is good once, for 10 minutes. Ask for a new one.")
        )


class ScreenRevoked(Refused):
    """A revoked screen stays revoked; its history is its own."""

    def __init__(self) -> None:
        super().__init__("screen_revoked", _("This screen was revoked. Add it again under a new name."))


def add_screen(*, name: str, by: User, at: dt.datetime) -> tuple[WallDevice, str]:
    """Name a new screen; returns it with the pairing code to show once. Raises NameTaken."""
    try:
        with transaction.atomic():
            screen = WallDevice.objects.create(name=name, created_at=at)
            code = _give_code(screen, at=at)
            _record(screen, "accounts.screen_added", actor=Actor.of(by), at=at)
    except IntegrityError as error:
        raise NameTaken from error
    return screen, code


@transaction.atomic
def renew_code(screen: WallDevice, *, by: User, at: dt.datetime) -> str:
    """A new pairing code, to show once; the screen that is paired now works until the code is used.

    Raises ScreenRevoked.
    """
    screen = WallDevice.objects.select_for_update().get(pk=screen.pk)
    if screen.revoked_at is not None:
        raise ScreenRevoked
    code = _give_code(screen, at=at)
    _record(screen, "accounts.screen_code_made", actor=Actor.of(by), at=at)
    return code


@transaction.atomic
def pair_screen(code: str, *, at: dt.datetime) -> str:
    """Spend a pairing code; returns the token for the screen's cookie. Raises BadCode."""
    plain = code.strip().upper().replace(" ", "").replace("-", "")
    waiting = WallDevice.objects.in_use().filter(code_hash=digest(plain), code_expires_at__gt=at)
    screen = waiting.select_for_update().first()
    if screen is None:
        raise BadCode
    token = new_token()
    screen.token_hash, screen.code_hash, screen.code_expires_at = digest(token), "", None
    screen.paired_at = screen.seen_at = at
    screen.save(update_fields=["token_hash", "code_hash", "code_expires_at", "paired_at", "seen_at"])
    sockets = close_sockets(screen.key)  # of the browser that held the screen's former token
    _record(screen, "accounts.screen_paired", actor=Actor.of(screen), at=at, broadcast=sockets)
    return token


@transaction.atomic
def revoke_screen(screen: WallDevice, *, by: User, at: dt.datetime) -> None:
    """End a screen's access and close its socket; doing it twice changes nothing."""
    if (
        not WallDevice.objects.in_use()
        .filter(pk=screen.pk)
        .update(revoked_at=at, code_hash="", code_expires_at=None)
    ):
        return
    sockets = close_sockets(screen.key)
    _record(screen, "accounts.screen_revoked", actor=Actor.of(by), at=at, broadcast=sockets)


def mark_seen(screen: WallDevice, *, at: dt.datetime) -> None:
    """Note that the screen asked for something, at most once a minute."""
    if screen.seen_at is None or at - screen.seen_at >= SEEN_EVERY:
        WallDevice.objects.filter(pk=screen.pk).update(seen_at=at)


def _give_code(screen: WallDevice, *, at: dt.datetime) -> str:
    code = new_code()
    screen.code_hash, screen.code_expires_at = digest(code), at + CODE_LIFE
    screen.save(update_fields=["code_hash", "code_expires_at"])
    return f"{code[:4]}-{code[4:]}"


def _record(
    screen: WallDevice, verb: str, *, actor: Actor, at: dt.datetime, broadcast: Broadcast | None = None
) -> None:
    target = Target("screen", screen.pk, screen.name)
    record(actor=actor, verb=verb, target=target, broadcast=broadcast, at=at)
