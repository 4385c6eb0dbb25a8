"""What would happen if this table of reads were imported: row by row, without writing anything."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter

from cameras.importing.reading import Row
from cameras.importing.values import BadCell, refuse_formula
from plates.interop import cells
from plates.interop.columns import BY_NAME
from plates.interop.foreign import UNTOLD_CONFIDENCE, ForeignRead
from plates.recognition.text import PlateClass, possible_classes
from plates.services.reads import NEWEST
from plates.workflow import KEEP_READS, Direction

MAX_ROWS: Final = 20_000
"""Rows of one table: two busy days of a gate. More comes in parts, so that a page answers in seconds."""

_MOMENT_COLUMNS: Final = frozenset({"date", "clock"})
_JOINED: Final = frozenset({"series", "number", *_MOMENT_COLUMNS})
_DOUBTS: Final = frozenset({"no_province", "no_class"})  # said, and no reason to leave a row out


class Verdict(StrEnum):
    """What a row is to us."""

    NEW = "new"
    KNOWN = "known"
    DOUBLE = "double"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Problem:
    """One cell that is wrong or doubtful: where a spreadsheet shows it, what it says, and why not."""

    number: int
    column: str
    cell: str
    found: str
    message: str

    @property
    def label(self) -> str:
        return str(BY_NAME[self.column].label)


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """One row with its verdict. `read` is None where it is BAD; `doubts` do not keep it out."""

    number: int
    verdict: Verdict
    camera: str = ""
    read: ForeignRead | None = None
    problems: tuple[Problem, ...] = ()
    doubts: tuple[Problem, ...] = ()
    same_as: int = 0


@dataclass(frozen=True, slots=True)
class Preview:
    """Every row checked."""

    rows: tuple[CheckedRow, ...]

    def of(self, verdict: Verdict) -> list[CheckedRow]:
        return [row for row in self.rows if row.verdict is verdict]

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(row.verdict.value for row in self.rows)
        return {verdict.value: found[verdict.value] for verdict in Verdict}

    @property
    def problems(self) -> list[Problem]:
        return [problem for row in self.rows for problem in row.problems]

    @property
    def span(self) -> tuple[dt.datetime, dt.datetime] | None:
        """First and last moment of the new rows, UTC; None without any."""
        moments = [row.read.seen_at for row in self.of(Verdict.NEW) if row.read]
        return (min(moments), max(moments)) if moments else None


@dataclass
class _Reading:
    """One row on its way through the checks."""

    row: Row
    mapping: Sequence[str]
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    doubts: list[Problem] = field(default_factory=list)

    def text(self, name: str) -> str:
        place = self._place(name)
        return self.row.cells[place] if place >= 0 else ""

    def complain(self, column: str, error: BadCell) -> None:
        place = self._place(column)
        address = f"{get_column_letter(place + 1)}{self.row.number}" if place >= 0 else str(self.row.number)
        problem = Problem(self.row.number, column, address, self.text(column), error.message)
        (self.doubts if error.code in _DOUBTS else self.problems).append(problem)

    def take(self, column: str, read: Callable[[], object]) -> None:
        """Keep what `read` makes of a column, or its complaint."""
        try:
            self.values[column] = read()
        except BadCell as error:
            self.complain(column, error)

    def _place(self, name: str) -> int:
        return self.mapping.index(name) if name in self.mapping else -1


def check_rows(
    rows: Iterable[Row], mapping: Sequence[str], *, cameras: Collection[str], home: str, at: dt.datetime
) -> Preview:
    """Read every row; `cameras` are the codes of the register, `home` the one for rows that name none.

    Doubles within the table are found here; what was told before is found by `mark_known`.
    """
    first: dict[str, int] = {}
    checked = []
    for row in rows:
        judged = _judge(_Reading(row, mapping), cameras, home, at)
        if judged.read is not None:
            twin = first.setdefault(judged.read.external_id, row.number)
            if twin != row.number:
                judged = replace(judged, verdict=Verdict.DOUBLE, same_as=twin)
        checked.append(judged)
    return Preview(tuple(checked))


def mark_known(preview: Preview, known: Collection[str]) -> Preview:
    """The preview with the rows whose pass was told before set aside."""
    return Preview(
        tuple(
            replace(row, verdict=Verdict.KNOWN)
            if row.verdict is Verdict.NEW and row.read is not None and row.read.external_id in known
            else row
            for row in preview.rows
        )
    )


def _judge(reading: _Reading, cameras: Collection[str], home: str, at: dt.datetime) -> CheckedRow:
    _parse(reading)
    _read_plate(reading)
    _read_moment(reading, at)
    camera = reading.text("camera") or home
    if camera not in cameras:
        reading.complain("camera", BadCell("no_camera", _("There is no camera with this code.")))
    problems, doubts = tuple(reading.problems), tuple(reading.doubts)
    if problems:
        return CheckedRow(reading.row.number, Verdict.BAD, camera, None, problems, doubts)
    read = _foreign(reading.values, camera)
    return CheckedRow(reading.row.number, Verdict.NEW, camera, read, (), doubts)


def _parse(reading: _Reading) -> None:
    """Cells one by one; those that only together say something are read after."""
    for name, text in zip(reading.mapping, reading.row.cells, strict=True):
        if not name or not text:
            continue
        try:
            refuse_formula(name, text)
        except BadCell as error:
            reading.complain(name, error)
            continue
        if name not in _JOINED:
            reading.take(name, lambda name=name, text=text: BY_NAME[name].parse(text))  # type: ignore[misc] # bound


def _read_plate(reading: _Reading) -> None:
    column = "text" if reading.text("text") or "number" not in reading.mapping else "number"
    words = reading.text("text") or f"{reading.text('series')} {reading.text('number')}".strip()
    if column == "number" and words:
        reading.take("text", lambda: cells.plate(words))
    if not words:
        reading.complain(column, BadCell("no_plate", _("A plate is needed.")))
    elif reading.values.get("text") and not possible_classes(reading.values["text"]):
        message = _("No Thai plate is written so; stored as doubtful.")
        reading.complain(column, BadCell("no_class", message))
    if not reading.text("province") and (within := cells.province_within(words)):
        reading.values["province"] = within


def _read_moment(reading: _Reading, at: dt.datetime) -> None:
    column = "seen_at" if "seen_at" in reading.mapping else "date"
    if not reading.text("seen_at") and reading.text("date") and reading.text("clock"):
        both = reading.text("date"), reading.text("clock")
        reading.take("date", lambda: cells.date_and_clock(*both))
        reading.values["seen_at"] = reading.values.get("date")
        column = "date"
    elif not reading.text("seen_at"):
        reading.complain(column, BadCell("no_moment", _("A date and a time are needed.")))
    seen_at = reading.values.get("seen_at")
    if isinstance(seen_at, dt.datetime):
        _check_age(reading, column, seen_at, at)


def _check_age(reading: _Reading, column: str, seen_at: dt.datetime, at: dt.datetime) -> None:
    if seen_at > at + NEWEST:
        reading.complain(column, BadCell("future", _("This time is still to come.")))
    elif seen_at < at - KEEP_READS:
        reading.complain(
            column, BadCell("too_old", _("Older than 30 days, which is as long as reads are kept."))
        )


def _foreign(values: Mapping[str, Any], camera: str) -> ForeignRead:
    text, seen_at, province = values["text"], values["seen_at"], values.get("province")
    told = values.get("province_confidence", values.get("text_confidence", UNTOLD_CONFIDENCE))
    return ForeignRead(
        external_id=values.get("key") or cells.digest(camera, seen_at.isoformat(), text, province),
        text=text,
        province=province,
        plate_class=values.get("plate_class", PlateClass.UNKNOWN),
        text_confidence=values.get("text_confidence", UNTOLD_CONFIDENCE),
        province_confidence=told if province else 0.0,
        first_seen_at=seen_at,
        seen_at=seen_at,
        direction=str(values.get("direction", Direction.UNKNOWN)),
    )
