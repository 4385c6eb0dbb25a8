"""App registration."""

from django.apps import AppConfig


class OnvifConfig(AppConfig):
    name = "cameras.onvif"
    label = "onvif"

    def ready(self) -> None:
        from cameras.onvif import words

        words.tell()
