"""A program to run and how to tell that it is ready; a small runner for callers without an event loop."""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ccoc.local.home import PROJECT_ROOT, LocalError

PR_SET_PDEATHSIG = 1  # linux/prctl.h
POLL_S = 0.02
_LIBC = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Program:
    """One child process. `is_ready` takes its pid, must be quick, and is polled as long as it runs."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    is_ready: Callable[[int], bool] = lambda pid: True
    before_start: Callable[[], None] = lambda: None
    after: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()
    stop_signal: signal.Signals = signal.SIGTERM
    grace_s: float = 10.0
    ready_within_s: float = 60.0
    cwd: Path = PROJECT_ROOT

    def environment(self) -> dict[str, str]:
        """Return the full environment of the child."""
        return {**os.environ, **self.env}


def die_with_parent(stop_signal: signal.Signals) -> Callable[[], None]:
    """Return what a child runs before exec, so that the kernel stops it when its parent is killed (Linux)."""

    def ask_kernel() -> None:
        if hasattr(_LIBC, "prctl"):
            _LIBC.prctl(PR_SET_PDEATHSIG, stop_signal)

    return ask_kernel


def end_group(pid: int, sent: signal.Signals) -> None:
    """Signal the process group that a child leads; a group already gone is no error."""
    try:
        os.killpg(pid, sent)
    except (ProcessLookupError, PermissionError):
        return


class Running:
    """One started program, for tests and one-off use. The supervisor has its own event-driven twin."""

    def __init__(self, program: Program, log: Path) -> None:
        self.program = program
        self.log = log
        program.before_start()
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                program.argv,
                env=program.environment(),
                cwd=program.cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent(program.stop_signal),
            )

    def wait_ready(self) -> None:
        """Return when the program is ready; raise LocalError with the end of its log when it fails."""
        until = time.monotonic() + self.program.ready_within_s
        while not self.program.is_ready(self.process.pid):
            if self.process.poll() is not None or time.monotonic() > until:
                self.stop()
                raise LocalError(f"{self.program.name} did not start:\n{last_lines(self.log)}")
            time.sleep(POLL_S)

    def stop(self) -> None:
        """Ask the program to stop, kill it after its grace time, and leave none of its group behind."""
        if self.process.poll() is None:
            self.process.send_signal(self.program.stop_signal)
            try:
                self.process.wait(self.program.grace_s)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        end_group(self.process.pid, signal.SIGKILL)


def last_lines(log: Path, count: int = 12) -> str:
    """Return the end of a log file for an error message."""
    if not log.exists():
        return "(no output)"
    return "\n".join(log.read_text("utf-8", errors="replace").splitlines()[-count:])
