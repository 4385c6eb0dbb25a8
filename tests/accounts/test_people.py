"""People and rights: each change is recorded, can be undone where that makes sense, and holds at once."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.services import people as services
from accounts.services import second_factor
from accounts.services.people import LastSupervisor, NothingToUndo
from events.models import AuditEntry, OutboxEvent
from tests.accounts.test_second_factor import enrol

pytestmark = pytest.mark.django_db

MakeUser = Callable[..., User]


def change(person: User, by: User, *roles: str, at: dt.datetime | None = None) -> AuditEntry | None:
    return services.change_person(
        person,
        display_name=person.display_name,
        rank=person.rank,
        roles=roles,
        by=by,
        at=at or timezone.now(),
    )


def test_add_person_shows_the_password_once_and_stores_no_clear_text(boss: Client) -> None:
    body = {"username": "malee", "display_name": "มาลี ฎีกา", "rank": "", "roles": ["VOLUNTEER"]}

    response = boss.post("/people/add/", body)

    person = User.objects.get(username="malee")
    password = response.context["password"]
    assert person.check_password(password)
    assert person.has_temporary_password
    assert password not in boss.get(f"/people/{person.pk}/").content.decode()
    assert password not in str(AuditEntry.objects.values_list("changes", flat=True))
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("username", ["Boss", "boss", "9lives", "a b", "มาลี", ""])
def test_add_person_with_a_taken_or_odd_user_name_is_refused(boss: Client, username: str) -> None:
    response = boss.post("/people/add/", {"username": username, "display_name": "ก"})

    assert "username" in response.context["form"].errors
    assert User.objects.count() == 1


def test_change_person_records_old_and_new_and_asks_sockets_anew(supervisor: User, operator: User) -> None:
    change(operator, supervisor, "CAMERA_ADMIN", "OPERATOR")

    entry = AuditEntry.objects.get()
    operator.refresh_from_db()
    assert operator.roles == ["OPERATOR", "CAMERA_ADMIN"]
    assert entry.changes == {"roles": [["OPERATOR"], ["OPERATOR", "CAMERA_ADMIN"]]}
    assert OutboxEvent.objects.get().data == {"key": operator.key}


def test_change_person_without_a_difference_records_nothing(supervisor: User, operator: User) -> None:
    assert change(operator, supervisor, "OPERATOR") is None
    assert not AuditEntry.objects.exists()


def test_changed_roles_hold_for_the_open_session(client: Client, supervisor: User, operator: User) -> None:
    client.force_login(operator)
    before = client.get("/people/").status_code

    change(operator, supervisor, "AUDITOR")

    assert (before, client.get("/people/").status_code) == (403, 200)


def test_last_supervisor_cannot_give_the_role_away(supervisor: User) -> None:
    with pytest.raises(LastSupervisor):
        change(supervisor, supervisor, "OPERATOR")


def test_last_supervisor_cannot_be_revoked(boss: Client, supervisor: User) -> None:
    response = boss.post(f"/people/{supervisor.pk}/revoke/", follow=True)

    supervisor.refresh_from_db()
    assert supervisor.is_active
    assert "เหลือหัวหน้าคนเดียว" in response.content.decode()


def test_supervisor_may_go_when_another_stays(supervisor: User, make_user: MakeUser) -> None:
    other = make_user("SUPERVISOR")

    services.revoke_access(supervisor, by=other, at=timezone.now())

    supervisor.refresh_from_db()
    assert not supervisor.is_active


def test_supervisor_who_was_let_go_does_not_count_as_another(supervisor: User, make_user: MakeUser) -> None:
    other = make_user("SUPERVISOR")
    User.objects.filter(pk=other.pk).update(is_active=False)

    with pytest.raises(LastSupervisor):
        services.revoke_access(supervisor, by=supervisor, at=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_two_supervisors_removing_each_other_at_once_leave_one(make_user: MakeUser) -> None:
    one, other = make_user("SUPERVISOR"), make_user("SUPERVISOR")

    def remove(pair: tuple[User, User]) -> bool:
        try:
            services.revoke_access(pair[0], by=pair[1], at=timezone.now())
        except LastSupervisor:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(remove, [(one, other), (other, one)]))

    assert sorted(done) == [False, True]
    assert User.objects.active().holding("SUPERVISOR").count() == 1


def test_revoke_access_ends_everything_at_once(client: Client, boss: Client, operator: User) -> None:
    enrol(operator)
    client.force_login(operator)
    assert client.get("/me/").status_code == 200

    boss.post(f"/people/{operator.pk}/revoke/", {"reason": "ย้ายหน่วย"})

    operator.refresh_from_db()
    assert (operator.is_active, operator.roles) == (False, [])
    assert not second_factor.has_second_factor(operator)
    assert client.get("/me/").status_code == 302
    assert OutboxEvent.objects.get(name="access.revoked").data == {"key": f"user:{operator.pk}"}
    entry = AuditEntry.objects.get(verb="accounts.access_revoked")
    assert entry.reason == "ย้ายหน่วย"
    assert entry.changes["roles"] == [["OPERATOR"], []]


def test_undo_of_revoke_gives_the_roles_back(boss: Client, supervisor: User, operator: User) -> None:
    services.revoke_access(operator, by=supervisor, at=timezone.now())

    boss.post(f"/people/{operator.pk}/undo/")

    operator.refresh_from_db()
    assert (operator.is_active, operator.roles) == (True, ["OPERATOR"])
    assert AuditEntry.objects.filter(verb="accounts.access_restored").exists()


def test_undo_of_a_change_restores_the_former_roles(
    supervisor: User, operator: User, number_events: Callable[[], None]
) -> None:
    change(operator, supervisor, "AUDITOR")
    number_events()

    services.undo_last_change(operator, by=supervisor, at=timezone.now())

    operator.refresh_from_db()
    assert operator.roles == ["OPERATOR"]


def test_undo_after_ten_minutes_is_refused(supervisor: User, operator: User) -> None:
    change(operator, supervisor, "AUDITOR", at=timezone.now() - dt.timedelta(minutes=11))

    with pytest.raises(NothingToUndo):
        services.undo_last_change(operator, by=supervisor, at=timezone.now())


def test_undo_of_another_supervisors_change_is_refused(
    supervisor: User, operator: User, make_user: MakeUser
) -> None:
    change(operator, supervisor, "AUDITOR")

    with pytest.raises(NothingToUndo):
        services.undo_last_change(operator, by=make_user("SUPERVISOR"), at=timezone.now())


def test_restore_opens_access_with_the_ticked_roles(boss: Client, supervisor: User, operator: User) -> None:
    services.revoke_access(operator, by=supervisor, at=timezone.now())

    boss.post(f"/people/{operator.pk}/restore/", {"roles": ["VOLUNTEER"]})

    operator.refresh_from_db()
    assert (operator.is_active, operator.roles) == (True, ["VOLUNTEER"])


def test_reset_password_ends_sessions_and_asks_for_an_own(
    client: Client, boss: Client, operator: User
) -> None:
    client.force_login(operator)

    response = boss.post(f"/people/{operator.pk}/password/")

    operator.refresh_from_db()
    assert operator.check_password(response.context["password"])
    assert operator.has_temporary_password
    assert client.get("/me/").status_code == 302


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("/people/", {"boss", "napa", "wichai"}),
        ("/people/?role=OPERATOR", {"napa", "wichai"}),
        ("/people/?q=wich", {"wichai"}),
        ("/people/?role=OFF", {"gone"}),
        ("/people/?q=zzz", set()),
        ("/people/?page=99", {"boss", "napa", "wichai"}),
    ],
)
def test_people_list_filters(boss: Client, make_user: MakeUser, address: str, names: set[str]) -> None:
    make_user("OPERATOR", username="napa")
    make_user("OPERATOR", username="wichai")
    gone = make_user(username="gone")
    User.objects.filter(pk=gone.pk).update(is_active=False)

    response = boss.get(address)

    assert {person.username for person in response.context["page"]} == names


def test_person_page_for_an_auditor_offers_no_change(
    client: Client, make_user: MakeUser, operator: User
) -> None:
    client.force_login(make_user("AUDITOR"))

    page = client.get(f"/people/{operator.pk}/").content.decode()

    assert "disabled" in page
    assert f"/people/{operator.pk}/revoke/" not in page
