"""The register: a list with one camera beside it, changes, export."""

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import requires
from accounts.principals import principal_of
from cameras import export, pictures
from cameras.area import station_area
from cameras.forms import CameraForm, RetireForm
from cameras.models import Camera
from cameras.pictures import newest_picture
from cameras.querysets import CameraQuerySet
from cameras.recording.forecast import camera_facts
from cameras.recording.forms import RuleForm, in_words
from cameras.recording.models import Rule
from cameras.recording.services import set_rule
from cameras.services import CodeTaken, InvalidCamera, change_camera, register_camera, retire_camera
from cameras.templatetags.cameras import cell_words
from cameras.watching import mark_watched
from ccoc.lib.errors import Refused
from events.services import Actor, Target, record

PAGE_SIZE = 15
NEIGHBOURS = 40
UNITS = {"azimuth_deg": "°", "fov_deg": "°"}


@dataclass(frozen=True)
class Listed:
    """One line of the list: a camera and how old its newest picture is, in seconds."""

    camera: Camera
    age_s: float | None


@requires("cameras.edit")
@require_GET
def registry(request: HttpRequest) -> HttpResponse:
    """The list, with its first camera beside it where the screen is wide."""
    context = list_context(request)
    listed = context["listed"]
    if listed:
        context |= detail_context(request, listed[0].camera, None)
    return render(request, "cameras/registry.html", {**context, "is_list": True})


@requires("cameras.edit")
@require_http_methods(["GET", "POST"])
def camera(request: HttpRequest, code: str) -> HttpResponse:
    """One camera: shown, and changed by its form."""
    found = get_object_or_404(_registered(request).select_related("credential"), code=code)
    form = CameraForm(request.POST or None, instance=found)
    rule = RuleForm(request.POST or None, camera=found)
    is_valid = request.method == "POST" and form.is_valid() and rule.is_valid()
    if is_valid and _change(request, found, form, rule):
        return redirect(f"{request.path}?{request.GET.urlencode()}")
    shown = get_object_or_404(_registered(request), code=code)  # the form wrote into the other one
    context = list_context(request, shown) | detail_context(request, shown, form) | {"rule_form": rule}
    return render(request, "cameras/registry.html", context)


@requires("cameras.edit")
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """A new camera."""
    form = CameraForm(request.POST or None, initial={"status": "ACTIVE"})
    if request.method == "POST" and form.is_valid():
        made = _register(request, form)
        if made is not None:
            messages.success(request, _("Camera %(camera)s was added.") % {"camera": made})
            return redirect("cameras:camera", made.code)
    owners = Camera.objects.registered().owners()
    context = {"form": form, "map": map_data(None, []), "owners": owners, "camera": None}
    return render(request, "cameras/add.html", context)


@requires("cameras.edit")
@require_POST
def retire(request: HttpRequest, code: str) -> HttpResponse:
    """Take a camera out of use, with a reason."""
    found = get_object_or_404(_registered(request), code=code)
    form = RetireForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write why the camera is taken out of use."))
        return redirect("cameras:camera", code)
    reason = form.cleaned_data["reason"]
    retire_camera(camera_id=found.pk, actor=_actor(request), at=timezone.now(), reason=reason)
    messages.success(request, _("Camera %(camera)s is out of use. Its history is kept.") % {"camera": found})
    return redirect("cameras:registry")


@requires("cameras.edit")
@require_GET
def export_register(request: HttpRequest, kind: str) -> HttpResponse | StreamingHttpResponse:
    """The cameras of the current filter as a table, without passwords; that it was taken is recorded."""
    found = filtered(request).select_related("credential").by_code()
    with transaction.atomic():
        record(
            actor=_actor(request),
            verb="cameras.exported",
            target=Target("register", kind, kind.upper()),
            changes={"filter": request.GET.urlencode()},
            at=timezone.now(),
        )
    rows = (export.row_of(camera) for camera in found.iterator(chunk_size=500))
    name = f"cameras-{timezone.localdate():%Y%m%d}.{kind}"
    attachment = {"Content-Disposition": f'attachment; filename="{name}"'}
    if kind == "csv":
        lines = export.csv_lines(export.headers(), rows)
        return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=attachment)
    book = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return HttpResponse(export.xlsx_bytes(export.headers(), rows), content_type=book, headers=attachment)


@requires("cameras.still")
@require_GET
def picture(request: HttpRequest, code: str, folder: str) -> HttpResponse:
    """A thumbnail for lists, or the newest picture; nothing (204) where there is none yet."""
    found = get_object_or_404(_registered(request), code=code)
    if folder == pictures.STILLS:
        mark_watched(found.code)
        newest = newest_picture(found.code)
    else:
        newest = pictures.read(folder, found.code)
    if newest is None:
        return HttpResponse(status=204)
    return HttpResponse(newest.jpeg, content_type="image/jpeg", headers={"Cache-Control": "no-store"})


