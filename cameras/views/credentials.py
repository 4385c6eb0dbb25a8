"""Camera passwords: names and users are listed, the passwords are only ever replaced."""

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.access import requires
from accounts.principals import principal_of
from cameras.forms import CredentialForm
from cameras.models import CredentialProfile
from cameras.services import set_credential
from events.services import Actor


@sensitive_post_parameters("secret")
@requires("cameras.edit")
@require_http_methods(["GET", "POST"])
def credentials(request: HttpRequest) -> HttpResponse:
    """The profiles with how many cameras use each, and a form that adds or replaces one."""
    form = CredentialForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actor = Actor.of(principal_of(request))
        profile = set_credential(actor=actor, at=timezone.now(), **form.cleaned_data)
        messages.success(request, _("Password of %(profile)s is kept.") % {"profile": profile})
        return redirect("cameras:credentials")
    profiles = CredentialProfile.objects.annotate(used=Count("cameras")).order_by("name")
    return render(request, "cameras/credentials.html", {"form": form, "profiles": profiles})
