"""App registration of people and roles."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