def list_context(request: HttpRequest, shown: Camera | None = None) -> dict[str, Any]:
    """The list as the address asks for it; the number of queries does not grow with it."""
    everyone = Camera.objects.visible_to(principal_of(request)).registered()
    counts = everyone.count_by_condition()
    condition = request.GET.get("condition", "")
    paginator = Paginator(filtered(request).with_health().by_code(), PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page") or _page_of(request, shown))
    return {
        "page": page,
        "listed": _with_ages(list(page.object_list)),
        "counts": counts,
        "chips": _chips(counts, condition),
        "chip_name": "condition",
        "query": request.GET.get("q", ""),
        "owner": request.GET.get("owner", ""),
        "owners": everyone.owners(),
        "address": request.GET.urlencode(),
    }


def detail_context(request: HttpRequest, shown: Camera, form: CameraForm | None) -> dict[str, Any]:
    """What stands beside the list: a camera, its form, its map."""
    mark_watched(shown.code)
    taken = pictures.captured_at(shown.code)
    return {
        "camera": shown,
        "form": form or CameraForm(instance=shown),
        "rule_form": RuleForm(None, camera=shown),
        "recordings": camera_facts(camera_id=shown.pk, at=timezone.now()),
        "retire_form": RetireForm(),
        "age_s": None if taken is None else max(0.0, time.time() - taken),
        "map": map_data(shown, _neighbours(shown)),
    }


def _page_of(request: HttpRequest, shown: Camera | None) -> int:
    """The page of the list on which the shown camera stands."""
    return 1 + filtered(request).filter(code__lt=shown.code).count() // PAGE_SIZE if shown else 1


def filtered(request: HttpRequest) -> CameraQuerySet:
    """Cameras that the address asks for."""
    found = Camera.objects.visible_to(principal_of(request)).registered()
    found = found.matching(request.GET.get("q", "")[:80]).owned_by(request.GET.get("owner", "")[:80])
    return found.in_condition(request.GET.get("condition", ""))


def map_data(shown: Camera | None, neighbours: list[Camera]) -> dict[str, object]:
    """What the map draws: the zone, lines to know one's way, and other cameras."""
    area = station_area()
    return {
        "zone": area.zone,
        "lines": [points for _kind, points in area.lines],
        "others": [[other.code, other.lat, other.lon] for other in neighbours],
        "box": asdict(area) | {"zone": None, "lines": None},
        "code": shown.code if shown else "",
    }


def _neighbours(shown: Camera) -> list[Camera]:
    """Cameras within a few hundred metres; a box is enough for a map."""
    if shown.lat is None or shown.lon is None:
        return []
    near = Camera.objects.registered().placed().exclude(pk=shown.pk)
    near = near.filter(lat__range=(shown.lat - 0.004, shown.lat + 0.004))
    return list(near.filter(lon__range=(shown.lon - 0.004, shown.lon + 0.004))[:NEIGHBOURS])


def _with_ages(cameras: list[Camera]) -> list[Listed]:
    ages = pictures.ages((camera.code for camera in cameras), now=time.time())
    return [Listed(camera, ages[camera.code]) for camera in cameras]


def _chips(counts: Mapping[str, int], chosen: str) -> list[dict[str, object]]:
    labels = {
        "": _("All"),
        "live": _("Well"),
        "poor": _("Poor picture"),
        "stalled": _("Stands still"),
        "down": _("Dark"),
        "waiting": pgettext("camera", "Unknown"),
        "off": _("Not read"),
    }
    shown = {name: counts[name or "all"] for name in labels}
    return [
        {"label": labels[name], "value": name, "count": count, "is_on": name == chosen}
        for name, count in shown.items()
        if count or name in ("", "live", "down") or name == chosen
    ]


def _change(request: HttpRequest, found: Camera, form: CameraForm, rule: RuleForm) -> bool:
    """Store the forms; what the service refuses goes back into the camera's."""
    actor, at = _actor(request), timezone.now()
    try:
        with transaction.atomic():
            changes = change_camera(camera_id=found.pk, actor=actor, at=at, **form.values())
            if (chosen := rule.chosen()) is not None:
                changes |= in_words(set_rule(actor=actor, camera=found, at=at, **chosen))
    except Refused as error:
        _refuse(form, error)
        return False
    if changes:
        messages.success(request, _("Saved: %(changes)s") % {"changes": change_words(changes)})
    else:
        messages.info(request, _("Nothing was different."))
    return True


def _register(request: HttpRequest, form: CameraForm) -> Camera | None:
    code = form.cleaned_data["code"]
    try:
        return register_camera(actor=_actor(request), at=timezone.now(), code=code, **form.values())
    except Refused as error:
        _refuse(form, error)
        return None


def _refuse(form: CameraForm, error: Refused) -> None:
    if isinstance(error, InvalidCamera):
        for name, words in error.fields.items():
            form.add_error(name if name in form.fields else None, words)
    else:
        form.add_error("code" if isinstance(error, CodeTaken) else "stream_url", error.message)


def change_words(changes: Mapping[str, list[object]]) -> str:
    """`direction 128 → 135` for each field, as the save bar said it before."""
    line = _("%(field)s %(before)s to %(after)s")
    return ", ".join(
        line
        % {
            "field": _field_name(name),
            "before": cell_words(before) + UNITS.get(name, ""),
            "after": cell_words(after) + UNITS.get(name, ""),
        }
        for name, (before, after) in changes.items()
    )


def _field_name(name: str) -> object:
    model = Rule if name in ("mode", "keep_days") else Camera
    return model._meta.get_field(name).verbose_name  # type: ignore[union-attr] # a field of our own


def _registered(request: HttpRequest) -> CameraQuerySet:
    return Camera.objects.visible_to(principal_of(request)).registered().with_health()


def _actor(request: HttpRequest) -> Actor:
    return Actor.of(principal_of(request))
