"""Errors in the caller's own form: one JSON shape for programs, calm pages for people."""

import logging
import secrets

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from ccoc.lib.errors import Refused

logger = logging.getLogger(__name__)


def error_body(code: str, message: str) -> dict[str, dict[str, str]]:
    return {"error": {"code": code, "message": message}}


def api_error(error: Exception, context: dict[str, object]) -> Response | None:
    """DRF exception handler: `{"error": {"code", "message"}}`, with `fields` for invalid input."""
    if isinstance(error, Refused):
        return Response(error_body(error.code, error.message), status=status.HTTP_409_CONFLICT)
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, ValidationError):
        body: dict[str, object] = dict(error_body("invalid", _("Some fields need another value.")))
        response.data = {**body, "fields": response.data}
        return response
    code = getattr(error, "default_code", "error")
    response.data = error_body(str(code), str(getattr(error, "detail", error)))
    return response


def wants_json(request: HttpRequest) -> bool:
    """Programs talk to these addresses, whatever their Accept header says."""
    return request.path.startswith(("/api/", "/hooks/"))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 in the caller's own form."""
    if wants_json(request):
        return JsonResponse(error_body("forbidden", _("You may not do this.")), status=403)
    return render(request, "errors/403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404 in the caller's own form."""
    if wants_json(request):
        return JsonResponse(error_body("not_found", _("There is nothing at this address.")), status=404)
    return render(request, "errors/404.html", status=404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form without its token; `reason` is for developers and stays in the log."""
    if wants_json(request):
        return JsonResponse(error_body("csrf", _("The page is too old. Open it again.")), status=403)
    return render(request, "errors/csrf.html", status=403)


def broken(request: HttpRequest) -> HttpResponse:
    """500 with a number to quote; the log has the same number. Uses no database and no session."""
    number = secrets.token_hex(3).upper()
    logger.error("error number %s", number)
    if wants_json(request):
        text = _("The portal could not answer. Tell the technician %(number)s.") % {"number": number}
        return JsonResponse(error_body("broken", text), status=500)
    return HttpResponse(render_to_string("errors/500.html", {"number": number}), status=500)
