"""Upkeep of the outbox."""

from celery import shared_task
from django.utils import timezone

from events import services


@shared_task(name="events.prune_outbox", time_limit=50)
def prune_outbox() -> None:
    """Drop what no client can still ask for; safe to run twice."""
    services.prune_outbox(at=timezone.now())
