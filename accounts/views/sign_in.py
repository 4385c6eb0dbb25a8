"""Signing in with a password and, where the person has one, a second factor."""

import datetime as dt

import django_otp
from axes.helpers import get_client_username, get_cool_off
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import public
from accounts.forms import CodeForm, SignInForm
from accounts.models import User
from accounts.services import second_factor
from accounts.throttle import Guesses
from events.services import Actor, Target, record

PENDING, PENDING_AT, PENDING_NEXT = "pending_person", "pending_since", "pending_next"
PENDING_S = 300  # time to find the phone
BACKEND = "django.contrib.auth.backends.ModelBackend"
CODE_GUESSES = Guesses("second-factor", limit=5, window_s=900)


@public
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Name and password; one sentence for every way in which they can be wrong."""
    if request.user.is_authenticated:
        return redirect(_next(request, request.GET.get("next", "")))
    form = SignInForm(request.POST or None)
    destination = _next(request, request.POST.get("next") or request.GET.get("next", ""))
    if not form.is_valid():
        return _form(request, form, destination)
    user = authenticate(request, **form.cleaned_data)
    if user is None:
        form.add_error(None, _("The user name and the password do not fit together."))
        return _form(request, form, destination)
    person = user
    if not second_factor.has_second_factor(person):
        _enter(request, person)
        return redirect(destination)
    request.session[PENDING] = person.pk
    request.session[PENDING_AT] = timezone.now().timestamp()
    request.session[PENDING_NEXT] = destination
    return redirect("accounts:second-factor-check")


@public
@never_cache
@require_http_methods(["GET", "POST"])
def second_factor_check(request: HttpRequest) -> HttpResponse:
    """The code after the password; without a fresh password there is nothing to check."""
    person = _pending(request)
    if person is None:
        return redirect("accounts:sign-in")
    form = CodeForm(request.POST or None)
    if not form.is_valid():
        return render(request, "accounts/second_factor_check.html", {"form": form})
    if CODE_GUESSES.are_spent(person.key):
        return _wait(request, timezone.now() + dt.timedelta(seconds=CODE_GUESSES.window_s))
    device = second_factor.check_code(person, form.cleaned_data["code"], at=timezone.now())
    if device is None:
        CODE_GUESSES.count(person.key)
        form.add_error("code", _("The code does not fit. Type the next code that the phone shows."))
        return render(request, "accounts/second_factor_check.html", {"form": form})
    CODE_GUESSES.forget(person.key)
    destination = request.session[PENDING_NEXT]
    _enter(request, person)
    django_otp.login(request, device)
    return redirect(destination)


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this session."""
    if request.user.is_authenticated:
        with transaction.atomic():
            _record(request.user, "accounts.signed_out")
    logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


def locked_out(
    request: HttpRequest, response: HttpResponse | None = None, credentials: dict[str, str] | None = None
) -> HttpResponse:
    """django-axes' answer after too many wrong passwords: says when to try again."""
    name = get_client_username(request, credentials) or ""
    attempts = AccessAttempt.objects.filter(username=name).order_by("-attempt_time")
    last = attempts.values_list("attempt_time", flat=True).first() or timezone.now()
    return _wait(request, last + (get_cool_off(request) or dt.timedelta()))


def _wait(request: HttpRequest, until: dt.datetime) -> HttpResponse:
    # Rounded up: the minute that is printed is one at which it works.
    shown = until + dt.timedelta(seconds=59)
    return render(request, "errors/locked_out.html", {"until": shown}, status=429)


def _form(request: HttpRequest, form: SignInForm, destination: str) -> HttpResponse:
    return render(request, "accounts/sign_in.html", {"form": form, "next": destination})


def _next(request: HttpRequest, wanted: str) -> str:
    """`wanted` when it is an address of this portal, else the person's own first page."""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else resolve_url(settings.LOGIN_REDIRECT_URL)


def _pending(request: HttpRequest) -> User | None:
    key, since = request.session.get(PENDING), request.session.get(PENDING_AT, 0)
    if key is None or timezone.now().timestamp() - since > PENDING_S:
        return None
    found: User | None = User.objects.active().filter(pk=key).first()
    return found


def _enter(request: HttpRequest, person: User) -> None:
    for name in (PENDING, PENDING_AT, PENDING_NEXT):
        request.session.pop(name, None)
    with transaction.atomic():
        login(request, person, backend=BACKEND)
        _record(person, "accounts.signed_in")


def _record(person: User, verb: str) -> None:
    target = Target("person", person.pk, str(person))
    record(actor=Actor.of(person), verb=verb, target=target, at=timezone.now())
