"""Pieces of a file, as HTTP asks for them (RFC 9110, 14): one range, answered in bounded pieces."""

import re
from dataclasses import dataclass
from pathlib import Path

PIECE = 2 * 2**20  # of one answer: a player asks again, and a slow one holds no more memory than this
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes `first` to `last`, both counted from 0 and both in it."""

    first: int
    last: int


class Unsatisfiable(ValueError):
    """The range lies outside the file."""


def asked_piece(header: str, size: int) -> Piece | None:
    """The piece that a Range header asks for, cut to `PIECE`; None where the whole file is meant.

    A header that is no single range of bytes is left unheeded, as the RFC allows. Raises Unsatisfiable.
    """
    found = _RANGE.fullmatch(header.strip())
    if found is None or found[0] == "bytes=-":
        return None
    if not found[1]:
        first, last = max(0, size - int(found[2])), size - 1
    else:
        first, last = int(found[1]), min(int(found[2] or size - 1), size - 1)
    if first > last:
        raise Unsatisfiable
    return Piece(first, min(last, first + PIECE - 1))


def read_piece(path: Path, piece: Piece) -> bytes:
    """Raises FileNotFoundError for a file that is gone."""
    with path.open("rb") as file:
        file.seek(piece.first)
        return file.read(piece.last - piece.first + 1)
