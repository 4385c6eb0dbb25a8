"""The clock of alerts: escalation each second, and the proof that no alert is forgotten."""

import logging

from celery import shared_task
from django.utils import timezone

from alerts import services

logger = logging.getLogger(__name__)


@shared_task(name="alerts.sweep", time_limit=20)
def sweep() -> None:
    """Move overdue alerts one step up; safe to run twice."""
    services.escalate_due(at=timezone.now())


@shared_task(name="alerts.audit_open", time_limit=20)
def audit_open() -> None:
    """Prove that every waiting alert has a next step that is still to come; safe to run twice."""
    stuck = services.report_stuck(at=timezone.now())
    if stuck:
        logger.error("%d waiting alerts were not moved on in time", stuck)
