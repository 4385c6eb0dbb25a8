"""Raises alarms through the portal's own service and prints the key of each acknowledged one."""

import random
import sys
import time

RETRY_S = 0.05
HOLD_CHANCE = 0.1
HOLD_S = 0.02  # a transaction that stays open a while, so that commits come out of insert order


def main(name: str, count: int) -> None:
    import django

    django.setup()
    for number in range(count):
        key = f"{name}-{number}"
        while not raised(key):
            time.sleep(RETRY_S)
        sys.stdout.write(f"{key}\n")


def raised(key: str) -> bool:
    """Whether the portal acknowledged the commit; a broken connection means: ask again."""
    from django.db import DatabaseError, connection, transaction
    from django.utils import timezone

    from alerts.services import Source, raise_alert
    from events.services import Actor

    try:
        with transaction.atomic():
            raise_alert(
                kind="SOS",
                priority=1,
                dedupe_key=key,
                subject=key,
                source=Source("sos_point", key),
                actor=Actor.system("chaos"),
                at=timezone.now(),
            )
            if random.random() < HOLD_CHANCE:
                time.sleep(HOLD_S)
    except DatabaseError:
        connection.close()
        return False
    return True


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
