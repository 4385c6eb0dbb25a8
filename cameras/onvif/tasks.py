"""The clock of turned and heard cameras."""

from celery import shared_task
from django.utils import timezone

from cameras.onvif import listening, ptz


@shared_task(name="onvif.tend", time_limit=40)
def tend() -> None:
    """Stop movements that nobody holds on to and send cameras home; safe to run twice."""
    ptz.tend(at=timezone.now())


@shared_task(name="onvif.listen", time_limit=45)
def listen() -> None:
    """Ask cameras what happened; safe to run twice, each camera is claimed."""
    listening.listen(at=timezone.now())
