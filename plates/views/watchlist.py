"""Pages of the watchlist: the list, one entry, adding, approving by a second person, revoking."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import requires
from accounts.principals import principal_of
from ccoc.lib.errors import Refused
from events.services import Actor
from plates import services
from plates.forms import PROVINCE_LIST, EntryForm, RevokeForm
from plates.models import WatchlistEntry
from plates.querysets import WatchlistQuerySet
from plates.recognition.provinces import PROVINCES
from plates.services.watchlist import key_of
from plates.workflow import LONGEST

PAGE_SIZE = 25
ONE_DAY = dt.timedelta(days=1)  # an entry expires at the end of its last day
SHELVES = ("in-force", "waiting", "over")


@requires("plates.watchlist")
@require_GET
def list_entries(request: HttpRequest) -> HttpResponse:
    """The list by shelf: what counts now, what waits for a second person, what is over."""
    shelf = request.GET.get("shelf", "")
    chosen = shelf if shelf in SHELVES else SHELVES[0]
    page = Paginator(_on_shelf(chosen).newest_first(), PAGE_SIZE).get_page(request.GET.get("page"))
    labels = {"in-force": _("In force"), "waiting": _("Waiting for approval"), "over": _("Over")}
    chips = [{"label": labels[name], "value": name, "is_on": name == chosen} for name in SHELVES]
    return render(request, "plates/watchlist.html", {"page": page, "chips": chips, "shelf": chosen})


@requires("plates.watchlist")
@require_GET
def show_entry(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry: who wants it, who added and approved it, and what can be done next."""
    return _page(request, get_object_or_404(WatchlistEntry, pk=pk), RevokeForm())


@requires("plates.watchlist_edit")
@require_http_methods(["GET", "POST"])
def add_entry(request: HttpRequest) -> HttpResponse:
    """Put a plate up for approval."""
    today = timezone.localdate()
    form = EntryForm(
        request.POST or None, initial={"confirmed_at": today, "expires_at": today + LONGEST - ONE_DAY}
    )
    if form.is_valid():
        fields = services.EntryFields(**form.cleaned_data)
        try:
            entry = services.add_entry(fields=fields, by=_actor(request), at=timezone.now())
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            return redirect("plates:entry", pk=entry.pk)
    context = {"form": form, "provinces": PROVINCES.values(), "province_list": PROVINCE_LIST}
    return render(request, "plates/entry_add.html", context)


@requires("plates.watchlist_edit")
@require_POST
def approve_entry(request: HttpRequest, pk: int) -> HttpResponse:
    """The second person says yes."""
    entry = get_object_or_404(WatchlistEntry, pk=pk)
    try:
        services.approve_entry(entry=entry, by=_actor(request), at=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Approved. It counts from now on."))
    return redirect("plates:entry", pk=pk)


@requires("plates.watchlist_edit")
@require_POST
def revoke_entry(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it off the list, with a reason."""
    entry = get_object_or_404(WatchlistEntry, pk=pk)
    form = RevokeForm(request.POST)
    if not form.is_valid():
        return _page(request, entry, form)
    try:
        services.revoke_entry(entry=entry, **form.cleaned_data, by=_actor(request), at=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("plates:entry", pk=pk)


def _on_shelf(shelf: str) -> WatchlistQuerySet:
    entries, now = WatchlistEntry.objects.all(), timezone.now()
    if shelf == "waiting":
        return entries.waiting(now)
    return entries.over(now) if shelf == "over" else entries.in_force(now)


def _page(request: HttpRequest, entry: WatchlistEntry, form: RevokeForm) -> HttpResponse:
    now, is_own = timezone.now(), entry.added_key == key_of(_actor(request))
    is_over = entry.revoked_at is not None or entry.expires_at <= now
    context: dict[str, Any] = {
        "entry": entry,
        "state": _state(entry, now),
        "can_approve": entry.approved_at is None and not is_own,
        "is_own": entry.approved_at is None and is_own,
        "is_over": is_over,
        "form": form,
    }
    return render(request, "plates/entry.html", context)


def _state(entry: WatchlistEntry, now: dt.datetime) -> str:
    if entry.revoked_at is not None:
        return _("Revoked")
    if entry.expires_at <= now:
        return _("Expired")
    return _("In force") if entry.approved_at else _("Waiting for approval")


def _actor(request: HttpRequest) -> Actor:
    return Actor.of(principal_of(request))
