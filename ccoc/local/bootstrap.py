"""Builds .venv with the interpreter that runs this file. Standard library only; it must at least start on any
Python 3 to say what is wrong, therefore no newer syntax here.

usage: python3 ccoc/local/bootstrap.py requirements.txt [requirements-dev.txt ...]
"""

import hashlib
import importlib.util
import subprocess
import sys
import time
from pathlib import Path

NEEDED = (3, 11)
VENV = Path(".venv")
TRIES = 2
TELL_EVERY_S = 10.0


def fail(message: str) -> None:
    """End with one message that says what to do."""
    sys.stderr.write(f"ccoc: {message}\n")
    sys.exit(1)


def say(text: str) -> None:
    """Write a line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def fingerprint(path: Path) -> str:
    """Return what a stamp holds: the interpreter and the hash of the pins."""
    return f"{sys.version_info[0]}.{sys.version_info[1]} {hashlib.sha256(path.read_bytes()).hexdigest()}"


def stamp_of(path: Path) -> Path:
    """Return the stamp file of a requirements file."""
    return VENV / f".{path.name}.stamp"


def is_installed(path: Path) -> bool:
    """Say whether exactly these pins were installed with this version of Python."""
    try:
        return stamp_of(path).read_text("utf-8") == fingerprint(path)
    except OSError:
        return False


def make_venv() -> None:
    """Create the virtual environment, or say which package of the system is missing."""
    if importlib.util.find_spec("venv") is not None and importlib.util.find_spec("ensurepip") is not None:
        tool = "venv"
    elif importlib.util.find_spec("virtualenv") is not None:
        tool = "virtualenv"
    else:
        fail(
            "this Python has no `venv`. On Debian or Ubuntu: apt-get install python3-venv. "
            "Or name another Python: make PYTHON=/path/to/python3.11 demo"
        )
    say("  Virtual environment …")
    done = subprocess.run([sys.executable, "-m", tool, VENV], capture_output=True, text=True, check=False)
    if done.returncode:
        fail(f"the virtual environment could not be made:\n{done.stderr or done.stdout}")


def wait_telling(process: "subprocess.Popen[str]", text: str, started: float) -> str:
    """Wait for a process, say now and then that it still works, and return its output."""
    while True:
        try:
            return process.communicate(timeout=TELL_EVERY_S)[0]
        except subprocess.TimeoutExpired:
            say(f"  {text} … {time.monotonic() - started:.0f} s")


def install(path: Path) -> None:
    """Install the pins of one file: the whole closure, nothing to resolve. Python compiles at first use."""
    command = [
        str(VENV / "bin" / "python"),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
    ]
    text = f"Packages of {path.name}"
    started = time.monotonic()
    say(f"  {text} …")
    for attempt in range(1, TRIES + 1):
        process = subprocess.Popen(
            [*command, "--no-compile", "--no-deps", "--require-hashes", "-r", str(path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        output = wait_telling(process, text, started)
        if process.returncode == 0:
            break
        if attempt == TRIES:
            fail(f"pip could not install {path}:\n{output.strip()}")
        say("  pip failed, trying once more")
    stamp_of(path).write_text(fingerprint(path), "utf-8")
    say(f"  {text}  {time.monotonic() - started:.0f} s")


def main(paths: "list[Path]") -> None:
    """Install each requirements file that is not yet installed as it stands."""
    if sys.version_info < NEEDED:
        found = ".".join(str(part) for part in sys.version_info[:3])
        fail(f"Python 3.11 or newer is needed, {sys.executable} is {found}. Try: make PYTHON=python3.11 demo")
    missing = [path for path in paths if not is_installed(path)]
    if missing and not (VENV / "bin" / "python").exists():
        make_venv()
    for path in missing:
        install(path)


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
