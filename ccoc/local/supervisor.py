"""Runs the processes of one machine: starts them in order of need, keeps them up, stops them in reverse.

The children die with the supervisor even when it is killed (Linux tells them), and the next start ends
whatever is left. State is written to `var/run/supervisor.json` for `manage.py status` at each change and
every few seconds, so that a reader can tell an old file from a live one.
"""

import asyncio
import contextlib
import json
import os
import signal
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from ccoc.local.child import Child
from ccoc.local.console import Console
from ccoc.local.home import Home, LocalError
from ccoc.local.program import Program, last_lines

REFRESH_S = 2.0
SECOND_REQUEST_S = 1.0


class Supervisor:
    """Use `supervising(...)`; a program may only name programs started before it in `after`."""

    def __init__(self, home: Home, console: Console) -> None:
        self.home = home
        self.console = console
        self.children: dict[str, Child] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self.asked = asyncio.Event()
        self.address = ""
        self.is_settled = False
        self.asked_at = 0.0

    def start(self, programs: Iterable[Program]) -> None:
        """Begin to run programs, each as soon as those it needs have been ready once."""
        for program in programs:
            child = Child(program, self.home.log / f"{program.name}.log", self.publish)
            self.children[program.name] = child
            self.tasks[program.name] = asyncio.create_task(self._run(child), name=program.name)

    async def wait_ready(self, names: Sequence[str]) -> None:
        """Return when all have been ready once; raise LocalError with the log's end of one that is not."""
        for name in names:
            child = self.children[name]
            limit = child.program.ready_within_s
            try:
                await asyncio.wait_for(child.was_ready.wait(), limit)
            except TimeoutError as error:
                message = f"{name} is not ready after {limit:.0f} s:\n{last_lines(child.log)}"
                raise LocalError(message) from error

    async def until_asked(self) -> None:
        """Keep everything running until Ctrl-C or SIGTERM, refreshing screen and state file."""
        self.is_settled = True
        while not self.asked.is_set():
            self.publish()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.asked.wait(), REFRESH_S)

    async def stop(self) -> None:
        """Stop each program after all that need it; the grace times are the programs' own."""
        await asyncio.gather(*(self._stop(child) for child in self.children.values()))
        self.publish()

    def publish(self) -> None:
        """Show all rows and write them to the state file."""
        rows = [child.row() for child in self.children.values()]
        self.console.show(rows)
        state = {
            "pid": os.getpid(),
            "written_at": time.time(),
            "address": self.address,
            "processes": [
                {
                    "name": row.name,
                    "state": row.state,
                    "pid": row.pid,
                    "ports": list(row.ports),
                    "restarts": row.restarts,
                    "for_s": round(time.monotonic() - row.since, 1),
                }
                for row in rows
            ],
        }
        half = self.home.run / "supervisor.json.new"
        half.write_text(json.dumps(state), "utf-8")
        half.replace(self.home.run / "supervisor.json")

    async def _run(self, child: Child) -> None:
        ready = asyncio.create_task(self._ready_once(child.program.after))
        stop = asyncio.create_task(child.stopping.wait())
        waiting: set[asyncio.Task[Any]] = {ready, stop}
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        stop.cancel()
        await child.run()

    async def _ready_once(self, names: Sequence[str]) -> None:
        for name in names:
            await self.children[name].was_ready.wait()

    async def _stop(self, child: Child) -> None:
        name = child.program.name
        dependants = {
            self.tasks[other.program.name] for other in self.children.values() if name in other.program.after
        }
        if dependants:
            await asyncio.wait(dependants)
        child.stopping.set()
        await asyncio.wait({self.tasks[name]})


@asynccontextmanager
async def supervising(home: Home, console: Console) -> AsyncIterator[Supervisor]:
    """Give a supervisor that Ctrl-C and SIGTERM ask to stop (a second time: kill), and stop it at the end."""
    supervisor = Supervisor(home, console)
    loop = asyncio.get_running_loop()
    body = asyncio.current_task()

    def ask() -> None:
        # One Ctrl-C may arrive twice: from the terminal and from the program that started us.
        if supervisor.asked_at and time.monotonic() - supervisor.asked_at > SECOND_REQUEST_S:
            for child in supervisor.children.values():
                if child.pid:
                    os.killpg(child.pid, signal.SIGKILL)
        elif not supervisor.asked_at:
            supervisor.asked_at = time.monotonic()
            supervisor.asked.set()
            if body and not supervisor.is_settled:
                body.cancel()

    for sent in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(sent, ask)
    try:
        yield supervisor
    finally:
        await supervisor.stop()
        (home.run / "supervisor.json").unlink(missing_ok=True)
