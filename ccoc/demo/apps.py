"""App registration of the demo; installed only while settings.DEMO."""

from importlib import import_module

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "ccoc.demo"
    label = "demo"

    def ready(self) -> None:
        import_module("ccoc.demo.checks")
