"""The second factor: a code from the phone after the password, recovery codes, what a lost phone needs."""

import re
import time
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import RecoveryCode, User
from accounts.services import second_factor
from accounts.views.sign_in import CODE_GUESSES
from events.models import AuditEntry
from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db

MakeUser = Callable[..., User]
CHECK = "/sign-in/code/"


def code_of(key: str, *, steps: int = 0) -> str:
    """What the phone shows `steps` half-minutes from now."""
    totp = TOTP(bytes.fromhex(key))
    totp.time = time.time() + 30 * steps
    return f"{totp.token():06d}"


def enrol(person: User) -> tuple[str, list[str]]:
    """Switch the second factor on with a code of the step before; returns key and recovery codes."""
    key = second_factor.new_key()
    codes = second_factor.add_second_factor(person, key=key, code=code_of(key, steps=-1), at=timezone.now())
    return key, codes


def type_password(client: Client) -> str:
    response = client.post("/sign-in/", {"username": "napa", "password": PASSWORD})
    return str(response["Location"])


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_enrol_shows_a_picture_then_codes_once(client: Client, with_password: MakeUser) -> None:
    person = with_password("OPERATOR")
    client.force_login(person)
    page = client.get("/me/second-factor/").content.decode()
    key = client.session["second_factor_key"]

    response = client.post("/me/second-factor/", {"code": code_of(key)})

    assert re.search(r'<path d="M0 0h1v1h-1z', page)
    assert len(response.context["codes"]) == 10
    assert second_factor.has_second_factor(person)
    assert response.context["codes"][0] not in client.get("/me/").content.decode()


def test_enrol_with_a_wrong_code_changes_nothing(client: Client, with_password: MakeUser) -> None:
    person = with_password("OPERATOR")
    client.force_login(person)
    client.get("/me/second-factor/")

    response = client.post("/me/second-factor/", {"code": "00000x"})

    assert "code" in response.context["form"].errors
    assert not TOTPDevice.objects.exists()
    assert not second_factor.has_second_factor(person)


def test_enrol_keeps_its_key_over_a_reload(client: Client, with_password: MakeUser) -> None:
    client.force_login(with_password("OPERATOR"))
    client.get("/me/second-factor/")
    key = client.session["second_factor_key"]

    client.get("/me/second-factor/")

    assert client.session["second_factor_key"] == key


def test_sign_in_asks_for_the_code_before_anything_opens(client: Client, with_password: MakeUser) -> None:
    key, _codes = enrol(with_password("OPERATOR"))

    asked = type_password(client)
    before = is_in(client)
    response = client.post(CHECK, {"code": code_of(key)})

    assert asked == CHECK
    assert not before
    assert response.status_code == 302
    assert is_in(client)


def test_check_with_a_wrong_code_stays_outside(client: Client, with_password: MakeUser) -> None:
    enrol(with_password("OPERATOR"))
    type_password(client)

    response = client.post(CHECK, {"code": "abcdef"})

    assert response.status_code == 200
    assert not is_in(client)


def test_check_with_the_same_code_twice_is_refused(with_password: MakeUser) -> None:
    key, _codes = enrol(with_password("OPERATOR"))
    first, second = Client(), Client()
    code = code_of(key)
    type_password(first)
    first.post(CHECK, {"code": code})

    type_password(second)
    second.post(CHECK, {"code": code})

    assert is_in(first)
    assert not is_in(second)


def test_check_with_a_recovery_code_works_once(with_password: MakeUser) -> None:
    _key, codes = enrol(with_password("OPERATOR"))
    first, second = Client(), Client()
    type_password(first)
    first.post(CHECK, {"code": codes[0].lower()})

    type_password(second)
    second.post(CHECK, {"code": codes[0]})

    assert is_in(first)
    assert not is_in(second)
    assert AuditEntry.objects.filter(verb="accounts.recovery_code_used").count() == 1


def test_check_without_a_password_before_leads_to_sign_in(client: Client) -> None:
    response = client.post(CHECK, {"code": "123456"})

    assert response["Location"] == "/sign-in/"


def test_check_long_after_the_password_starts_again(client: Client, with_password: MakeUser) -> None:
    key, _codes = enrol(with_password("OPERATOR"))
    type_password(client)
    session = client.session
    session["pending_since"] -= 301
    session.save()

    response = client.post(CHECK, {"code": code_of(key)})

    assert response["Location"] == "/sign-in/"
    assert not is_in(client)


def test_check_by_guessing_is_stopped(client: Client, with_password: MakeUser) -> None:
    _key, codes = enrol(with_password("OPERATOR"))
    type_password(client)

    for _guess in range(CODE_GUESSES.limit):
        client.post(CHECK, {"code": "AAAAA-AAAAA"})
    response = client.post(CHECK, {"code": codes[0]})

    assert response.status_code == 429
    assert not is_in(client)


def test_recovery_codes_are_stored_as_hashes_only(with_password: MakeUser) -> None:
    _key, codes = enrol(with_password("OPERATOR"))

    stored = set(RecoveryCode.objects.values_list("code_hash", flat=True))

    assert len(stored) == 10
    assert all(len(one) == 64 for one in stored)
    assert not stored & {code.replace("-", "") for code in codes}


def test_renewed_recovery_codes_replace_the_old(client: Client, with_password: MakeUser) -> None:
    person = with_password("OPERATOR")
    _key, old = enrol(person)
    client.force_login(person)

    new = client.post("/me/recovery-codes/").context["codes"]

    assert second_factor.check_code(person, old[0], at=timezone.now()) is None
    assert second_factor.check_code(person, new[0], at=timezone.now()) is not None


def test_remove_by_a_supervisor_lets_the_password_alone_in(
    client: Client, boss: Client, with_password: MakeUser
) -> None:
    person = with_password("OPERATOR")
    enrol(person)

    boss.post(f"/people/{person.pk}/second-factor/")
    type_password(client)

    assert is_in(client)
    assert not RecoveryCode.objects.exists()
    assert AuditEntry.objects.filter(verb="accounts.second_factor_removed").exists()
