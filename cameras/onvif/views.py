"""Adding a camera step by step: find it, try it, fill the form from it."""

import asyncio
import base64
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import requires
from accounts.principals import principal_of
from cameras.models import Camera, Kind, Status
from cameras.onvif.device.discovery import GROUP, discover
from cameras.onvif.device.discovery import Found as Heard
from cameras.onvif.examining import Examination, examine
from cameras.onvif.forms import SALT, AddressForm, FoundCameraForm
from cameras.onvif.links import allowed_networks
from cameras.onvif.services import Found, add_camera
from cameras.services import CodeTaken, InvalidCamera
from cameras.views.registry import map_data
from ccoc.lib.errors import Refused
from events.services import Actor

SEARCH_S = 3.0
SEARCH_TO = GROUP


@dataclass(frozen=True)
class Listed:
    """A device on the network, and the code of the camera that we know at its address."""

    heard: Heard
    code: str


@requires("cameras.edit")
@require_http_methods(["GET", "POST"])
def guided(request: HttpRequest) -> HttpResponse:
    """Address and password; posted, the device is tried and the form shown with what it told."""
    asked = AddressForm(request.POST or None, initial={"port": "80", **_chosen(request)})
    if request.method == "GET" or not asked.is_valid():
        return render(request, "onvif/address.html", {"form": asked})
    typed = asked.cleaned_data
    found = examine(typed["host"], typed["port"], typed["credential"])
    context: dict[str, Any] = {"form": asked, "found": found, "picture": inline(found.picture)}
    if found.can_be_added:
        context |= _form_context(FoundCameraForm(initial=_initial(found, typed["credential"])))
    return render(request, "onvif/found.html", context)


@requires("cameras.edit")
@require_POST
def search(request: HttpRequest) -> HttpResponse:
    """Devices that answer on the cameras' network within three seconds."""
    context: dict[str, Any] = {"form": AddressForm(), "searched": True}
    try:
        heard = asyncio.run(
            discover(
                allowed_networks(),
                interface=settings.CAMERA_INTERFACE,
                wait_s=SEARCH_S,
                group=SEARCH_TO,
            )
        )
    except OSError:
        context["search_error"] = _("The network cannot be searched from here. Type the address instead.")
        heard = []
    known = dict(Camera.objects.registered().values_list("stream_host", "code"))
    context["listed"] = [Listed(one, known.get(one.host, "")) for one in heard]
    return render(request, "onvif/address.html", context)


@requires("cameras.edit")
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Put the tried camera into the register."""
    form = FoundCameraForm(request.POST)
    made = _add(request, form) if form.is_valid() else None
    if made is None:
        return render(request, "onvif/found.html", _form_context(form))
    messages.success(request, _("Camera %(camera)s was added.") % {"camera": made})
    return redirect("cameras:camera", made.code)


def _add(request: HttpRequest, form: FoundCameraForm) -> Camera | None:
    said = form.cleaned_data
    try:
        return add_camera(
            actor=Actor.of(principal_of(request)),
            at=timezone.now(),
            code=said["code"],
            values=form.values(),
            found=said["device"],
            listens=said["listens"],
        )
    except InvalidCamera as error:
        for name, words in error.fields.items():
            form.add_error(name if name in form.fields else None, words)
    except Refused as error:
        form.add_error("code" if isinstance(error, CodeTaken) else "stream_url", error.message)
    return None


def _form_context(form: FoundCameraForm) -> dict[str, Any]:
    return {
        "camera_form": form,
        "map": map_data(None, []),
        "owners": Camera.objects.registered().owners(),
        "camera": None,
    }


def _initial(found: Examination, credential: object) -> dict[str, Any]:
    """The register's fields as far as the device told them; its field of view it does not know."""
    told, stream = found.information, found.stream
    assert stream is not None  # noqa: S101 - only called for what can be added
    return {
        "stream_url": f"rtsp://{_bracketed(found.host)}:{stream.port}{stream.path}",
        "sub_path": found.sub.path if found.sub else "",
        "credential": credential,
        "make": told.make if told else "",
        "model": told.model if told else "",
        "asset_no": told.serial if told else "",
        "kind": Kind.PTZ if found.can_turn else Kind.FIXED,
        "status": Status.ACTIVE if found.picture else Status.PLANNED,
        "device": signing.dumps(kept(found), salt=SALT),
    }


def kept(found: Examination) -> Found:
    """What stays of an examination once the camera is connected."""
    told = found.information
    return Found(
        port=found.port,
        serial=told.serial if told else "",
        firmware=told.firmware if told else "",
        profile_token=found.main.token if found.main else "",
        can_turn=found.can_turn,
        services={name: list(place) for name, place in found.services.items()},
        clock_ahead_s=found.clock_ahead_s,
    )


def _chosen(request: HttpRequest) -> dict[str, str]:
    """A device that was chosen in the list comes in the address."""
    return {name: request.GET[name][:120] for name in ("host", "port") if name in request.GET}


def inline(jpeg: bytes) -> str:
    """A picture as an address that a page holds within itself; empty where there is none."""
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}" if jpeg else ""


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
