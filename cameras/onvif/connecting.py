"""Connecting a camera that the register knows already: try it, compare, take over what is chosen."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import requires
from accounts.principals import principal_of
from cameras.models import Camera
from cameras.onvif import services
from cameras.onvif.comparing import Row, compare
from cameras.onvif.examining import Examination, examine
from cameras.onvif.forms import AddressForm, ConnectForm
from cameras.onvif.views import inline, kept
from cameras.onvif.words import TROUBLE
from ccoc.lib.errors import Refused
from events.services import Actor


@requires("cameras.edit")
@require_http_methods(["GET", "POST"])
def connect(request: HttpRequest, code: str) -> HttpResponse:
    """How the camera is connected; posted, it is tried and its fields are shown beside the register's."""
    camera = _camera(request, code)
    device = getattr(camera, "onvif", None)
    asked = AddressForm(request.POST or None, initial=_known(camera))
    context: dict[str, Any] = {"camera": camera, "form": asked, "device": device}
    if device is not None and device.trouble:
        context["trouble"] = TROUBLE.get(device.trouble, TROUBLE["BAD_ANSWER"])
    if request.method == "POST" and asked.is_valid():
        typed = asked.cleaned_data
        found = examine(typed["host"], typed["port"], typed["credential"])
        context |= {"found": found, "picture": inline(found.picture)}
        if found.can_be_added:
            rows = compare(camera, found, typed["credential"])
            context |= {"rows": rows, "connect_form": _form(camera, found, rows)}
    return render(request, "onvif/connect.html", context)


@requires("cameras.edit")
@require_POST
def save(request: HttpRequest, code: str) -> HttpResponse:
    """Connect the tried camera, and take over the fields that were chosen."""
    camera = _camera(request, code)
    form = ConnectForm(camera, request.POST)
    if not form.is_valid():
        messages.error(request, _("What was found is too old. Try the camera again."))
        return redirect("onvif:connect", camera.code)
    try:
        services.connect_camera(
            actor=Actor.of(principal_of(request)),
            at=timezone.now(),
            camera_id=camera.pk,
            values=form.values(),
            found=form.cleaned_data["device"]["found"],
            listens=form.cleaned_data["listens"],
        )
    except Refused as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Camera %(camera)s is connected by ONVIF.") % {"camera": camera})
    return redirect("onvif:connect", camera.code)


@requires("cameras.edit")
@require_POST
def disconnect(request: HttpRequest, code: str) -> HttpResponse:
    """Speak ONVIF with the camera no more; its pictures go on."""
    camera = _camera(request, code)
    actor = Actor.of(principal_of(request))
    if services.disconnect_camera(actor=actor, at=timezone.now(), camera_id=camera.pk):
        messages.success(request, _("Camera %(camera)s is connected no more.") % {"camera": camera})
    return redirect("onvif:connect", camera.code)


def _camera(request: HttpRequest, code: str) -> Camera:
    found = Camera.objects.visible_to(principal_of(request)).registered()
    return get_object_or_404(found.select_related("onvif", "credential"), code=code)


def _known(camera: Camera) -> dict[str, Any]:
    device = getattr(camera, "onvif", None)
    return {
        "host": camera.stream_host,
        "port": device.port if device else 80,
        "credential": camera.credential_id,
    }


def _form(camera: Camera, found: Examination, rows: list[Row]) -> ConnectForm:
    device = getattr(camera, "onvif", None)
    signed = ConnectForm.sign(camera, kept(found), rows)
    return ConnectForm(camera, initial={"device": signed, "listens": device is None or device.listens})
