"""`manage.py verify_audit`: does the audit log's chain hold."""

from django.core.management.base import BaseCommand
from django.db.models import Max

from events.models import AuditEntry


class Command(BaseCommand):
    """Exit status 1 and the number of the first bad row when the chain is broken."""

    help = "Recompute the hash chain of the audit log."

    def handle(self, *args: object, **options: object) -> None:
        broken = AuditEntry.objects.all().first_broken_seq()
        if broken is not None:
            self.stderr.write(f"The chain breaks at no. {broken}. Keep the newest good backup.")
            raise SystemExit(1)
        last = AuditEntry.objects.aggregate(last=Max("seq"))["last"] or 0
        self.stdout.write(f"The chain holds up to no. {last}.")
