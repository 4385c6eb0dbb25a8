"""App registration."""

from django.apps import AppConfig


class RecordingConfig(AppConfig):
    name = "cameras.recording"
    label = "recording"

    def ready(self) -> None:
        from cameras.recording import checks, handlers, words  # noqa: F401 - the checks register themselves

        words.tell()
        handlers.subscribe()
