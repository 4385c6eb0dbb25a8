"""The processes of the portal on one machine: what each runs, what it needs, how it shows that it works."""

import http.client
import socket
import sys
from collections.abc import Callable, Mapping

from ccoc.local.home import LOOPBACK
from ccoc.local.program import Program

# OpenMP and OpenCV otherwise start a thread a core in each process; the workers are the parallelism.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
PROBE_TIMEOUT_S = 3.0


def web(host: str, port: int, environment: Mapping[str, str], after: tuple[str, ...]) -> Program:
    """Pages, API and sockets, the latter not compressed: on a local network that costs more than it saves."""
    return Program(
        name="web",
        argv=(
            *(sys.executable, "-m", "uvicorn", "ccoc.asgi:application"),
            *("--host", host, "--port", str(port), "--no-access-log"),
            *("--ws", "websockets-sansio", "--ws-per-message-deflate", "false"),
            *("--timeout-graceful-shutdown", "3"),
        ),
        env={**environment, "CCOC_PROCESS": "web"},
        is_ready=answers_healthz(port),
        ready_within_s=120,
        after=after,
        ports=(port,),
    )


def worker(environment: Mapping[str, str], after: tuple[str, ...]) -> Program:
    """Short tasks of the queue `default`."""
    options = ("-Q", "default", "--pool", "threads", "--concurrency", "4")
    return celery("worker", ("worker", "-n", "worker@%h", *options), environment, after)


def beat(environment: Mapping[str, str], after: tuple[str, ...]) -> Program:
    """The schedule, kept in the database."""
    return celery("beat", ("beat", "--pidfile="), environment, after)


def ingest(number: int, environment: Mapping[str, str], after: tuple[str, ...]) -> Program:
    """One worker of the queue `ingest`: a boot step in it reads its share of the cameras."""
    options = ("-Q", "ingest", "--pool", "threads", "--concurrency", "1")
    extra = {**environment, **ONE_THREAD}
    return celery(f"ingest-{number}", ("worker", "-n", f"ingest-{number}@%h", *options), extra, after)


def simulator(environment: Mapping[str, str]) -> Program:
    """The demo's cameras: clips served over RTSP, with a loopback port for faults to order."""
    port = int(environment["CCOC_RTSP_PORT"])
    return Program(
        name="cameras",
        argv=(
            *(sys.executable, "-m", "cameras.streams.simulator"),
            *("--port", str(port), "--config", environment["CCOC_SIMULATOR_CONFIG"]),
            *("--control-port", environment["CCOC_SIMULATOR_CONTROL_PORT"]),
        ),
        env=environment,
        is_ready=lambda pid: is_listening(port),
        ports=(port,),
    )


def town(environment: Mapping[str, str]) -> Program:
    """The demo's patrols and SOS points, which live by themselves and speak to the web server."""
    return Program(
        name="town",
        argv=(sys.executable, "manage.py", "run_demo_town"),
        env={**environment, "CCOC_PROCESS": "town"},
        after=("web",),
    )


def celery(
    name: str, arguments: tuple[str, ...], environment: Mapping[str, str], after: tuple[str, ...]
) -> Program:
    """Return a Celery process. Gossip and mingle serve commands that nobody sends here."""
    quiet = ("--without-gossip", "--without-mingle") if arguments[0] == "worker" else ()
    return Program(
        name=name,
        argv=(sys.executable, "-m", "celery", "-A", "ccoc.celery", *arguments, *quiet, "-l", "INFO"),
        env={**environment, "CCOC_PROCESS": name},
        after=after,
        grace_s=15,
    )


def answers_healthz(port: int) -> Callable[[int], bool]:
    """Return a probe of the web server's public health address."""

    def probe(pid: int) -> bool:
        link = http.client.HTTPConnection(LOOPBACK, port, timeout=PROBE_TIMEOUT_S)
        try:
            link.request("GET", "/healthz")
            return link.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            link.close()

    return probe


def is_listening(port: int) -> bool:
    """Say whether something accepts connections on this loopback port."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1):
            return True
    except OSError:
        return False
