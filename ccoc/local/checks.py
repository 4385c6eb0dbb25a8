"""`make check`: every check, two at a time, one line each, the output of those that fail."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from ccoc.local.home import PROJECT_ROOT
from ccoc.local.vendor import differences

AT_ONCE = 2
API_FILE = "docs/openapi.yaml"
# What a station behind its TLS proxy sets: Django's deployment checks judge this, not the bare default.
STATION = {
    "CCOC_TLS": "1",
    "SECRET_KEY": "a-long-and-varied-key-only-for-the-deployment-check-0123456789",
    "ALLOWED_HOSTS": "ccoc.example",
}


@dataclass(frozen=True)
class Check:
    """A command that succeeds when all is well."""

    name: str
    argv: tuple[str, ...]
    env: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """How a check ended."""

    name: str
    is_good: bool
    took_s: float
    output: str


def python(*argv: str) -> tuple[str, ...]:
    """Return a command of this virtual environment."""
    return (sys.executable, *argv)


def all_checks() -> list[Check]:
    """Return the checks, the slowest first."""
    return [
        Check("types", python("-m", "mypy", ".")),
        Check("lint", python("-m", "ruff", "check", ".")),
        Check("format", python("-m", "ruff", "format", "--check", ".")),
        Check("layers", (str(Path(sys.executable).with_name("lint-imports")),)),
        Check("settings", python("manage.py", "check", "--deploy", "--fail-level", "WARNING"), STATION),
        Check("migrations", python("-W", "ignore", "manage.py", "makemigrations", "--check", "--dry-run")),
        Check("api file", python("-m", "ccoc.local.checks", "api-file")),
        Check("texts", python("-m", "ccoc.local.messages", "check")),
        Check("sizes", python("-m", "ccoc.local.sizes")),
        Check("vendor", python("-m", "ccoc.local.checks", "vendor")),
    ]


def run(check: Check) -> Outcome:
    """Run one check to its end and say how it went."""
    started = time.monotonic()
    done = subprocess.run(
        check.argv,
        cwd=PROJECT_ROOT,
        env={**os.environ, **check.env},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Outcome(check.name, done.returncode == 0, time.monotonic() - started, done.stdout.strip())


def generate_api_file(path: Path) -> str:
    """Write the API description that the code gives; return what its generator complains of."""
    options = ("--validate", "--fail-on-warn", "--lang", "en", "--file", str(path))
    return (
        ""
        if (outcome := run(Check("", python("manage.py", "spectacular", *options)))).is_good
        else outcome.output
    )


def api_file_problem() -> str:
    """Return why the committed API description is not what the code gives now, or nothing."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "openapi.yaml"
        complaint = generate_api_file(fresh)
        if complaint:
            return complaint
        committed = PROJECT_ROOT / API_FILE
        if committed.exists() and committed.read_bytes() == fresh.read_bytes():
            return ""
    return f"{API_FILE} is not what the code gives now: run `make fix` and look at the difference"


def run_all() -> int:
    """Run every check and print one line each, then the output of those that failed."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = []
        for outcome in pool.map(run, all_checks()):
            word = "ok" if outcome.is_good else "FAILED"
            sys.stdout.write(f"  {outcome.name:<12}{word:<8}{outcome.took_s:6.1f} s\n")
            sys.stdout.flush()
            outcomes.append(outcome)
    for outcome in outcomes:
        if not outcome.is_good:
            sys.stdout.write(f"\n--- {outcome.name}\n{outcome.output}\n")
    sizes = next(outcome for outcome in outcomes if outcome.name == "sizes")
    sys.stdout.write(f"\n{sizes.output}\n" if sizes.is_good else "")
    return 0 if all(outcome.is_good for outcome in outcomes) else 1


def main(arguments: Sequence[str]) -> int:
    """Run all checks, or the one named: `api-file`, `vendor`; `write-api-file` mends the former."""
    if not arguments:
        return run_all()
    if arguments[0] == "write-api-file":
        problem = generate_api_file(PROJECT_ROOT / API_FILE)
    else:
        problem = api_file_problem() if arguments[0] == "api-file" else "\n".join(differences())
    sys.stdout.write(f"{problem}\n" if problem else "")
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
