"""Pages of SOS points: who is heard, who is deaf, and setting them up."""

import datetime as dt

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import requires
from incidents import services
from incidents.forms import MinutesForm, SosPointForm
from incidents.hooks import refused_count
from incidents.models import SosPoint
from incidents.views.incidents import PAGE_SIZE, actor_of, first_error

RECENT_PRESSES = 20


@requires("sos.view")
@require_GET
def list_points(request: HttpRequest) -> HttpResponse:
    """SOS points by code, with when they were last heard."""
    page = Paginator(SosPoint.objects.in_use().by_code(), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "refused_count": refused_count(), "now": timezone.now()}
    return render(request, "incidents/sos_points.html", context)


@requires("sos.edit")
@never_cache
@require_http_methods(["GET", "POST"])
def add_point(request: HttpRequest) -> HttpResponse:
    """A new point; its secret is on the answer page and nowhere else."""
    form = SosPointForm(request.POST or None)
    if form.is_valid():
        fields = services.PointFields(**form.cleaned_data)
        try:
            point, secret = services.add_point(fields=fields, by=actor_of(request), at=timezone.now())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return _show_once(request, point, secret)
    return render(request, "incidents/sos_add.html", {"form": form})


@requires("sos.view")
@require_GET
def show_point(request: HttpRequest, code: str) -> HttpResponse:
    """One point: what is entered, what it said lately, tests and its secret."""
    point = get_object_or_404(SosPoint.objects.in_use(), code=code)
    initial = {name: getattr(point, name) for name in SosPointForm.base_fields}
    return _page(request, point, SosPointForm(initial=initial))


@requires("sos.edit")
@require_POST
def edit_point(request: HttpRequest, code: str) -> HttpResponse:
    """Save what is entered about a point."""
    point = get_object_or_404(SosPoint.objects.in_use(), code=code)
    form = SosPointForm(request.POST)
    if form.is_valid():
        fields = services.PointFields(**form.cleaned_data)
        try:
            point = services.edit_point(point=point, fields=fields, by=actor_of(request), at=timezone.now())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("incidents:sos-point", code=point.code)
    return _page(request, point, form)


@requires("sos.edit")
@never_cache
@require_POST
def rotate_secret(request: HttpRequest, code: str) -> HttpResponse:
    """A new secret, shown once; the pillar must get it before it is heard again."""
    point = get_object_or_404(SosPoint.objects.in_use(), code=code)
    secret = services.rotate_secret(point=point, by=actor_of(request), at=timezone.now())
    return _show_once(request, point, secret)


@requires("sos.edit")
@require_POST
def start_test(request: HttpRequest, code: str) -> HttpResponse:
    """Count presses as tests for some minutes, or end a running test."""
    point = get_object_or_404(SosPoint.objects.in_use(), code=code)
    form = MinutesForm(request.POST)
    if "end" in request.POST:
        services.end_test(point=point, by=actor_of(request), at=timezone.now())
    elif form.is_valid():
        now = timezone.now()
        until = now + dt.timedelta(minutes=form.cleaned_data["minutes"])
        services.open_test(point=point, until=until, by=actor_of(request), at=now)
    else:
        messages.error(request, first_error(form))
    return redirect("incidents:sos-point", code=code)


@requires("sos.edit")
@require_POST
def retire_point(request: HttpRequest, code: str) -> HttpResponse:
    """Take a point out of use."""
    point = get_object_or_404(SosPoint.objects.in_use(), code=code)
    services.retire_point(point=point, by=actor_of(request), at=timezone.now())
    return redirect("incidents:sos")


def _show_once(request: HttpRequest, point: SosPoint, secret: str) -> HttpResponse:
    return render(request, "incidents/sos_secret.html", {"point": point, "secret": secret})


def _page(request: HttpRequest, point: SosPoint, form: SosPointForm) -> HttpResponse:
    now = timezone.now()
    context = {
        "point": point,
        "form": form,
        "presses": point.presses.newest_first()[:RECENT_PRESSES],
        "now": now,
        "is_testing": point.test_until is not None and point.test_until > now,
        "test_form": MinutesForm(),
    }
    return render(request, "incidents/sos_point.html", context)
