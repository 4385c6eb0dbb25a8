"""ASGI entry point: pages and API by Django, one socket by Channels."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ccoc.settings")

from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application
from django.urls import path

pages = get_asgi_application()  # loads the apps; what follows may import them

from accounts.asgi import with_principal  # noqa: E402
from cameras.consumers import LiveConsumer  # noqa: E402
from events.consumers import EventConsumer  # noqa: E402

sockets = URLRouter(
    [
        path("ws/events", EventConsumer.as_asgi()),
        path("ws/live/<str:code>", LiveConsumer.as_asgi()),
    ]
)

application = ProtocolTypeRouter(
    {"http": pages, "websocket": AllowedHostsOriginValidator(with_principal(sockets))}
)
