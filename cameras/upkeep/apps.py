"""App registration."""

from django.apps import AppConfig


class UpkeepConfig(AppConfig):
    name = "cameras.upkeep"
    label = "upkeep"

    def ready(self) -> None:
        from cameras.upkeep import words

        words.tell()
