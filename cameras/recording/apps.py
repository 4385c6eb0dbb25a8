"""App registration."""

from django.apps import AppConfig


class RecordingConfig(AppConfig):
    name = "cameras.recording"
    label = "recording"

    def ready(self) -> None:
        from cameras.recording import handlers, words

        words.tell()
        handlers.subscribe()
