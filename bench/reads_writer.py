"""Stores plate reads in batches for so many seconds, and prints what it saw as one line of JSON."""

import datetime as dt
import itertools
import json
import random
import statistics
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from bench.cpu import cost_of

if TYPE_CHECKING:
    from plates.services import Read

ENTRIES, EVERY, BATCH = 5000, 1000, 500
VEHICLES = 200_000  # of a province; a text is drawn from these, the busy ones more often
PICTURED = 2000
JPEG_BYTES = {"crop": 6_000, "scene": 60_000}
_LETTERS = "กขคงจฉชฎฐณดตถทธนบผพฟภมยรลวศษสหฬอฮ"


Sizes = Mapping[str, int]


class Stored(NamedTuple):
    """What one batch took."""

    wall_s: float
    cpu_s: float


def plates(source: random.Random) -> list[str]:
    """Texts as plates have them, all different."""
    found: set[str] = set()
    while len(found) < VEHICLES:
        letters = "".join(source.choices(_LETTERS, k=2))
        found.add(f"{source.choice(['', '1', '2', '3'])}{letters}{source.randrange(1, 10_000)}")
    return sorted(found)


def passes(watched: list[str], others: list[str], source: random.Random, sizes: Sizes) -> Iterator["Read"]:
    """Traffic without end at this moment, with pictures of these sizes."""
    from django.utils import timezone

    from plates.services import Read

    pictures = {name: bytes(size) for name, size in sizes.items()}
    for number in itertools.count(1):
        at = timezone.now()
        yield Read(
            pass_id=uuid.uuid4(),
            camera=f"C-{number % 12:03}",
            raw_text=source.choice(watched if number % EVERY == 0 else others),
            province="PLK",
            plate_class="CAR",
            text_confidence=0.99,
            province_confidence=0.97,
            accepted=True,
            first_seen_at=at - dt.timedelta(seconds=2),
            seen_at=at,
            direction="AWAY",
            pictures=pictures,
        )


def store(traffic: Iterator["Read"], seconds: float, most: int) -> list[Stored]:
    """Batches for so long or so many; making up the traffic is not part of what is measured."""
    from django.utils import timezone

    from plates.services import record_reads

    done: list[Stored] = []
    while sum(batch.wall_s for batch in done) < seconds and len(done) < most:
        batch = list(itertools.islice(traffic, BATCH))
        begun_s, begun_cpu_s = time.monotonic(), time.process_time()
        record_reads(reads=batch, at=timezone.now())
        done.append(Stored(time.monotonic() - begun_s, time.process_time() - begun_cpu_s))
    return done


def backend_id() -> int:
    """The process of PostgreSQL that serves this one."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def slowest_second(done: list[Stored]) -> int:
    """Reads stored in the worst whole second."""
    at_s = list(itertools.accumulate(batch.wall_s for batch in done))
    by_second = Counter(int(moment_s) for moment_s in at_s)
    return min((by_second[second] for second in range(int(at_s[-1]))), default=0) * BATCH


def main(seconds: float) -> None:
    import django

    django.setup()
    from plates.models import PlateRead

    source = random.Random(191)
    texts = plates(source)
    watched = texts[:: VEHICLES // ENTRIES][:ENTRIES]
    others = sorted(set(texts) - set(watched))
    add_entries(watched)
    plain = passes(watched, others, source, {})
    warm = store(plain, 60.0, 4)
    server = backend_id()
    before = cost_of(server)
    done = store(plain, seconds, sys.maxsize)
    server_cpu_s = cost_of(server).cpu_s - before.cpu_s
    pictured = store(passes(watched, others, source, JPEG_BYTES), 60.0, PICTURED // BATCH)
    each_ms = sorted(batch.wall_s * 1000 for batch in done)
    seen = {
        "entries": ENTRIES,
        "every": EVERY,
        "batch": BATCH,
        "reads": len(done) * BATCH,
        "hits": len(done) * BATCH // EVERY,
        "wall_s": sum(batch.wall_s for batch in done),
        "cpu_s": sum(batch.cpu_s for batch in done),
        "server_cpu_s": server_cpu_s,
        "slowest": slowest_second(done),
        "p50_ms": statistics.median(each_ms),
        "p99_ms": each_ms[int(len(each_ms) * 0.99)],
        "pictured": len(pictured) * BATCH,
        "pictured_rate": len(pictured) * BATCH / sum(batch.wall_s for batch in pictured),
        "missing": (len(warm) + len(done) + len(pictured)) * BATCH - PlateRead.objects.count(),
    }
    sys.stdout.write(json.dumps(seen) + "\n")


def add_entries(texts: list[str]) -> None:
    """The watchlist, approved: as `add_entry` and `approve_entry` leave it, without 10,000 audit rows."""
    from django.utils import timezone

    from plates.models import WatchlistEntry

    at = timezone.now() - dt.timedelta(hours=1)
    WatchlistEntry.objects.bulk_create(
        WatchlistEntry(
            text=text,
            province="PLK",
            case_number=f"{number}/2569",
            category="WANTED",
            reason="bench",
            requester="bench",
            vehicle="bench",
            confirmed_at=at,
            expires_at=at + dt.timedelta(days=7),
            added_at=at,
            added_by="first",
            added_key="user:1",
            approved_at=at,
            approved_by="second",
            approved_key="user:2",
        )
        for number, text in enumerate(texts)
    )


if __name__ == "__main__":
    main(float(sys.argv[1]))
