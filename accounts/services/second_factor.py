"""The second factor: a six-digit code from the person's phone, or one of ten recovery codes."""

import datetime as dt
import secrets
from base64 import b32encode
from dataclasses import dataclass
from typing import cast
from urllib.parse import quote, urlencode

import qrcode
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django_otp.models import Device
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import RecoveryCode, User
from accounts.tokens import CODE_LETTERS, digest
from ccoc.lib.errors import Refused
from events.services import Actor, Target, record

KEY_BYTES = 20  # RFC 4226 section 4, R6: 160 bits
TOLERANCE_STEPS = 1  # RFC 6238 section 5.2: one step of 30 s for a slow clock or hand
RECOVERY_CODES = 10
RECOVERY_LENGTH = 10  # letters of 31: 49 bits, enough for a code that is used once and throttled


class WrongCode(Refused):
    """The six digits do not fit the key."""

    def __init__(self) -> None:
        message = _(
            "The code does not fit. Check that the phone shows the right time, then type the next code."
        )
        super().__init__("wrong_code", message)


@dataclass(frozen=True)
class Enrolment:
    """What the phone needs: the key in letters and as a picture of dark squares."""

    secret: str
    path: str
    size: int


def new_key() -> str:
    """A fresh secret in hex, kept in the session until a code proves that the phone has it."""
    return secrets.token_hex(KEY_BYTES)


def enrolment(person: User, key: str) -> Enrolment:
    """Key and QR code for an authenticator application."""
    secret = b32encode(bytes.fromhex(key)).decode("ascii")
    issuer = settings.OTP_TOTP_ISSUER
    label = quote(f"{issuer}:{person.username}")
    code = qrcode.QRCode(border=0)
    code.add_data(f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': issuer})}")
    matrix = code.get_matrix()
    squares = (f"M{x} {y}h1v1h-1z" for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark)
    return Enrolment(
        " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)), "".join(squares), len(matrix)
    )


@transaction.atomic
def add_second_factor(person: User, *, key: str, code: str, at: dt.datetime) -> list[str]:
    """Switch it on once `code` proves `key`; returns ten recovery codes to show once. Raises WrongCode."""
    totp = TOTP(bytes.fromhex(key))
    totp.time = at.timestamp()
    if not (code.isascii() and code.isdigit()) or not totp.verify(int(code), tolerance=TOLERANCE_STEPS):
        raise WrongCode
    drop_second_factor(person)
    # The step of the proving code is spent: the same code cannot be used again to sign in.
    TOTPDevice.objects.create(user=person, name="phone", key=key, drift=totp.drift, last_t=totp.t())
    codes = _new_recovery_codes(person)
    _record(person, "accounts.second_factor_added", by=person, at=at)
    return codes


@transaction.atomic
def renew_recovery_codes(person: User, *, at: dt.datetime) -> list[str]:
    """Ten new recovery codes; the old ones stop working."""
    codes = _new_recovery_codes(person)
    _record(person, "accounts.recovery_codes_renewed", by=person, at=at)
    return codes


@transaction.atomic
def remove_second_factor(person: User, *, by: User, at: dt.datetime) -> None:
    """Switch a person's second factor off: for a lost phone, by a supervisor."""
    drop_second_factor(person)
    _record(person, "accounts.second_factor_removed", by=by, at=at)


@transaction.atomic
def check_code(person: User, code: str, *, at: dt.datetime) -> Device | None:
    """The person's device when `code` is its present code or an unused recovery code, else None."""
    plain = code.strip().replace(" ", "").replace("-", "").upper()
    device = TOTPDevice.objects.select_for_update().filter(user=person, confirmed=True).first()
    if device is None:
        return None
    if len(plain) == RECOVERY_LENGTH:
        return cast(Device, device) if _use_recovery_code(person, plain, at=at) else None
    is_allowed, _reason = device.verify_is_allowed()
    fits = is_allowed and device.verify_token(plain)
    return cast(Device, device) if fits else None


def has_second_factor(person: User) -> bool:
    """Whether signing in asks for a code."""
    return bool(TOTPDevice.objects.filter(user=person, confirmed=True).exists())


def drop_second_factor(person: User) -> None:
    """Delete device and recovery codes; the caller writes the audit entry."""
    TOTPDevice.objects.filter(user=person).delete()
    RecoveryCode.objects.filter(user=person).delete()


def _use_recovery_code(person: User, code: str, *, at: dt.datetime) -> bool:
    left = RecoveryCode.objects.filter(user=person, code_hash=digest(code), used_at=None)
    if not left.update(used_at=at):
        return False
    _record(person, "accounts.recovery_code_used", by=person, at=at)
    return True


def _new_recovery_codes(person: User) -> list[str]:
    RecoveryCode.objects.filter(user=person).delete()
    codes = [
        "".join(secrets.choice(CODE_LETTERS) for _ in range(RECOVERY_LENGTH)) for _ in range(RECOVERY_CODES)
    ]
    RecoveryCode.objects.bulk_create(RecoveryCode(user=person, code_hash=digest(code)) for code in codes)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _record(person: User, verb: str, *, by: User, at: dt.datetime) -> None:
    record(actor=Actor.of(by), verb=verb, target=Target("person", person.pk, str(person)), at=at)
