"""The clock of alerts: escalation each second, and the proof that no alert is forgotten."""

import logging

from celery import shared_task
from django.utils import timezone

from alerts import services

logger = logging.getLogger(__name__)


@shared_task(name="alerts.sweep", time_limit=20)
def sweep() -> None:
    """Move overdue alerts one step up and bring shelved ones back; safe to run twice."""
    at = timezone.now()
    services.escalate_due(at=at)
    services.return_shelved(at=at)


@shared_task(name="alerts.audit_open", time_limit=20)
def audit_open() -> None:
    """Prove that every waiting or shelved alert has a next step that is still to come; safe to run twice."""
    stuck = services.report_stuck(at=timezone.now())
    if stuck:
        logger.error("%d alerts were not moved on in time", stuck)
