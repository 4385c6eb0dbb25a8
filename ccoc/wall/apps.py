"""App registration of the wall."""

from django.apps import AppConfig


class WallConfig(AppConfig):
    name = "ccoc.wall"
    label = "wall"
