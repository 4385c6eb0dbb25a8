"""Command line of the embedded stack."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from ccoc.local import demo, messages, station, vendor
from ccoc.local.console import Console
from ccoc.local.home import Home, LocalError
from ccoc.local.leftovers import end_leftovers
from ccoc.local.program import Running
from ccoc.local.stack import build_stack, environment_file, only_one


def main(arguments: Sequence[str]) -> int:
    """Run one command; a problem that the owner can mend is one message and exit status 1."""
    chosen = parser().parse_args(arguments)
    try:
        return COMMANDS[chosen.command](chosen)
    except LocalError as error:
        sys.stderr.write(f"ccoc: {error}\n")
        return 1


def parser() -> argparse.ArgumentParser:
    """Describe the commands."""
    described = argparse.ArgumentParser(prog="python -m ccoc.local", description=__doc__)
    commands = described.add_subparsers(dest="command", required=True)
    for name, text in (("demo", "the portal with demo data and cameras"), ("serve", "the portal alone")):
        command = commands.add_parser(name, help=text)
        command.add_argument("--ingest", type=int, default=2, help="number of camera workers")
        if name == "demo":
            command.add_argument("--clip", type=Path, help="play this video through the first demo camera")
    commands.add_parser("services", help="PostgreSQL and Valkey only, until Ctrl-C")
    commands.add_parser("station-secrets", help="make the secrets that docker-compose.yml mounts, once")
    commands.add_parser("vendor", help="fetch the front-end files of others again")
    return described


def portal(chosen: argparse.Namespace) -> int:
    """Run `demo` or `serve` until Ctrl-C."""
    choice = demo.Choice(chosen.command == "demo", getattr(chosen, "clip", None), chosen.ingest)
    try:
        asyncio.run(demo.run(choice, Home.from_environment(), Console()))
    except* LocalError as group:
        raise LocalError("\n".join(str(error) for error in flat(group))) from group
    except* asyncio.CancelledError:
        sys.stdout.write("Stopped before it was up.\n")
    return 0


def flat(group: BaseExceptionGroup[LocalError]) -> list[LocalError]:
    """Return the errors of a group and of the groups inside it."""
    found: list[LocalError] = []
    for error in group.exceptions:
        found += flat(error) if isinstance(error, BaseExceptionGroup) else [error]
    return found


def services(chosen: argparse.Namespace) -> int:
    """Start the servers, print their addresses as shell exports, stop on Ctrl-C or SIGTERM."""
    home = Home.from_environment()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with only_one(home):
        end_leftovers(home)
        messages.compile_all()
        stack = build_stack(home)
        running: list[Running] = []
        try:
            running += [Running(server, home.log / f"{server.name}.log") for server in stack.servers]
            for server in running:
                server.wait_ready()
            with environment_file(home, stack.environment):
                for name in ("DATABASE_URL", "REDIS_URL"):
                    sys.stdout.write(f"export {name}={stack.environment[name]}\n")
                sys.stdout.flush()
                signal.pause()
        except KeyboardInterrupt:
            sys.stdout.write("Stopping …\n")
        finally:
            for server in reversed(running):
                server.stop()
    return 0


def fetch(chosen: argparse.Namespace) -> int:
    """Fetch the vendored packages and say what came."""
    sys.stdout.write("\n".join(vendor.fetch()) + "\n")
    return 0


def make_station_secrets(chosen: argparse.Namespace) -> int:
    """Write the deployment's secrets when there are none."""
    written = station.write_secrets()
    sys.stdout.write(f"{len(written)} files written to {station.FOLDER}; existing ones stay as they are\n")
    return 0


COMMANDS = {
    "demo": portal,
    "serve": portal,
    "services": services,
    "station-secrets": make_station_secrets,
    "vendor": fetch,
}
