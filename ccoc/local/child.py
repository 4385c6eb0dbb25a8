"""One supervised process: start, watch, restart with exponential back-off, stop."""

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable
from pathlib import Path

from ccoc.local.console import Row
from ccoc.local.home import LocalError
from ccoc.local.program import Program, die_with_parent, end_group

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
STEADY_S = 30.0  # a run of this length forgets earlier failures
PROBE_EVERY_S = 5.0
LOG_LIMIT = 10 * 2**20
POLL_S = 0.05


def pause_after(failures: int) -> float:
    """Return the seconds to wait before the next start after so many short runs in a row."""
    return min(FIRST_PAUSE_S * 2.0 ** max(failures - 1, 0), LONGEST_PAUSE_S)


def rotate(log: Path, limit: int = LOG_LIMIT) -> None:
    """Keep one older log of the same size: copied and cut, as the process holds the file open for append."""
    if not log.exists() or log.stat().st_size < limit:
        return
    log.with_suffix(".log.1").write_bytes(log.read_bytes())
    with log.open("r+b") as file:
        file.truncate(0)


class Child:
    """Runs one program until told to stop. `changed` is called at every change of state."""

    def __init__(self, program: Program, log: Path, changed: Callable[[], None]) -> None:
        self.program = program
        self.log = log
        self.changed = changed
        self.state = "waiting"
        self.since = time.monotonic()
        self.pid = 0
        self.restarts = 0
        self.failures = 0
        self.was_ready = asyncio.Event()
        self.stopping = asyncio.Event()

    def row(self) -> Row:
        """Return what the console and the state file show."""
        return Row(self.program.name, self.state, self.pid, self.restarts, self.program.ports, self.since)

    async def run(self) -> None:
        """Keep the program running until `stopping` is set; leave no process behind, however this ends."""
        while not self.stopping.is_set():
            started = time.monotonic()
            try:
                await self._run_once()
            except (LocalError, OSError) as error:
                self._write(f"could not start: {error}")
            if self.stopping.is_set():
                break
            self.failures = 1 if time.monotonic() - started > STEADY_S else self.failures + 1
            self.restarts += 1
            self._become("backoff")
            await self._stopped_within(pause_after(self.failures))
        self.pid = 0
        self._become("stopped")

    async def _run_once(self) -> None:
        self._become("starting")
        await asyncio.to_thread(self.program.before_start)
        with self.log.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                *self.program.argv,
                env=self.program.environment(),
                cwd=self.program.cwd,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=die_with_parent(self.program.stop_signal),
            )
        self.pid = process.pid
        ended = asyncio.create_task(process.wait())
        try:
            await self._watch(ended)
            if not ended.done():
                await self._end(process, ended)
        finally:
            if not ended.done():
                process.kill()
            end_group(process.pid, signal.SIGKILL)
        self._write(f"ended with status {await ended}")

    async def _watch(self, ended: asyncio.Task[int]) -> None:
        """Return when the process has ended or shall stop; meanwhile keep state true and log short."""
        stop = asyncio.create_task(self.stopping.wait())
        try:
            while not ended.done() and not stop.done():
                is_ready = await asyncio.to_thread(self.program.is_ready, self.pid)
                if is_ready and not ended.done():
                    self._become("ready")
                    self.was_ready.set()
                elif self.state == "ready":
                    self._become("silent")
                rotate(self.log)
                pause = POLL_S if self.state == "starting" else PROBE_EVERY_S
                await asyncio.wait({ended, stop}, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop.cancel()

    async def _end(self, process: asyncio.subprocess.Process, ended: asyncio.Task[int]) -> None:
        self._become("stopping")
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(self.program.stop_signal)
        await asyncio.wait({ended}, timeout=self.program.grace_s)

    async def _stopped_within(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.stopping.wait(), seconds)

    def _become(self, state: str) -> None:
        if self.state != state:
            self.state, self.since = state, time.monotonic()
            self.changed()

    def _write(self, text: str) -> None:
        with self.log.open("a", encoding="utf-8") as file:
            file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} supervisor: {self.program.name} {text}\n")
