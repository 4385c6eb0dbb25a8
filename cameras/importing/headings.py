"""Columns that a table may have, and by which headers they are known: the same for every table we read."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

IGNORE = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One thing to tell: its name, its label, the headers it goes by, and how its text is read."""

    name: str
    label: str | Promise
    headers: tuple[str, ...]
    parse: Callable[[str], object]


class Headings:
    """The columns of one kind of table."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.by_name = {column.name: column for column in columns}
        self._by_header = {
            _plain(header): column.name for column in columns for header in (*column.headers, column.name)
        }

    def guess(self, headers: Iterable[str]) -> list[str]:
        """The column of each header, "" where none fits; each column is used once, first come."""
        found: list[str] = []
        for header in headers:
            name = self._by_header.get(_plain(header), IGNORE)
            found.append(IGNORE if name in found else name)
        return found

    def clean(self, mapping: Sequence[str], width: int) -> list[str]:
        """A mapping as somebody chose it, with unknown and repeated columns left out, `width` long."""
        found: list[str] = []
        for name in [*mapping, *[IGNORE] * width][:width]:
            found.append(name if name in self.by_name and name not in found else IGNORE)
        return found


def _plain(header: str) -> str:
    """A header without case, marks, units in brackets and joining signs."""
    text = unicodedata.normalize("NFC", header).casefold()
    return re.sub(r"[\s_\-./:*°]+", " ", re.sub(r"\(.*?\)", "", text)).strip()
