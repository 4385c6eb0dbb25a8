"""No alarm lost: 50 walls and 4 writers while web, worker, PostgreSQL and Valkey are killed at random.

A writer goes on to its next alarm only when the portal acknowledged the commit, and repeats an alarm
whose acknowledgement was lost in a kill. At the end every acknowledged alarm must be in the table and
every wall must have received every numbered event once, in order, without a fresh snapshot.
"""

import argparse
import json
import random
import sys
import time
from dataclasses import dataclass, field

from bench.report import Row, conditions, write_rows
from bench.rig import Helper, Rig, started
from ccoc.local.program import Program

WALLS = 50
WRITERS = 4
TARGETS = ("web", "worker", "postgres", "valkey")
PAUSE_S = (1.5, 4.0)  # between two kills
DOWN_S = (0.05, 0.6)  # before the killed one is started again
CATCH_UP_S = 60.0
TRUTH = """
from events.models import OutboxEvent
from alerts.models import Alert
import json
print(json.dumps({
    "seqs": list(OutboxEvent.objects.order_by("seq").values_list("seq", flat=True)),
    "alerts": list(Alert.objects.values_list("dedupe_key", flat=True)),
}))
"""


@dataclass
class Outcome:
    """What the run found."""

    kills: dict[str, int] = field(default_factory=lambda: dict.fromkeys(TARGETS, 0))
    raised: int = 0
    missing_in_table: int = 0
    lost: int = 0
    repeated: int = 0
    disordered: int = 0
    resets: int = 0
    catch_up_s: float = 0.0


def worker_program(rig: Rig) -> Program:
    """The Celery worker that sweeps alarms, as the stack runs it."""
    argv = (sys.executable, "-m", "celery", "-A", "ccoc.celery", "worker", "-Q", "default")
    return Program("worker", (*argv, "--pool", "solo", "-l", "error"), rig.environment)


def kill_at_random(rig: Rig, writers: list[Helper], outcome: Outcome, seed: int) -> None:
    """Kill and restart until every writer is done."""
    dice = random.Random(seed)
    while any(writer.is_running for writer in writers):
        time.sleep(dice.uniform(*PAUSE_S))
        name = dice.choice(TARGETS)
        rig.kill(name)
        outcome.kills[name] += 1
        time.sleep(dice.uniform(*DOWN_S))
        rig.start_one(name)


def judge(rig: Rig, acknowledged: set[str], walls: Helper, outcome: Outcome) -> None:
    """Compare what each wall received with the table."""
    truth = json.loads(rig.manage("shell", "--no-imports", "--command", TRUTH))
    outcome.missing_in_table = len(acknowledged - set(truth["alerts"]))
    finished_at = time.monotonic()
    for line in walls.finish(str(truth["seqs"][-1])).splitlines():
        wall = json.loads(line)
        outcome.lost += len(set(truth["seqs"]) - set(wall["seqs"]))
        outcome.repeated += wall["repeated"]
        outcome.disordered += wall["disordered"]
        outcome.resets += wall["resets"]
    outcome.catch_up_s = time.monotonic() - finished_at


def run(alarms: int, seed: int) -> Outcome:
    outcome = Outcome()
    with started() as rig:
        rig.programs["worker"] = worker_program(rig)
        rig.start_one("worker")
        walls = rig.spawn("bench.chaos_walls", rig.socket, rig.cookie, str(WALLS))
        walls.read_line()
        share = alarms // WRITERS
        writers = [rig.spawn("bench.chaos_writer", f"w{number}", str(share)) for number in range(WRITERS)]
        kill_at_random(rig, writers, outcome, seed)
        acknowledged = {key for writer in writers for key in writer.finish().split()}
        outcome.raised = len(acknowledged)
        judge(rig, acknowledged, walls, outcome)
    return outcome


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alarms", type=int, default=12_000)
    parser.add_argument("--seed", type=int, default=191)
    asked = parser.parse_args()
    found = run(asked.alarms, asked.seed)
    kills = ", ".join(f"{name} {count}" for name, count in found.kills.items())
    told = conditions(f"{WALLS} walls, {WRITERS} writers, kill -9: {kills}, seed {asked.seed}")
    rows = [
        Row("alarms acknowledged", found.raised, "", ">= 10000", ok=found.raised >= 10_000, conditions=told),
        none_of("acknowledged but not in the table", found.missing_in_table, told),
        none_of("lost at a wall", found.lost, told),
        none_of("repeated at a wall", found.repeated, told),
        none_of("out of order at a wall", found.disordered, told),
        none_of("walls sent back to a snapshot", found.resets, told),
        Row("all walls complete after the last alarm", found.catch_up_s, "s", conditions=told),
    ]
    return write_rows("chaos", rows)


def none_of(measure: str, count: int, told: str) -> Row:
    return Row(measure, count, "", "0", ok=count == 0, conditions=told)


if __name__ == "__main__":
    sys.exit(main())
