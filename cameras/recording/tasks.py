"""The clock of the recordings."""

from celery import shared_task
from django.utils import timezone

from cameras.recording import retention


@shared_task(name="recording.keep_house", time_limit=45)
def keep_house() -> None:
    """Throw away what is due; safe to run twice."""
    retention.keep_house(at=timezone.now())
