"""People and rights: who works here, what each may do, and letting somebody go."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import requires
from accounts.capabilities import Role
from accounts.forms import NewPersonForm, PersonForm, ReasonForm, RolesForm
from accounts.models import User
from accounts.services import people as services
from accounts.services import second_factor
from accounts.services.sessions import sessions_of
from accounts.views.me import person_of
from ccoc.lib.errors import Refused
from events.models import AuditEntry

PAGE_SIZE = 25
RECENT_ENTRIES = 8


@requires("people.view")
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """Everybody, by name; filtered by role, by words, or to those who were let go."""
    words, role = request.GET.get("q", "").strip(), request.GET.get("role", "")
    found = User.objects.matching(words).in_group(role).with_second_factor().by_name()
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "query": words, "chips": _chips(role)}
    return render(request, "accounts/people.html", context)


@requires("people.edit")
@never_cache
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Add a person; the one-time password is on the answer page and nowhere else."""
    form = NewPersonForm(request.POST or None)
    if not form.is_valid():
        return render(request, "accounts/person_add.html", {"form": form})
    person, password = services.add_person(**form.cleaned_data, by=person_of(request), at=timezone.now())
    return render(request, "accounts/password_once.html", {"person": person, "password": password})


@requires("people.view")
@require_GET
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: rights, sign-in, what was changed lately."""
    found = get_object_or_404(User, pk=pk)
    values = {"display_name": found.display_name, "rank": found.rank, "roles": found.roles}
    return _page(request, found, PersonForm(initial=values))


@requires("people.edit")
@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Save name, rank and roles."""
    found = get_object_or_404(User, pk=pk)
    form = PersonForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form)
    try:
        services.change_person(found, **form.cleaned_data, by=person_of(request), at=timezone.now())
    except Refused as refusal:
        form.add_error(None, refusal.message)
        return _page(request, found, form)
    messages.success(request, _("Saved."))
    return redirect("accounts:person", pk=pk)


@requires("people.edit")
@never_cache
@require_POST
def reset_password(request: HttpRequest, pk: int) -> HttpResponse:
    """A new one-time password, shown once."""
    found = get_object_or_404(User.objects.active(), pk=pk)
    password = services.reset_password(found, by=person_of(request), at=timezone.now())
    return render(request, "accounts/password_once.html", {"person": found, "password": password})


@requires("people.edit")
@require_POST
def remove_second_factor(request: HttpRequest, pk: int) -> HttpResponse:
    """For a lost phone."""
    found = get_object_or_404(User, pk=pk)
    second_factor.remove_second_factor(found, by=person_of(request), at=timezone.now())
    messages.success(request, _("The second step is off. The person can switch it on again."))
    return redirect("accounts:person", pk=pk)


@requires("people.edit")
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything off at once: sessions, roles, sign-in, second factor, sockets."""
    found, form = get_object_or_404(User, pk=pk), ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        services.revoke_access(found, by=person_of(request), at=timezone.now(), reason=reason)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("All access has ended. Open screens close within 10 seconds."))
    return redirect("accounts:person", pk=pk)


@requires("people.edit")
@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a person in again with the roles that are ticked."""
    found, form = get_object_or_404(User.objects.filter(is_active=False), pk=pk), RolesForm(request.POST)
    roles = form.cleaned_data["roles"] if form.is_valid() else []
    services.let_in_again(found, roles=roles, by=person_of(request), at=timezone.now())
    messages.success(request, _("The person may sign in again."))
    return redirect("accounts:person", pk=pk)


@requires("people.edit")
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back one's own last change of this person."""
    found = get_object_or_404(User, pk=pk)
    try:
        services.undo_last_change(found, by=person_of(request), at=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("The change is taken back."))
    return redirect("accounts:person", pk=pk)


def _page(request: HttpRequest, found: User, form: PersonForm) -> HttpResponse:
    at, reader = timezone.now(), person_of(request)
    entries = list(AuditEntry.objects.about("person", found.pk).newest_first()[:RECENT_ENTRIES])
    context = {
        "person": found,
        "form": form,
        "reason_form": ReasonForm(),
        "entries": entries,
        "can_undo": bool(entries) and services.is_undoable(entries[0], by=reader, at=at),
        "has_second_factor": second_factor.has_second_factor(found),
        "session_count": len(sessions_of(found, at=at)),
        "all_roles": Role,
    }
    return render(request, "accounts/person.html", context)


def _chips(chosen: str) -> list[dict[str, object]]:
    counts = User.objects.counts_by_group()
    names = [("", _("All")), *((role.value, role.label) for role in Role), ("OFF", _("Let go"))]
    return [
        {"value": value, "label": label, "count": counts[value], "is_on": value == chosen}
        for value, label in names
    ]
