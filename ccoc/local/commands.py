"""Command line of the embedded stack."""

import argparse
import signal
import sys
from collections.abc import Sequence

from ccoc.local.home import Home, LocalError
from ccoc.local.program import Running
from ccoc.local.stack import build_stack, environment_file, only_one


def main(arguments: Sequence[str]) -> int:
    """Run one command; a problem that the owner can mend is one message and exit status 1."""
    parser = argparse.ArgumentParser(prog="python -m ccoc.local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("services", help="start PostgreSQL and Valkey only, until Ctrl-C")
    chosen = parser.parse_args(arguments)
    try:
        return {"services": services}[chosen.command]()
    except LocalError as error:
        sys.stderr.write(f"ccoc: {error}\n")
        return 1


def services() -> int:
    """Start the servers, print their addresses as shell exports, stop on Ctrl-C or SIGTERM."""
    home = Home.from_environment()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with only_one(home):
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
            sys.stdout.write("stopping\n")
        finally:
            for server in reversed(running):
                server.stop()
    return 0
