"""App registrations of the wiring itself."""

from importlib import import_module

from django.apps import AppConfig, apps
from django.contrib.admin.apps import SimpleAdminConfig
from django.utils.module_loading import module_has_submodule


class CcocConfig(AppConfig):
    name = "ccoc"

    def ready(self) -> None:
        import_module("ccoc.checks")  # registers itself
        import_module("ccoc.celery")  # the app that shared tasks bind to, in every process


class AdminConfig(SimpleAdminConfig):
    """Django's admin with every app's registrations except django-leaflet's, which need GDAL to import."""

    def ready(self) -> None:
        super().ready()
        for config in apps.get_app_configs():
            if config.name != "leaflet" and module_has_submodule(config.module, "admin"):
                import_module(f"{config.name}.admin")
