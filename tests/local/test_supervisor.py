"""The supervisor with real processes: order, restart, back-off, stop, and what a kill -9 leaves."""

import asyncio
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ccoc.local.child import LONGEST_PAUSE_S, Child, pause_after, rotate
from ccoc.local.console import Console, Row
from ccoc.local.home import PROJECT_ROOT, Home, LocalError
from ccoc.local.leftovers import end_leftovers, mark, marked
from ccoc.local.program import Program
from ccoc.local.supervisor import Supervisor, supervising
from tests.local.conftest import dies, is_alive, python_program

STEADY = "import time; time.sleep(60)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"


def noting(name: str, notes: Path) -> str:
    """Return a program's code that notes its start and its end, with the order visible in the file."""
    return (
        "import signal, sys, time\n"
        f"def note(word): open({str(notes)!r}, 'a').write(f'{name} {{word}}\\n')\n"
        "def end(*_): note('ends'); sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, end); note('starts'); time.sleep(60)"
    )


def quiet() -> Console:
    return Console(io.StringIO())


async def until(condition: object, supervisor: Supervisor, name: str, seconds: float = 30.0) -> Child:
    """Wait until `condition(child)` holds."""
    child = supervisor.children[name]
    limit = time.monotonic() + seconds
    assert callable(condition)
    while not condition(child):
        assert time.monotonic() < limit, child.row()
        await asyncio.sleep(0.02)
    return child


async def test_start_and_stop_follow_the_order_of_need(home: Home, tmp_path: Path) -> None:
    notes = tmp_path / "notes"

    def is_started(name: str) -> bool:
        return notes.exists() and f"{name} starts" in notes.read_text("utf-8")

    async with supervising(home, quiet()) as supervisor:
        supervisor.start(
            [
                python_program(
                    "web", noting("web", notes), after=("base",), is_ready=lambda _: is_started("web")
                ),
                python_program("base", noting("base", notes), is_ready=lambda _: is_started("base")),
            ]
        )
        await supervisor.wait_ready(["base", "web"])

    assert notes.read_text("utf-8").split("\n")[:4] == ["base starts", "web starts", "web ends", "base ends"]


async def test_a_killed_process_is_started_again(home: Home) -> None:
    async with supervising(home, quiet()) as supervisor:
        supervisor.start([python_program("web", STEADY)])
        await supervisor.wait_ready(["web"])
        first = supervisor.children["web"].pid

        os.kill(first, signal.SIGKILL)

        child = await until(lambda child: child.restarts == 1 and child.state == "ready", supervisor, "web")
        assert child.pid != first
        assert not is_alive(first)


