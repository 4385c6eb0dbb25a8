"""The API's own description, for programs that want to talk with the portal."""

from drf_spectacular.views import SpectacularAPIView

from accounts.access import Requires


class ApiFile(SpectacularAPIView):
    """The OpenAPI document; the committed copy is docs/openapi.yaml."""

    permission_classes = [Requires("api.schema")]
