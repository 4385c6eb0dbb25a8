"""Wall screens: a supervisor names one and reads out a code; the screen types it once and stays in."""

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import public, requires
from accounts.forms import PairingForm, ScreenForm
from accounts.models import WallDevice
from accounts.services import screens as services
from accounts.throttle import Guesses, address_of
from accounts.tokens import COOKIE
from accounts.views.me import person_of
from ccoc.lib.errors import Refused

PAGE_SIZE = 25
COOKIE_S = 10 * 365 * 24 * 3600  # a wall must never wake up at a sign-in page
WALL = "/wall/"
PAIRING_GUESSES = Guesses("pairing", limit=10, window_s=900)


@requires("people.view")
@require_GET
def screens(request: HttpRequest) -> HttpResponse:
    """Every wall screen with when it was last heard of."""
    return _list(request, ScreenForm())


@requires("people.edit")
@never_cache
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Name a screen; its pairing code is on the answer page and nowhere else."""
    form = ScreenForm(request.POST)
    if not form.is_valid():
        return _list(request, form)
    try:
        screen, code = services.add_screen(
            name=form.cleaned_data["name"], by=person_of(request), at=timezone.now()
        )
    except Refused as refusal:
        form.add_error("name", refusal.message)
        return _list(request, form)
    return _code_page(request, screen, code)


@requires("people.edit")
@never_cache
@require_POST
def renew_code(request: HttpRequest, pk: int) -> HttpResponse:
    """A new pairing code for a screen that was set up anew."""
    screen = get_object_or_404(WallDevice, pk=pk)
    try:
        code = services.renew_code(screen, by=person_of(request), at=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("accounts:screens")
    return _code_page(request, screen, code)


@requires("people.edit")
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a screen for good."""
    screen = get_object_or_404(WallDevice, pk=pk)
    services.revoke_screen(screen, by=person_of(request), at=timezone.now())
    messages.success(request, _("The screen closes within 10 seconds."))
    return redirect("accounts:screens")


@public
@never_cache
@require_http_methods(["GET", "POST"])
def enrol(request: HttpRequest) -> HttpResponse:
    """The page that the wall's browser opens once, to type the code."""
    form = PairingForm(request.POST or None)
    if not form.is_valid():
        return render(request, "accounts/screen_enrol.html", {"form": form})
    address = address_of(request)
    if PAIRING_GUESSES.are_spent(address):
        form.add_error(None, _("Too many codes were tried here. Wait 15 minutes, then ask for a new one."))
        return render(request, "accounts/screen_enrol.html", {"form": form}, status=429)
    try:
        token = services.pair_screen(form.cleaned_data["code"], at=timezone.now())
    except Refused as refusal:
        PAIRING_GUESSES.count(address)
        form.add_error("code", refusal.message)
        return render(request, "accounts/screen_enrol.html", {"form": form}, status=400)
    response = redirect(WALL)
    response.set_cookie(
        COOKIE, token, max_age=COOKIE_S, secure=settings.TLS, httponly=True, samesite="Strict"
    )
    return response


def _list(request: HttpRequest, form: ScreenForm) -> HttpResponse:
    page = Paginator(WallDevice.objects.by_name(), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "form": form, "now": timezone.now()}
    return render(request, "accounts/screens.html", context)


def _code_page(request: HttpRequest, screen: WallDevice, code: str) -> HttpResponse:
    until = timezone.now() + services.CODE_LIFE
    return render(request, "accounts/screen_code.html", {"screen": screen, "code": code, "until": until})
