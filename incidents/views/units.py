"""Pages of units."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import requires
from ccoc.lib.errors import Refused
from incidents import services
from incidents.forms import UnitForm
from incidents.models import Unit
from incidents.views.incidents import PAGE_SIZE, actor_of


@requires("incidents.view")
@require_GET
def list_units(request: HttpRequest) -> HttpResponse:
    """Units by code, with where and when they were last."""
    page = Paginator(Unit.objects.by_code(), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "incidents/units.html", {"page": page})


@requires("incidents.work")
@require_http_methods(["GET", "POST"])
def add_unit(request: HttpRequest) -> HttpResponse:
    """A new unit."""
    return _save(request, None, UnitForm(request.POST or None))


@requires("incidents.work")
@require_http_methods(["GET", "POST"])
def edit_unit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what was entered about a unit."""
    unit = get_object_or_404(Unit, pk=pk)
    initial = {"code": unit.code, "name": unit.name, "kind": unit.kind}
    return _save(request, unit, UnitForm(request.POST or None, initial=initial))


@requires("incidents.work")
@require_POST
def set_duty(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a unit on or off duty."""
    unit = get_object_or_404(Unit, pk=pk)
    is_on_duty = request.POST.get("duty") == "on"
    try:
        services.set_on_duty(unit=unit, is_on_duty=is_on_duty, by=actor_of(request), at=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("incidents:units")


def _save(request: HttpRequest, unit: Unit | None, form: UnitForm) -> HttpResponse:
    if form.is_valid():
        fields = services.UnitFields(**form.cleaned_data)
        try:
            services.save_unit(unit=unit, fields=fields, by=actor_of(request), at=timezone.now())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("incidents:units")
    return render(request, "incidents/unit.html", {"form": form, "unit": unit})
