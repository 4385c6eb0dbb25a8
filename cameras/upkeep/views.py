"""Pages of upkeep: the month by owner, its table and its paper; work orders; planned work."""

import datetime as dt
import re
from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import requires
from accounts.principals import principal_of
from cameras import export, pictures
from cameras.conditions import sentence_of
from cameras.models import Camera
from cameras.upkeep import reports, services
from cameras.upkeep.forms import ContactForm, OrderForm, PlannedForm, StepForm
from cameras.upkeep.models import Contact, OrderState, PlannedWork, WorkOrder
from ccoc.lib.errors import Refused
from events.services import Actor, Target, record

PAGE_SIZE = 25
MONTHS_BACK = 12
_ACTS: Final = {
    OrderState.SENT: gettext_lazy("Sent to the owner"),
    OrderState.ACKNOWLEDGED: gettext_lazy("The owner has taken it on"),
    OrderState.MENDED: gettext_lazy("Mended"),
    OrderState.REOPENED: gettext_lazy("Failed again"),
    OrderState.WITHDRAWN: gettext_lazy("Withdraw"),
}


@requires("upkeep.view")
@require_GET
def report(request: HttpRequest) -> HttpResponse:
    """Uptime of a month by owner; one owner's cameras, worst first."""
    return render(request, "upkeep/report.html", _report_context(request))


@requires("upkeep.view")
@require_GET
def report_paper(request: HttpRequest) -> HttpResponse:
    """The same month on paper."""
    return render(request, "upkeep/report_paper.html", _report_context(request))


@requires("upkeep.view")
@require_GET
def export_report(request: HttpRequest, kind: str) -> HttpResponse | StreamingHttpResponse:
    """The month as a table, a line for each camera; that it was taken is recorded."""
    begin = _month(request)
    with transaction.atomic():
        record(
            actor=actor_of(request),
            verb="upkeep.exported",
            target=Target("report", f"{begin:%Y-%m}", kind.upper()),
            at=timezone.now(),
        )
    owners = _owners(request, begin)
    attachment = {"Content-Disposition": f'attachment; filename="uptime-{begin:%Y-%m}.{kind}"'}
    if kind == "csv":
        lines = export.csv_lines(reports.head(), reports.rows(owners))
        return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=attachment)
    book = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    data = export.xlsx_bytes(reports.head(), reports.rows(owners))
    return HttpResponse(data, content_type=book, headers=attachment)


@requires("upkeep.work")
@require_POST
def change_contact(request: HttpRequest) -> HttpResponse:
    """Whom an owner wants to be called."""
    form, owner = ContactForm(request.POST), request.POST.get("owner", "")[:80]
    if form.is_valid() and owner:
        services.set_contact(owner=owner, actor=actor_of(request), at=timezone.now(), **form.cleaned_data)
        messages.success(request, _("The contact is kept."))
    return redirect(f"{reverse('upkeep:report')}?owner={owner}")


@requires("upkeep.view")
@require_GET
def list_orders(request: HttpRequest) -> HttpResponse:
    """Work orders by state and owner, the newest change first."""
    state, owner = request.GET.get("state", "out"), request.GET.get("owner", "")[:80]
    found = WorkOrder.objects.all().in_state(state).of_owner(owner).with_camera().newest_first()
    chips = [("out", _("Out")), *OrderState.choices, ("all", _("All"))]
    context = {
        "page": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "chips": [{"label": label, "value": value, "is_on": value == state} for value, label in chips],
        "owners": WorkOrder.objects.all().owners(),
        "owner": owner,
        "state": state,
    }
    return render(request, "upkeep/orders.html", context)


@requires("upkeep.work")
@require_http_methods(["GET", "POST"])
def new_order(request: HttpRequest, code: str) -> HttpResponse:
    """Ask the owner of a camera to mend it; leads to the order that is out where there is one."""
    camera = get_object_or_404(Camera.objects.registered().with_health(), code=code)
    out = WorkOrder.objects.out().filter(camera=camera).first()
    if out is not None:
        return redirect("upkeep:order", out.pk)
    form = OrderForm(request.POST or None, initial={"alert": _number(request.GET.get("alert", ""))})
    if request.method == "POST" and form.is_valid():
        wish = form.cleaned_data
        try:
            order = services.write_order(
                camera=camera,
                actor=actor_of(request),
                at=timezone.now(),
                note=wish["note"],
                alert_id=wish["alert"],
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("The work order is written. Send it, then say so here."))
            return redirect("upkeep:order", order.pk)
    context = {
        "form": form,
        "camera": camera,
        "words": sentence_of(camera.health.health, camera.health.reason),
    }
    return render(request, "upkeep/order_new.html", context)


@requires("upkeep.view")
@require_GET
def show_order(request: HttpRequest, pk: int) -> HttpResponse:
    """One work order: what was wrong, how it looked, what was done."""
    return render(request, "upkeep/order.html", _order_context(pk))


