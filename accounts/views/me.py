"""A person's own page: password, second factor, where they are signed in."""

from typing import cast

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import requires
from accounts.forms import CodeForm, PasswordForm
from accounts.models import User
from accounts.services import people, second_factor
from accounts.services.sessions import sessions_of

NEW_KEY = "second_factor_key"


def person_of(request: HttpRequest) -> User:
    """The signed-in person; only for views that ask for a capability that no wall screen has."""
    return cast(User, request.user)


@requires("home.view")
@require_GET
def me(request: HttpRequest) -> HttpResponse:
    """Who I am here, and what protects my sign-in."""
    person = person_of(request)
    context = {
        "person": person,
        "has_second_factor": second_factor.has_second_factor(person),
        "codes_left": person.recovery_codes.filter(used_at=None).count(),
        "session_count": len(sessions_of(person, at=timezone.now())),
    }
    return render(request, "accounts/me.html", context)


@requires("home.view")
@never_cache
@sensitive_post_parameters("old", "new", "again")
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Change my password; my other sessions end."""
    person = person_of(request)
    form = PasswordForm(person, request.POST or None)
    if not form.is_valid():
        return render(request, "accounts/password.html", {"form": form, "person": person})
    was_temporary = person.has_temporary_password
    people.change_own_password(
        person, form.cleaned_data["new"], at=timezone.now(), keep_session=request.session.session_key
    )
    update_session_auth_hash(request, person)
    messages.success(request, _("Your password is changed. Your other devices are signed out."))
    return redirect("home" if was_temporary else "accounts:me")


@requires("home.view")
@require_POST
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """End my sessions on other devices."""
    at, key = timezone.now(), request.session.session_key
    ended = people.sign_out_everywhere(person_of(request), at=at, keep_session=key)
    text = ngettext("%(count)d other device is signed out.", "%(count)d other devices are signed out.", ended)
    messages.success(request, text % {"count": ended})
    return redirect("accounts:me")


@requires("home.view")
@never_cache
@require_http_methods(["GET", "POST"])
def enrol(request: HttpRequest) -> HttpResponse:
    """Join an authenticator application by QR code, then prove it with one code."""
    person = person_of(request)
    if second_factor.has_second_factor(person):
        return redirect("accounts:me")
    key = request.session.setdefault(NEW_KEY, second_factor.new_key())
    form = CodeForm(request.POST or None)
    if form.is_valid():
        try:
            codes = second_factor.add_second_factor(
                person, key=key, code=form.cleaned_data["code"].strip(), at=timezone.now()
            )
        except second_factor.WrongCode as refusal:
            form.add_error("code", refusal.message)
        else:
            del request.session[NEW_KEY]
            return render(request, "accounts/recovery_codes.html", {"codes": codes})
    context = {"form": form, "enrolment": second_factor.enrolment(person, key)}
    return render(request, "accounts/enrol.html", context)


@requires("home.view")
@never_cache
@require_POST
def renew_recovery_codes(request: HttpRequest) -> HttpResponse:
    """Ten new recovery codes, shown once."""
    person = person_of(request)
    if not second_factor.has_second_factor(person):
        return redirect("accounts:me")
    codes = second_factor.renew_recovery_codes(person, at=timezone.now())
    return render(request, "accounts/recovery_codes.html", {"codes": codes})
