"""`demo` and `serve`: from nothing to the wall's address."""

import asyncio
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ccoc.local import messages, processes
from ccoc.local.console import Console
from ccoc.local.home import LOOPBACK, Home, LocalError, first_free_port
from ccoc.local.leftovers import end_leftovers
from ccoc.local.preflight import check_machine
from ccoc.local.program import Program
from ccoc.local.stack import Stack, build_stack, environment_file, only_one
from ccoc.local.steps import Step, manage, run_step
from ccoc.local.supervisor import Supervisor, supervising

HTTP_PORT = 8000
MIGRATE = manage("migrate", "Database tables", "--no-input")
SEED = manage("seed_demo", "Demo data")


@dataclass(frozen=True, slots=True)
class Choice:
    """What the person asked for."""

    is_demo: bool
    clip: Path | None = None
    ingest_workers: int = 2


async def run(choice: Choice, home: Home, console: Console) -> None:
    """Start everything, show the address, stay until asked to stop. Raise LocalError when it cannot be."""
    started = time.monotonic()
    check_machine(home.var)
    check_clip(choice.clip)
    with only_one(home):
        end_leftovers(home)
        messages.compile_all()
        stack = build_stack(home)
        environment = {**stack.environment, **choice_environment(choice, home)}
        with environment_file(home, environment):
            async with supervising(home, console) as supervisor:
                await bring_up(choice, home, stack, environment, supervisor)
                console.say()
                console.say(f"  CCOC is up after {time.monotonic() - started:.0f} s. The wall:", "bold")
                console.say(f"      {supervisor.address}/{'demo' if choice.is_demo else ''}", "green")
                console.say(f"  Stop with Ctrl-C. Logs: {home.log}")
                console.say()
                await supervisor.until_asked()
                console.say("Stopping …")


async def bring_up(
    choice: Choice, home: Home, stack: Stack, environment: Mapping[str, str], supervisor: Supervisor
) -> None:
    """Servers, tables, demo data, then all processes; return when the web server answers."""
    console = supervisor.console
    names = [server.name for server in stack.servers]
    supervisor.start(stack.servers)
    async with asyncio.TaskGroup() as side_by_side:
        if choice.is_demo:
            side_by_side.create_task(run_step(clips(home), home, environment, console))
        await supervisor.wait_ready(names)
        await run_step(MIGRATE, home, environment, console)
        if choice.is_demo:
            await run_step(SEED, home, environment, console)
    host = os.environ.get("CCOC_HTTP_HOST", LOOPBACK)
    port = http_port()
    supervisor.address = f"http://{LOOPBACK}:{port}"
    supervisor.start(portal(choice, environment, tuple(names), host, port))
    await supervisor.wait_ready(["web"])


def clips(home: Home) -> Step:
    """Return the step that draws the demo's video clips; it keeps those that are there."""
    options = ("--out", str(home.var / "clips"), "--workers", str(min(os.cpu_count() or 1, 4)))
    return Step("clips", "Demo clips (drawn once)", ("-m", "ccoc.demo.clips", *options))


def portal(
    choice: Choice, environment: Mapping[str, str], after: tuple[str, ...], host: str, port: int
) -> list[Program]:
    """Return the portal's processes; those named later are started later and stopped earlier."""
    found = [processes.web(host, port, environment, after)]
    feeders = after
    if choice.is_demo:
        found += [processes.simulator(environment), processes.town(environment)]
        feeders = (*after, "cameras")
    found += [processes.worker(environment, after), processes.beat(environment, after)]
    workers = range(1, choice.ingest_workers + 1)
    return found + [processes.ingest(number, environment, feeders) for number in workers]


def choice_environment(choice: Choice, home: Home) -> dict[str, str]:
    """Return what the portal's processes must know about the demo; nothing for `serve`.

    `seed_demo` gives the cameras addresses on CCOC_RTSP_PORT and writes the simulator's cameras to
    CCOC_SIMULATOR_CONFIG; CCOC_CLIP is the person's own video for the first camera, or empty; the demo's page
    orders faults on CCOC_SIMULATOR_CONTROL_PORT.
    """
    if not choice.is_demo:
        return {}
    return {
        "CCOC_DEMO": "1",
        "CCOC_RTSP_PORT": str(home.port("rtsp")),
        "CCOC_SIMULATOR_CONTROL_PORT": str(home.port("simulator-control")),
        "CCOC_SIMULATOR_CONFIG": str(home.var / "demo" / "simulator.json"),
        "CCOC_CLIP": str(choice.clip.resolve()) if choice.clip else "",
    }


def check_clip(clip: Path | None) -> None:
    """Refuse a clip that is not there before anything is started."""
    if clip and not clip.is_file():
        raise LocalError(f"There is no video file {clip}. Give its path: make demo CLIP=/path/to/video.mp4")


def http_port() -> int:
    """Return CCOC_HTTP_PORT, which must be free, or the first free port from 8000 upwards."""
    named = os.environ.get("CCOC_HTTP_PORT", "")
    if not named:
        return first_free_port(HTTP_PORT)
    if not named.isdecimal() or not 0 < int(named) < 65536:
        raise LocalError(f"CCOC_HTTP_PORT={named} is not a port number.")
    if first_free_port(int(named)) != int(named):
        raise LocalError(f"Port {named} (CCOC_HTTP_PORT) is taken. Choose another, or leave it unset.")
    return int(named)