async def test_restarts_pause_longer_each_time(home: Home, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    code = f"import time; open({str(notes)!r}, 'a').write(f'{{time.monotonic()}}\\n'); raise SystemExit(3)"

    async with supervising(home, quiet()) as supervisor:
        supervisor.start([python_program("web", code)])
        await until(lambda child: child.restarts == 3, supervisor, "web")

    times = [float(line) for line in notes.read_text("utf-8").split()]
    assert times[1] - times[0] >= pause_after(1)
    assert times[2] - times[1] >= pause_after(2)
    assert "ended with status 3" in (home.log / "web.log").read_text("utf-8")


def test_pause_after_doubles_up_to_a_limit() -> None:
    assert [pause_after(failures) for failures in (1, 2, 3, 50)] == [0.5, 1.0, 2.0, LONGEST_PAUSE_S]


async def test_a_process_that_will_not_stop_is_killed_after_its_grace(home: Home) -> None:
    async with supervising(home, quiet()) as supervisor:
        supervisor.start([python_program("deaf", DEAF, grace_s=0.3)])
        await supervisor.wait_ready(["deaf"])
        await asyncio.sleep(0.3)  # let it install its handler
        pid = supervisor.children["deaf"].pid
        started = time.monotonic()

    assert not is_alive(pid)
    assert time.monotonic() - started < 20


async def test_children_of_a_killed_process_end_with_it(home: Home, tmp_path: Path) -> None:
    notes = tmp_path / "pid"
    code = (
        "import subprocess, sys, time\n"
        f"grandchild = subprocess.Popen([sys.executable, '-c', {STEADY!r}])\n"
        f"open({str(notes)!r}, 'w').write(str(grandchild.pid)); time.sleep(60)"
    )
    async with supervising(home, quiet()) as supervisor:
        ready = python_program("pool", code, is_ready=lambda _: notes.exists() and bool(notes.read_text()))
        supervisor.start([ready])
        await supervisor.wait_ready(["pool"])
        grandchild = int(notes.read_text("utf-8"))

        os.kill(supervisor.children["pool"].pid, signal.SIGKILL)

        await until(lambda child: child.restarts == 1, supervisor, "pool")
        assert await asyncio.to_thread(dies, grandchild)


async def test_wait_ready_tells_the_end_of_the_log(home: Home) -> None:
    async with supervising(home, quiet()) as supervisor:
        code = "print('port is taken', flush=True); raise SystemExit(1)"
        supervisor.start([python_program("web", code, is_ready=lambda _: False, ready_within_s=0.6)])

        with pytest.raises(LocalError, match="port is taken"):
            await supervisor.wait_ready(["web"])


async def test_a_program_that_cannot_be_started_is_tried_again(home: Home) -> None:
    async with supervising(home, quiet()) as supervisor:
        supervisor.start([Program("web", ("/no/such/program",))])

        await until(lambda child: child.restarts == 1, supervisor, "web")

    assert "could not start" in (home.log / "web.log").read_text("utf-8")


async def test_the_state_file_tells_status_what_runs(home: Home) -> None:
    async with supervising(home, quiet()) as supervisor:
        supervisor.start([python_program("web", STEADY, ports=(8000,))])
        await supervisor.wait_ready(["web"])

        state = json.loads((home.run / "supervisor.json").read_text("utf-8"))

        assert state["pid"] == os.getpid()
        row = state["processes"][0]
        assert (row["name"], row["state"], row["ports"], row["restarts"]) == ("web", "ready", [8000], 0)
        assert is_alive(row["pid"])
    assert not (home.run / "supervisor.json").exists()


SUPERVISOR = """
import asyncio, sys
from dataclasses import replace
from pathlib import Path
from ccoc.local.console import Console
from ccoc.local.home import Home
from ccoc.local.leftovers import mark
from ccoc.local.program import Program
from ccoc.local.supervisor import supervising

async def main():
    home = Home(Path(sys.argv[1]))
    async with supervising(home, Console()) as supervisor:
        supervisor.start([Program("web", (sys.executable, "-c", "import time; time.sleep(60)"), mark(home))])
        await supervisor.wait_ready(["web"])
        print(supervisor.children["web"].pid, flush=True)
        await supervisor.until_asked()

asyncio.run(main())
"""


def run_supervisor(home: Home) -> tuple[subprocess.Popen[str], int]:
    """Start a supervisor of its own process; return it and its child's pid."""
    argv = [sys.executable, "-c", SUPERVISOR, str(home.var)]
    process = subprocess.Popen(argv, cwd=PROJECT_ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    for line in process.stdout:
        if line.strip().isdecimal():
            return process, int(line)
    raise AssertionError("the supervisor ended early")


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything_in_order(home: Home, sent: signal.Signals) -> None:
    process, pid = run_supervisor(home)

    process.send_signal(sent)
    output = process.communicate(timeout=30)[0]

    assert process.returncode == 0
    assert not is_alive(pid)
    assert "stopped" in output


def test_kill_9_of_the_supervisor_leaves_no_child(home: Home) -> None:
    process, pid = run_supervisor(home)

    process.kill()
    process.communicate()

    assert dies(pid)


def test_end_leftovers_ends_only_processes_of_this_checkout(home: Home, tmp_path: Path) -> None:
    other = Home(tmp_path / "other")
    sleep = [sys.executable, "-c", STEADY]
    ours, theirs = (subprocess.Popen(sleep, env={**os.environ, **mark(place)}) for place in (home, other))
    while ours.pid not in marked(home) or theirs.pid not in marked(other):
        time.sleep(0.02)

    ended = end_leftovers(home)

    assert ended == 1
    assert ours.wait(30) == -signal.SIGTERM
    assert is_alive(theirs.pid)
    theirs.kill()
    theirs.wait()


def test_rotate_keeps_one_older_log_and_the_open_file(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    with log.open("ab", buffering=0) as file:
        file.write(b"old" * 10)
        rotate(log, limit=20)
        file.write(b"new")

    assert log.read_bytes() == b"new"
    assert log.with_suffix(".log.1").read_bytes() == b"old" * 10


class Screen(io.StringIO):
    """A terminal, as far as the console asks."""

    def isatty(self) -> bool:
        return True


def test_console_paints_rows_again_on_a_screen() -> None:
    console = Console(Screen())
    row = Row("web", "ready", 7, 1, (8000,), time.monotonic())

    console.show([row])
    console.say("hello")

    text = console.output.getvalue()  # type: ignore[union-attr]  # a Screen keeps its text
    assert "\x1b[32mrunning" in text
    assert "1 restart" in text
    assert text.index("\x1b[1A\x1b[J") < text.index("hello") < text.rindex("web")


def test_console_writes_each_change_once_without_a_screen() -> None:
    console = quiet()
    row = Row("web", "ready", 7, 0, (8000,), time.monotonic())

    console.show([row])
    console.show([row])

    assert console.output.getvalue() == "  web        running    pid 7       :8000\n"  # type: ignore[union-attr]  # a StringIO


NEVER_UP = SUPERVISOR.replace(
    'await supervisor.wait_ready(["web"])',
    """sleep = ("sleep", "60")
        never = Program("never", sleep, is_ready=lambda pid: False)
        supervisor.start([never, Program("late", sleep, after=("never",))])
        while not supervisor.children["web"].pid:
            await asyncio.sleep(0.02)""",
)


def test_a_stop_before_all_is_up_is_quiet(home: Home) -> None:
    argv = [sys.executable, "-c", NEVER_UP, str(home.var)]
    process = subprocess.Popen(
        argv, cwd=PROJECT_ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert any(line.strip().isdecimal() for line in process.stdout)

    process.send_signal(signal.SIGINT)
    _output, complaints = process.communicate(timeout=30)

    assert complaints == ""
    assert process.returncode == 0
