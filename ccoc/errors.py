"""One JSON shape for every API error."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from ccoc.lib.errors import Refused


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
    return request.path.startswith(("/api/", "/hooks/"))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404 in the caller's own form."""
    return JsonResponse(error_body("not_found", _("There is nothing at this address.")), status=404)
