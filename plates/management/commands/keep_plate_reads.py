"""`manage.py keep_plate_reads`: what beat does each hour, by hand."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from plates import services
from plates.services.sources import forget


class Command(BaseCommand):
    help = "Make the coming weeks of plate reads and drop what is older than thirty days."

    def handle(self, *args: object, **options: object) -> None:
        now = timezone.now()
        done = services.keep_up(at=now)
        forget(at=now)
        self.stdout.write(f"made {len(done.made)}, dropped {len(done.dropped)}, spare rows {done.spare_rows}")
