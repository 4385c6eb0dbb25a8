"""The page of alerts: what called lately, who took it, what came of it."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import requires
from alerts.models import Alert
from alerts.workflow import State

PAGE_SIZE = 25


@requires("alerts.view")
@require_GET
def list_alerts(request: HttpRequest) -> HttpResponse:
    """Alerts, newest first; narrowed by state."""
    state = request.GET.get("state", "")
    found = Alert.objects.in_state(state) if state in State.values else Alert.objects.all()
    page = Paginator(found.newest_first(), PAGE_SIZE).get_page(request.GET.get("page"))
    chips = [{"label": _("All"), "value": "", "is_on": not state}]
    chips += [{"label": label, "value": value, "is_on": value == state} for value, label in State.choices]
    return render(request, "alerts/list.html", {"page": page, "chips": chips})
