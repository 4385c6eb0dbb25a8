"""A pass that was read reaches the database, though its worker is killed before."""

import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

from cameras.ingest.handing import ResultDesk
from plates.models import PlateRead
from tests.cameras.waiting import wait_until
from tests.plates.moments import a_finding

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("weeks")]
PASSES = 40
# A worker whose database is away: it spools passes, says so, and waits for the database.
WORKER = """
import sys, time, uuid
from pathlib import Path
import django
django.setup()
from django.db import OperationalError
from cameras import results
from cameras.ingest.handing import ResultDesk
from cameras.streams.analysers import Result
from cameras.streams.results import Finding

def away(findings):
    raise OperationalError("the database is away")

results._handlers["plate_pass"] = [away]
desk = ResultDesk(Path(sys.argv[1]))
desk.start()
for number in range(int(sys.argv[2])):
    body = dict(
        text=f"1กข{number}", province="PLK", plate_class="CAR", text_confidence=0.9, province_confidence=0.9,
        accepted=True, first_seen=time.time() - 2, last_seen=time.time(), direction="AWAY",
    )
    desk.put(Finding("C-001", time.time(), Result("plate_pass", body, {"crop": bytes(3000)})))
while not desk._arriving.empty() or desk._spool.is_dirty:
    time.sleep(0.01)
print("kept", flush=True)
time.sleep(3600)
"""


def test_passes_of_a_worker_killed_before_the_database_are_stored_by_the_next(tmp_path: Path) -> None:
    spool = tmp_path / "spool"
    command = [sys.executable, "-c", WORKER, str(spool), str(PASSES)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "kept\n"
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    started_at = time.time()

    desk = ResultDesk(spool)
    desk.start()

    wait_until(lambda: PlateRead.objects.count() == PASSES, seconds=60)
    desk.stop(10)
    assert set(PlateRead.objects.values_list("text", flat=True)) == {f"1กข{n}" for n in range(PASSES)}
    assert PlateRead.objects.latest("received_at").received_at.timestamp() < started_at
    assert PlateRead.objects.exclude(crop="").count() == PASSES
    assert list(spool.iterdir()) == []


def test_pass_handed_over_but_not_noted_is_stored_once(tmp_path: Path) -> None:
    """Killed between the commit and the note of it: the next worker tells the pass again."""
    pass_id = str(uuid.uuid4())
    for _ in range(2):
        desk = ResultDesk(tmp_path / "spool")
        desk.start()
        desk.put(a_finding(pass_id=pass_id))
        wait_until(lambda desk=desk: desk.handed == 1, seconds=30)  # type: ignore[misc] # bound per round
        desk.stop(10)

    assert PlateRead.objects.count() == 1
