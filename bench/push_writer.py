"""Commits a number of events at a steady rate through the portal's own write path."""

import sys
import time

BODY = {
    "id": 1,
    "kind": "SOS",
    "priority": 1,
    "state": "WAITING",
    "subject": "SOS-01",
    "place": "ตลาดบ้านคลอง",
}


def main(events: int, rate: float) -> None:
    import django

    django.setup()
    from django.db import transaction
    from django.utils import timezone

    from events.services import Actor, Broadcast, Target, record

    for number in range(events):
        started = time.monotonic()
        with transaction.atomic():
            record(
                actor=Actor.system("bench"),
                verb="alerts.raised",
                target=Target("alert", number, "SOS-01"),
                broadcast=Broadcast("alerts.changed", {**BODY, "t": started}),
                at=timezone.now(),
            )
        time.sleep(max(0.0, 1 / rate - (time.monotonic() - started)))


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
