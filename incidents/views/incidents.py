"""Pages of incidents: the list, one incident with its log and commands, a new one by hand."""

import datetime as dt
from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import requires
from accounts.principals import principal_of
from alerts.workflow import Outcome
from cameras.evidence.models import EvidencePack
from cameras.models import Camera
from cameras.payloads import camera_payload
from cameras.sight import rank_views
from ccoc.lib.errors import Refused
from ccoc.lib.geo import Point
from events.services import Actor
from incidents import services
from incidents.forms import CloseForm, DispatchForm, NewIncidentForm, NoteForm
from incidents.models import Incident, Unit
from incidents.workflow import NEEDS_CONFIRMED, IncidentState

PAGE_SIZE = 25
BEFORE, AFTER = dt.timedelta(minutes=5), dt.timedelta(minutes=10)  # around the opening, at first sight
NEAREST = 4  # cameras, as on the wall


@requires("incidents.view")
@require_GET
def list_incidents(request: HttpRequest) -> HttpResponse:
    """Incidents, newest first; narrowed by state."""
    state = request.GET.get("state", "")
    found = Incident.objects.in_state(state) if state in IncidentState.values else Incident.objects.all()
    page = Paginator(found.newest_first().with_units(), PAGE_SIZE).get_page(request.GET.get("page"))
    chips = [{"label": _("All"), "value": "", "is_on": not state}]
    chips += [
        {"label": label, "value": value, "is_on": value == state} for value, label in IncidentState.choices
    ]
    return render(request, "incidents/list.html", {"page": page, "chips": chips})


@requires("incidents.work")
@require_http_methods(["GET", "POST"])
def new_incident(request: HttpRequest) -> HttpResponse:
    """Open one by hand."""
    form = NewIncidentForm(request.POST or None)
    if not form.is_valid():
        return render(request, "incidents/new.html", {"form": form})
    said = form.cleaned_data
    lat, lon = said.pop("lat"), said.pop("lon")
    new = services.NewIncident(**said, point=None if lat is None else Point(lat, lon))
    incident = services.open_incident_by_hand(new=new, by=actor_of(request), at=timezone.now())
    return redirect("incidents:detail", pk=incident.pk)


@requires("incidents.view")
@require_GET
def show_incident(request: HttpRequest, pk: int) -> HttpResponse:
    """One incident: what is known, who was sent, the log, and what can be done next."""
    incident = get_object_or_404(Incident.objects.with_units(), pk=pk)
    units = [(unit.code, f"{unit.code} · {unit.name}") for unit in Unit.objects.free().by_code()]
    needed = NEEDS_CONFIRMED.get(incident.kind, frozenset()) - set(incident.confirmed)
    context = {
        "incident": incident,
        "dispatches": sorted(incident.dispatches.all(), key=lambda dispatch: dispatch.pk),
        "steps": incident.steps.order_by("id"),
        "is_open": incident.state != IncidentState.CLOSED,
        "outcome": dict(Outcome.choices).get(incident.outcome, incident.outcome),
        "needs_confirmed": bool(needed),
        "dispatch_form": DispatchForm(units=units),
        "has_free_units": bool(units),
        "note_form": NoteForm(),
        "close_form": CloseForm(auto_id="close_%s"),
        "evidence": EvidencePack.objects.about("incident", incident.pk).newest_first(),
        "evidence_query": _evidence_query(incident),
    }
    return render(request, "incidents/detail.html", context)


@requires("incidents.work")
@require_POST
def dispatch(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a unit."""
    form = DispatchForm(request.POST, units=[(code, code) for code in _codes()])

    def send(incident: Incident) -> None:
        unit = get_object_or_404(Unit, code=form.cleaned_data["unit"])
        services.dispatch_unit(
            incident=incident,
            unit=unit,
            confirmed=form.cleaned_data["confirmed"],
            by=actor_of(request),
            at=timezone.now(),
        )

    return _carry_out(request, pk, form, send)


@requires("incidents.work")
@require_POST
def arrive(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that a unit is on the spot."""
    form = DispatchForm(request.POST, units=[(code, code) for code in _codes()])

    def note_arrival(incident: Incident) -> None:
        unit = get_object_or_404(Unit, code=form.cleaned_data["unit"])
        services.arrive(incident=incident, unit=unit, by=actor_of(request), at=timezone.now())

    return _carry_out(request, pk, form, note_arrival)


@requires("incidents.work")
@require_POST
def add_note(request: HttpRequest, pk: int) -> HttpResponse:
    """Append a line to the log."""
    form = NoteForm(request.POST)

    def append(incident: Incident) -> None:
        services.add_note(incident=incident, **form.cleaned_data, by=actor_of(request), at=timezone.now())

    return _carry_out(request, pk, form, append)


@requires("incidents.work")
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close with an outcome."""
    form = CloseForm(request.POST)

    def end(incident: Incident) -> None:
        services.close_incident(
            incident=incident, **form.cleaned_data, by=actor_of(request), at=timezone.now()
        )

    return _carry_out(request, pk, form, end)


def actor_of(request: HttpRequest) -> Actor:
    """Who is behind the request, for the audit log."""
    return Actor.of(principal_of(request))


def first_error(form: Form) -> str:
    """One sentence about what is wrong with a short form."""
    return " ".join(str(error) for errors in form.errors.values() for error in errors)


def _codes() -> list[str]:
    return list(Unit.objects.values_list("code", flat=True))


def _carry_out(
    request: HttpRequest, pk: int, form: Form, service: Callable[[Incident], None]
) -> HttpResponse:
    """Run one command on the incident and go back to its page, with what was refused in words."""
    incident = get_object_or_404(Incident, pk=pk)
    try:
        if form.is_valid():
            service(incident)
        else:
            messages.error(request, first_error(form))
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("incidents:detail", pk=pk)


def _evidence_query(incident: Incident) -> str:
    """What a new evidence pack may know already: cameras that see the place, and the minutes around."""
    codes: list[str] = []
    if incident.lat is not None and incident.lon is not None:
        cameras = [camera_payload(camera) for camera in Camera.objects.registered().placed().with_health()]
        codes = [view["code"] for view in rank_views(cameras, incident.lat, incident.lon, limit=NEAREST)]
    end = min(incident.opened_at + AFTER, timezone.now())
    span = {"from": incident.opened_at - BEFORE, "to": end}
    known = {"cameras": ",".join(codes), "about": f"incident:{incident.pk}", "case": incident.number}
    return urlencode(known | {name: at.isoformat() for name, at in span.items()})
