"""The demo's own page: enter as anybody, press SOS, break a camera. Each button does the real thing."""

from django.contrib import messages
from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import public
from accounts.capabilities import Role
from accounts.models import User
from ccoc.demo import fleet, spreadsheets
from ccoc.demo.device import NotHeard
from ccoc.demo.faults import BY_KEY, FAULTS
from ccoc.demo.forms import EnterForm, FaultForm, PressForm
from ccoc.demo.portal import NoControl, device_of, environment, order
from events.services import Actor, Target, record
from incidents.models import SosPoint
from plates.recognition.text import spaced

BACKEND = "django.contrib.auth.backends.ModelBackend"


@public
@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """Every door of the demo on one page."""
    people = [(row, Role(row.role).label) for row in fleet.people()]
    watched = fleet.watchlist()[0]
    plate = {"text": spaced(watched.text), "vehicle": watched.vehicle}
    found = {"people": people, "points": fleet.sos_points(), "faults": FAULTS, "watched": plate}
    return render(request, "demo/landing.html", found)


@public
@require_POST
def enter(request: HttpRequest) -> HttpResponse:
    """Sign in as a demo person; only people of the fleet's list, who have no password."""
    form = EnterForm(request.POST)
    if not form.is_valid():
        return redirect("demo:landing")
    person = get_object_or_404(User, username=form.cleaned_data["person"], is_active=True)
    with transaction.atomic():
        login(request, person, backend=BACKEND)
        target = Target("person", person.pk, str(person))
        record(
            actor=Actor.of(person), verb="accounts.signed_in", target=target, reason="demo", at=timezone.now()
        )
    return redirect(form.cleaned_data["to"] or "home")


@public
@require_POST
def press(request: HttpRequest) -> HttpResponse:
    """Press an SOS point as its device would: signed, over HTTP, to this same portal."""
    form = PressForm(request.POST)
    if form.is_valid():
        point = get_object_or_404(SosPoint.objects.in_use(), code=form.cleaned_data["point"])
        kind = "test" if form.cleaned_data["is_test"] else "press"
        try:
            device_of(point).send(kind, timezone.now().timestamp())
        except NotHeard:
            messages.error(request, _("The press was not heard. Is the portal running in full?"))
        else:
            messages.success(request, _("%(point)s was pressed. Look at the wall.") % {"point": point.code})
    return redirect("demo:landing")


@public
@require_POST
def fault(request: HttpRequest) -> HttpResponse:
    """Begin or end a trouble of the cameras."""
    form = FaultForm(request.POST)
    if form.is_valid():
        chosen, begins = BY_KEY[form.cleaned_data["fault"]], form.cleaned_data["begins"]
        try:
            for line in chosen.orders(begins=begins):
                order(line)
        except NoControl:
            messages.error(request, _("The demo cameras do not take orders here. Start them with make demo."))
        else:
            done = _("It has begun. The wall notices within 6 seconds.") if begins else _("It is over.")
            messages.success(request, done)
    return redirect("demo:landing")


@public
@require_safe
def sheet(request: HttpRequest, *, faulty: bool = False) -> HttpResponse:
    """The 183 cameras as a spreadsheet to try the import with; `faulty`: twelve rows are wrong."""
    make = spreadsheets.faulty_sheet if faulty else spreadsheets.good_sheet
    text = make(fleet.cameras(), environment().number("CCOC_RTSP_PORT", 8554))
    answer = HttpResponse(text, content_type="text/csv; charset=utf-8")
    name = "cameras-12-faults.csv" if faulty else "cameras.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
