"""Upkeep of the plate reads."""

from celery import shared_task
from django.utils import timezone

from plates import services
from plates.services.sources import forget


@shared_task(name="plates.keep_up", time_limit=50)
def keep_up() -> None:
    """Make weeks ahead and forget what is older than thirty days; safe to run twice."""
    now = timezone.now()
    services.keep_up(at=now)
    forget(at=now)
