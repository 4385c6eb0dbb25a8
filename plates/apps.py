"""App registration."""

from django.apps import AppConfig


class PlatesConfig(AppConfig):
    name = "plates"

    def ready(self) -> None:
        from cameras.recording.marks import register
        from plates import handlers
        from plates.marks import read_marks

        handlers.subscribe()
        register(read_marks)
