"""The clock of upkeep."""

from celery import shared_task
from django.utils import timezone

from cameras.upkeep import services


@shared_task(name="upkeep.look", time_limit=20)
def look() -> None:
    """Follow the cameras' health; safe to run twice."""
    services.look(at=timezone.now())


@shared_task(name="upkeep.prune", time_limit=50)
def prune() -> None:
    """Drop service that no report reaches."""
    services.prune(at=timezone.now())
