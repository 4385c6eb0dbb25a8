"""App registration of the write path."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "events"
