"""The clock of evidence: packs are made, and deleted when their day is over."""

from celery import shared_task
from django.utils import timezone

from cameras.evidence import building, services


@shared_task(name="evidence.build", ignore_result=True)
def build() -> None:
    """Make the next pack. It may take minutes; a second run finds the first at work and leaves."""
    building.build_next(at=timezone.now())


@shared_task(name="evidence.delete_expired", time_limit=50)
def delete_expired() -> None:
    """Delete the files of packs whose day is over; safe to run twice."""
    services.delete_expired(at=timezone.now())
