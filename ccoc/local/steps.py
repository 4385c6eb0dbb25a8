"""One-off commands between starting servers and starting processes, with seconds on each."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ccoc.local.console import Console
from ccoc.local.home import PROJECT_ROOT, Home, LocalError
from ccoc.local.program import die_with_parent, end_group, last_lines

TELL_EVERY_S = 10.0


@dataclass(frozen=True, slots=True)
class Step:
    """A command to run to its end. `says` is what the person reads, `argv` follows the Python interpreter."""

    name: str
    says: str
    argv: tuple[str, ...]


def manage(command: str, says: str, *options: str) -> Step:
    """Return a step that runs a management command."""
    return Step(command, says, ("manage.py", command, *options))


async def run_step(step: Step, home: Home, environment: Mapping[str, str], console: Console) -> None:
    """Run a step, tell how long it takes, and raise LocalError with the end of its log when it fails."""
    log = home.log / f"{step.name}.log"
    started = time.monotonic()
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *step.argv,
            env={**os.environ, **environment, "CCOC_PROCESS": step.name},
            cwd=PROJECT_ROOT,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
    telling = asyncio.create_task(tell(step, console, started, log))
    try:
        status = await process.wait()
    finally:
        telling.cancel()
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        end_group(process.pid, signal.SIGKILL)
    if status:
        raise LocalError(f"{step.says} failed (whole log: {log}):\n{last_lines(log)}")
    console.say(f"  {step.says}  {time.monotonic() - started:.1f} s", "green")


async def tell(step: Step, console: Console, started: float, log: Path) -> None:
    """Say every few seconds that a step is still at work, with its own last word."""
    while True:
        await asyncio.sleep(TELL_EVERY_S)
        last = last_lines(log, 1)
        console.say(f"  {step.says} … {time.monotonic() - started:.0f} s  {last}", "grey")
