"""The way from an incident to its evidence, and what its log adds to a pack."""

from collections.abc import Callable

from django.test import Client

from accounts.models import User
from alerts.models import Alert
from cameras.evidence import providers
from incidents.services import add_note, open_incident
from tests.incidents.moments import AT, OFFICER

BACKEND = "django.contrib.auth.backends.ModelBackend"


def test_log_is_packed_without_what_people_wrote(make_alert: Callable[..., Alert]) -> None:
    incident = open_incident(alert=make_alert(), by=OFFICER, at=AT)
    add_note(incident=incident, text="ผู้แจ้งชื่อสมชาย", by=OFFICER, at=AT)

    marks = providers.marks_of("incident", str(incident.pk))

    assert [mark["words"]["en"] for mark in marks] == ["Incident opened", "Note"]
    assert "สมชาย" not in str(marks)
    assert providers.marks_of("incident", "404") == providers.marks_of("other", "1") == []


def test_page_leads_to_a_pack_of_the_minutes_around(
    client: Client, make_user: Callable[..., User], make_alert: Callable[..., Alert]
) -> None:
    incident = open_incident(alert=make_alert(), by=OFFICER, at=AT)
    client.force_login(make_user("SUPERVISOR"), backend=BACKEND)

    page = client.get(f"/incidents/{incident.pk}").content.decode()

    assert "/evidence/new?" in page
    assert f"about=incident%3A{incident.pk}" in page


def test_page_shows_evidence_to_those_who_may_see_it(
    client: Client, operator: User, make_alert: Callable[..., Alert]
) -> None:
    incident = open_incident(alert=make_alert(), by=OFFICER, at=AT)
    client.force_login(operator, backend=BACKEND)

    assert "/evidence/" not in client.get(f"/incidents/{incident.pk}").content.decode()