@requires("upkeep.view")
@require_GET
def order_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The order as a letter to the owner."""
    return render(request, "upkeep/order_paper.html", _order_context(pk))


@requires("upkeep.work")
@require_POST
def move_order(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an order one step on."""
    get_object_or_404(WorkOrder, pk=pk)
    form = StepForm(request.POST)
    if form.is_valid():
        try:
            services.move_order(order_id=pk, actor=actor_of(request), at=timezone.now(), **form.cleaned_data)
        except Refused as refusal:
            messages.error(request, refusal.message)
    return redirect("upkeep:order", pk)


@requires("upkeep.view")
@require_GET
def order_picture(request: HttpRequest, pk: int, which: str) -> HttpResponse:
    """A picture that was kept with an order."""
    order = get_object_or_404(WorkOrder, pk=pk)
    picture = pictures.read(services.ORDERS, services.picture_name(order, which))
    if picture is None:
        return HttpResponse(status=204)
    return HttpResponse(picture.jpeg, content_type="image/jpeg", headers={"Cache-Control": "private"})


@requires("upkeep.work")
@require_http_methods(["GET", "POST"])
def planned(request: HttpRequest) -> HttpResponse:
    """Planned work: the list, and one more."""
    form = PlannedForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _plan(request, form):
        messages.success(request, _("The planned work is kept and not counted against the owner."))
        return redirect("upkeep:planned")
    page = Paginator(PlannedWork.objects.all().newest_first(), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "form": form, "owners": Camera.objects.registered().owners()}
    return render(request, "upkeep/planned.html", context)


@requires("upkeep.work")
@require_POST
def withdraw_planned(request: HttpRequest, pk: int) -> HttpResponse:
    """Count a planned time again."""
    get_object_or_404(PlannedWork, pk=pk)
    services.withdraw_work(work_id=pk, actor=actor_of(request), at=timezone.now())
    return redirect("upkeep:planned")


@requires("upkeep.work")
@require_POST
def accept_view(request: HttpRequest, code: str) -> HttpResponse:
    """The camera was turned on purpose: learn its view anew."""
    camera = get_object_or_404(Camera.objects.registered(), code=code)
    services.accept_view(camera=camera, actor=actor_of(request), at=timezone.now())
    messages.success(request, _("The new view is learnt from the next pictures on."))
    return redirect("cameras:camera", code)


def actor_of(request: HttpRequest) -> Actor:
    return Actor.of(principal_of(request))


def _plan(request: HttpRequest, form: PlannedForm) -> bool:
    try:
        services.plan_work(
            owner=form.cleaned_data["owner"],
            camera=form.camera(),
            begin=form.moment("begin"),
            end=form.moment("end"),
            reason=form.cleaned_data["reason"],
            actor=actor_of(request),
            at=timezone.now(),
        )
    except Refused as refusal:
        form.add_error("end_date", refusal.message)
        return False
    return True


def _report_context(request: HttpRequest) -> dict[str, Any]:
    begin = _month(request)
    owners = _owners(request, begin)
    chosen = request.GET.get("owner", "")
    shown = next((owner for owner in owners if owner.name == chosen), None)
    contact = Contact.objects.filter(owner=chosen).first() if shown else None
    known = (
        {"person": contact.person, "phone": contact.phone, "address": contact.address} if contact else None
    )
    return {
        "month": begin,
        "months": _months(timezone.localtime()),
        "owners": owners,
        "shown": shown,
        "contact_form": ContactForm(initial=known),
        "target": reports.TARGET,
        "all": reports.Owner("", [line for owner in owners for line in owner.lines]),
        "made_at": timezone.now(),
    }


def _owners(request: HttpRequest, begin: dt.datetime) -> list[reports.Owner]:
    cameras = Camera.objects.visible_to(principal_of(request)).registered().by_code()
    return reports.owners_of(cameras, begin, _next_month(begin), at=timezone.now())


def _order_context(pk: int) -> dict[str, Any]:
    order = get_object_or_404(WorkOrder.objects.all().with_camera(), pk=pk)
    acts = [(to, label) for to, label in _ACTS.items() if order.state in services.MOVES[to]]
    return {
        "order": order,
        "words": sentence_of(order.fault, order.fault),
        "steps": order.steps.order_by("pk"),
        "acts": acts,
        "form": StepForm(),
    }


def _month(request: HttpRequest) -> dt.datetime:
    """First moment of the month that the address asks for, `2026-11`; else of this one."""
    found = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", request.GET.get("month", ""))
    now = timezone.localtime()
    year, month = (int(found[1]), int(found[2])) if found else (now.year, now.month)
    return timezone.make_aware(dt.datetime(year, month, 1))  # noqa: DTZ001 - made aware at once


def _next_month(begin: dt.datetime) -> dt.datetime:
    first = (begin.replace(tzinfo=None) + dt.timedelta(days=32)).replace(day=1)
    return timezone.make_aware(first)


def _months(now: dt.datetime) -> list[dt.datetime]:
    """This month and those before it."""
    count = now.year * 12 + now.month - 1
    numbers = range(count, count - MONTHS_BACK - 1, -1)
    return [timezone.make_aware(dt.datetime(n // 12, n % 12 + 1, 1)) for n in numbers]  # noqa: DTZ001


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None
