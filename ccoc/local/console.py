"""What the person at the terminal sees: one line a process, kept up to date; plain lines without a screen."""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO

COLOURS = {"green": "32", "yellow": "33", "red": "31", "grey": "90", "bold": "1"}
# State of a process: word shown, colour.
STATES = {
    "waiting": ("waiting", "grey"),
    "starting": ("starting", "yellow"),
    "ready": ("running", "green"),
    "silent": ("no answer", "yellow"),
    "backoff": ("restarting", "red"),
    "stopping": ("stopping", "yellow"),
    "stopped": ("stopped", "grey"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One process on the screen. `since` is time.monotonic() of the last change of state."""

    name: str
    state: str
    pid: int
    restarts: int
    ports: tuple[int, ...]
    since: float


class Console:
    """Writes lines, and below them a block of rows that is painted again on a screen."""

    def __init__(self, output: TextIO | None = None) -> None:
        self.output = output or sys.stdout
        self.is_screen = self.output.isatty()
        self.painted = 0
        self.rows: Sequence[Row] = ()
        self.said: dict[str, str] = {}

    def say(self, text: str = "", colour: str = "") -> None:
        """Write a line above the block."""
        self._erase()
        self.output.write(self.coloured(text, colour) + "\n")
        self._paint()

    def show(self, rows: Sequence[Row]) -> None:
        """Show the rows: in place on a screen, else one line for each change of state."""
        self.rows = rows
        if self.is_screen:
            self._erase()
            self._paint()
            return
        for row in rows:
            if self.said.get(row.name) != row.state and row.state not in {"waiting", "starting"}:
                self.output.write(self._line(row) + "\n")
            self.said[row.name] = row.state
        self.output.flush()

    def coloured(self, text: str, colour: str) -> str:
        """Return the text in that colour where the output can show it."""
        return f"\x1b[{COLOURS[colour]}m{text}\x1b[0m" if colour and self.is_screen else text

    def _line(self, row: Row) -> str:
        word, colour = STATES[row.state]
        ports = " ".join(f":{port}" for port in row.ports)
        restarts = f"  {row.restarts} restart{'s' if row.restarts > 1 else ''}" if row.restarts else ""
        state = self.coloured(f"{word:<10}", colour)
        age = f"{time.monotonic() - row.since:5.0f} s" if self.is_screen else ""
        return f"  {row.name:<11}{state} pid {row.pid:<8}{ports:<7}{age}{restarts}".rstrip()

    def _erase(self) -> None:
        if self.painted:
            self.output.write(f"\x1b[{self.painted}A\x1b[J")
        self.painted = 0

    def _paint(self) -> None:
        if self.is_screen:
            for row in self.rows:
                self.output.write(self._line(row) + "\n")
            self.painted = len(self.rows)
        self.output.flush()
