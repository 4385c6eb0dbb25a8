"""App registration."""

from django.apps import AppConfig


class PlatesConfig(AppConfig):
    name = "plates"

    def ready(self) -> None:
        from plates import handlers

        handlers.subscribe()
