"""The clock of the cameras' room."""

from celery import shared_task
from django.utils import timezone

from cameras import alarms


@shared_task(name="cameras.judge", time_limit=20)
def judge() -> None:
    """Confirm faults, raise and close camera alarms; safe to run twice."""
    alarms.judge_cameras(at=timezone.now())
