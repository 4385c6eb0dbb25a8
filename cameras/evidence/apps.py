"""App registration."""

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "cameras.evidence"
    label = "evidence"

    def ready(self) -> None:
        from cameras.evidence import words

        words.tell()
