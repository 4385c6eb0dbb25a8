"""Wall screens: paired once by a short code, seen, revoked, and never shown a sign-in form."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User, WallDevice
from accounts.services import screens as services
from accounts.services.screens import BadCode, ScreenRevoked
from accounts.tokens import COOKIE, digest
from accounts.views.screens import COOKIE_S, PAIRING_GUESSES
from events.models import AuditEntry, OutboxEvent

pytestmark = pytest.mark.django_db


def add(supervisor: User, name: str = "ห้องศูนย์ ซ้าย") -> tuple[WallDevice, str]:
    return services.add_screen(name=name, by=supervisor, at=timezone.now())


def pair(client: Client, code: str) -> int:
    return int(client.post("/wall/enrol/", {"code": code}).status_code)


def paired(client: Client, supervisor: User) -> WallDevice:
    """A screen that `client` is the browser of."""
    screen, code = add(supervisor)
    assert pair(client, code) == 302
    screen.refresh_from_db()
    return screen


def test_add_screen_shows_its_code_once(boss: Client) -> None:
    response = boss.post("/screens/add/", {"name": "ห้องประชุม"})

    code = response.context["code"]
    assert code in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert code not in boss.get("/screens/").content.decode()
    assert WallDevice.objects.get().code_hash == digest(code.replace("-", ""))


def test_add_screen_with_a_taken_name_says_so(boss: Client, supervisor: User) -> None:
    add(supervisor, "ห้องประชุม")

    response = boss.post("/screens/add/", {"name": "ห้องประชุม"})

    assert "name" in response.context["form"].errors
    assert WallDevice.objects.count() == 1


def test_pairing_gives_a_cookie_that_scripts_and_other_sites_cannot_use(
    client: Client, supervisor: User
) -> None:
    _screen, code = add(supervisor)

    response = client.post("/wall/enrol/", {"code": code.lower()})

    cookie = response.cookies[COOKIE]
    assert response["Location"] == "/wall/"
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Strict", COOKIE_S)
    assert cookie.value not in str(WallDevice.objects.values())
    assert client.get("/wall/").status_code == 200
    assert AuditEntry.objects.get(verb="accounts.screen_paired").actor_kind == "DEVICE"


def test_pairing_code_works_once(client: Client, supervisor: User) -> None:
    _screen, code = add(supervisor)

    assert pair(Client(), code) == 302
    assert pair(client, code) == 400
    assert COOKIE not in client.cookies


def test_pairing_code_ends_after_ten_minutes(supervisor: User) -> None:
    at = timezone.now()
    _screen, code = services.add_screen(name="จอ", by=supervisor, at=at)

    with pytest.raises(BadCode):
        services.pair_screen(code, at=at + dt.timedelta(minutes=10))


def test_pairing_by_guessing_is_stopped_for_that_address_only(client: Client, supervisor: User) -> None:
    _screen, code = add(supervisor)

    answers = [pair(client, "AAAA-AAAA") for _guess in range(PAIRING_GUESSES.limit)]

    assert set(answers) == {400}
    assert pair(client, code) == 429
    assert pair(Client(REMOTE_ADDR="10.0.0.9"), code) == 302


def test_new_code_replaces_the_former_token_when_it_is_used(
    client: Client, boss: Client, supervisor: User
) -> None:
    screen = paired(client, supervisor)
    code = boss.post(f"/screens/{screen.pk}/code/").context["code"]
    still_there = client.get("/wall/").status_code

    pair(Client(), code)

    assert still_there == 200
    assert client.get("/wall/").status_code == 403


def test_revoked_screen_gets_words_and_no_sign_in_form(
    client: Client, boss: Client, supervisor: User
) -> None:
    screen = paired(client, supervisor)

    boss.post(f"/screens/{screen.pk}/revoke/")
    response = client.get("/wall/")

    page = response.content.decode()
    assert response.status_code == 403
    assert "จอนี้ไม่ได้จับคู่แล้ว" in page
    assert "/wall/enrol/" in page
    assert 'type="password"' not in page
    assert OutboxEvent.objects.filter(name="access.revoked", data={"key": screen.key}).exists()


def test_revoke_twice_is_recorded_once(boss: Client, supervisor: User) -> None:
    screen, _code = add(supervisor)

    for _time in range(2):
        boss.post(f"/screens/{screen.pk}/revoke/")

    assert AuditEntry.objects.filter(verb="accounts.screen_revoked").count() == 1


def test_revoked_screen_gets_no_new_code(supervisor: User) -> None:
    screen, code = add(supervisor)
    services.revoke_screen(screen, by=supervisor, at=timezone.now())

    with pytest.raises(ScreenRevoked):
        services.renew_code(screen, by=supervisor, at=timezone.now())
    with pytest.raises(BadCode):
        services.pair_screen(code, at=timezone.now())


def test_wall_without_a_cookie_asks_for_sign_in(client: Client) -> None:
    assert client.get("/wall/")["Location"] == "/sign-in/?next=/wall/"


def test_wall_with_an_unknown_token_gets_words(client: Client) -> None:
    client.cookies[COOKIE] = "somebody-elses"

    assert client.get("/wall/").status_code == 403


def test_signed_in_person_at_a_revoked_screen_sees_the_wall(client: Client, operator: User) -> None:
    client.cookies[COOKIE] = "somebody-elses"
    client.force_login(operator)

    assert client.get("/wall/").status_code == 200


@pytest.mark.parametrize(("seconds", "is_noted"), [(59, False), (60, True)])
def test_mark_seen_writes_at_most_once_a_minute(supervisor: User, seconds: int, is_noted: bool) -> None:
    screen, _code = add(supervisor)
    first = timezone.now()
    services.mark_seen(screen, at=first)
    screen.refresh_from_db()

    later = first + dt.timedelta(seconds=seconds)
    services.mark_seen(screen, at=later)

    screen.refresh_from_db()
    assert screen.seen_at == (later if is_noted else first)


def test_wall_screen_cannot_open_an_office_page(client: Client, supervisor: User) -> None:
    paired(client, supervisor)

    assert client.get("/people/").status_code == 403
    assert client.get("/me/").status_code == 403
