"""The API's own description, for programs that want to talk with the portal."""

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.views import SpectacularAPIView

from accounts.access import Requires


class ApiFile(SpectacularAPIView):
    """The OpenAPI document; the committed copy is docs/openapi.yaml."""

    permission_classes = [Requires("api.schema")]


class PortalScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call] # registers by its class
    """How the description words the portal's sign-in."""

    target_class = "accounts.authentication.PortalAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
