"""What would happen if this table were imported: row by row, without writing anything."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.translation import gettext as _

from cameras.area import Area
from cameras.importing.columns import BY_NAME
from cameras.importing.reading import Row
from cameras.importing.values import BadCell, refuse_formula
from cameras.models import Camera, CredentialProfile
from ccoc.lib.geo import Point

PLACE = "position"
# Thailand's corners: a latitude that is a longitude of Thailand, and the other way round, were swapped.
_THAI_LAT, _THAI_LON = (5.0, 21.0), (97.0, 106.0)

# Public bodies that own cameras in the district; owners already in the register are known as well.
KNOWN_OWNERS = (
    "สภ.เมืองพิษณุโลก",
    "เทศบาลนครพิษณุโลก",
    "อบจ.พิษณุโลก",
    "แขวงทางหลวงพิษณุโลกที่ 1",
    "แขวงทางหลวงชนบทพิษณุโลก",
)


class Verdict(StrEnum):
    """What a row is to the register."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend: where, what the file says, why it cannot be, and what would mend it."""

    number: int
    camera_code: str
    column: str
    found: str
    code: str
    message: str
    fix: Mapping[str, str]
    options: tuple[str, ...]

    @property
    def label(self) -> str:
        return str(BY_NAME[self.column].label)

    @property
    def is_one_text(self) -> bool:
        """Whether the fix is one text for this very column, which may be shown in its field."""
        return set(self.fix) == {self.column}

    @property
    def is_long(self) -> bool:
        """Whether a mended text needs a wide field."""
        return bool(self.options) or len(self.fix_text or self.found) > 14

    @property
    def fix_text(self) -> str:
        return self.fix.get(self.column, "")


@dataclass(frozen=True, slots=True)
class Change:
    """One field that a row would change."""

    column: str
    before: object
    after: object

    @property
    def label(self) -> str:
        return str(BY_NAME[self.column].label)


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """One row with its verdict; `values` are ready for the register's services unless it is BAD."""

    number: int
    code: str
    verdict: Verdict
    values: Mapping[str, object]
    problems: tuple[Problem, ...] = ()
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """Every row checked, and cameras of the register that the table does not name."""

    rows: tuple[CheckedRow, ...]
    missing: tuple[Camera, ...]

    def of(self, verdict: Verdict) -> list[CheckedRow]:
        return [row for row in self.rows if row.verdict is verdict]

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(row.verdict.value for row in self.rows)
        return {verdict.value: found[verdict.value] for verdict in Verdict} | {"missing": len(self.missing)}

    @property
    def problems(self) -> list[Problem]:
        return [problem for row in self.rows for problem in row.problems]

    @property
    def ready(self) -> int:
        counts = self.counts
        return counts[Verdict.NEW] + counts[Verdict.CHANGED]


@dataclass(frozen=True, slots=True)
class Known:
    """What the table is compared with."""

    cameras: Mapping[str, Camera]
    credentials: Mapping[str, CredentialProfile]
    owners: tuple[str, ...]
    area: Area


@dataclass
class _Reading:
    """One row on its way through the checks."""

    number: int
    texts: dict[str, str]
    fixed: frozenset[str]
    values: dict[str, object] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def code(self) -> str:
        return self.texts.get("code", "")

    def complain(self, column: str, error: BadCell, found: str | None = None) -> None:
        text = self.texts.get(column, "") if found is None else found
        self.problems.append(
            Problem(self.number, self.code, column, text, error.code, error.message, error.fix, error.options)
        )


def check_rows(
    rows: Iterable[Row], mapping: Sequence[str], fixes: Mapping[str, Mapping[str, str]], known: Known
) -> Preview:
    """Read every row with its corrections and compare it with the register."""
    readings = [_read(row, mapping, fixes.get(str(row.number), {})) for row in rows]
    _find_duplicates(readings)
    checked = tuple(_judge(reading, known) for reading in readings)
    named = {row.code for row in checked}
    missing = [camera for code, camera in known.cameras.items() if code not in named]
    return Preview(checked, tuple(sorted(missing, key=lambda camera: camera.code)))


def _read(row: Row, mapping: Sequence[str], fixes: Mapping[str, str]) -> _Reading:
    """Texts by column, corrections in their place. An empty cell says nothing: it never wipes a value."""
    texts = {name: text for name, text in zip(mapping, row.cells, strict=False) if name}
    return _Reading(row.number, {**texts, **fixes}, frozenset(fixes))


def _find_duplicates(readings: Iterable[_Reading]) -> None:
    readings = list(readings)
    taken = {reading.code for reading in readings}
    first: dict[str, int] = {}
    for reading in readings:
        code = reading.code
        if not code:
            continue
        if code in first:
            free = next(code + letter for letter in "BCDEFGHJKLMNPQRSTUVWXYZ" if code + letter not in taken)
            taken.add(free)
            message = _("The same code as row %(row)d.") % {"row": first[code]}
            reading.complain("code", BadCell("duplicate", message, {"code": free}))
        else:
            first[code] = reading.number


def _judge(reading: _Reading, known: Known) -> CheckedRow:
    camera = known.cameras.get(reading.code)
    _parse(reading)
    _check_code(reading)
    _check_position(reading, camera, known.area)
    _check_owner(reading, known)
    _check_credential(reading, known)
    _check_new(reading, camera)
    if reading.problems:
        return CheckedRow(reading.number, reading.code, Verdict.BAD, {}, tuple(reading.problems))
    values = {name: value for name, value in reading.values.items() if name != "code"}
    if camera is None:
        return CheckedRow(reading.number, reading.code, Verdict.NEW, values)
    changes = tuple(_changes(camera, values))
    verdict = Verdict.CHANGED if changes else Verdict.SAME
    return CheckedRow(reading.number, reading.code, verdict, values, (), changes)


def _parse(reading: _Reading) -> None:
    """Cells one by one; the position's cell becomes latitude and longitude, the address its parts."""
    for name, text in reading.texts.items():
        if not text or name == "code":
            continue
        try:
            refuse_formula(name, text)
            value = BY_NAME[name].parse(text)
        except BadCell as error:
            reading.complain(name, error)
            continue
        if isinstance(value, Point):
            reading.values |= {"lat": value.lat, "lon": value.lon}
        elif isinstance(value, dict):
            reading.values |= value
        else:
            reading.values[name] = value


def _check_code(reading: _Reading) -> None:
    if not reading.code:
        reading.complain("code", BadCell("no_code", _("A code is needed, and no other row may have it.")))
        return
    try:
        refuse_formula("code", reading.code)
        reading.values["code"] = BY_NAME["code"].parse(reading.code)
    except BadCell as error:
        reading.complain("code", error)


def _check_position(reading: _Reading, camera: Camera | None, area: Area) -> None:
    if {"lat", "lon", PLACE} & {problem.column for problem in reading.problems}:
        return
    lat, lon = reading.values.get("lat"), reading.values.get("lon")
    found = f"{reading.texts.get('lat', '')}, {reading.texts.get('lon', '')}".strip(", ")
    shown = reading.texts.get(PLACE) or found
    if not isinstance(lat, float) or not isinstance(lon, float):
        _check_missing_position(reading, camera, shown)
        return
    if _is_in(lat, _THAI_LON) and _is_in(lon, _THAI_LAT):
        fix = {PLACE: "", "lat": str(lon), "lon": str(lat)}
        message = _("Latitude and longitude are in each other's place.")
        reading.complain(PLACE, BadCell("swapped", message, fix), shown)
        return
    away_m = area.outside_m(Point(lat, lon)) if abs(lat) <= 90 and abs(lon) <= 180 else 0.0
    if abs(lat) > 90 or abs(lon) > 180:
        reading.complain(PLACE, BadCell("no_place", _("There is no such place on earth.")), shown)
    elif away_m:
        words = {"distance": f"{away_m / 1000:,.0f}"}
        message = _("%(distance)s km outside the station area.") % words
        reading.complain(PLACE, BadCell("outside", message), shown)


def _check_missing_position(reading: _Reading, camera: Camera | None, shown: str) -> None:
    """A column of positions with an empty cell is a gap, unless the register has none either."""
    is_asked = bool({"lat", "lon", PLACE} & reading.texts.keys())
    is_half = bool(shown)
    is_known = camera is not None and (camera.lat is not None or not is_half)
    if is_half or (is_asked and not is_known):
        message = _("Write latitude, longitude, or leave this row out.")
        reading.complain(PLACE, BadCell("no_position", message), shown)


def _is_in(value: float, span: tuple[float, float]) -> bool:
    return span[0] <= value <= span[1]


def _check_owner(reading: _Reading, known: Known) -> None:
    """An owner nobody knows is a slip of the pen until a person says otherwise by typing it again."""
    owner = reading.values.get("owner")
    if not isinstance(owner, str) or owner in known.owners or "owner" in reading.fixed:
        return
    near = tuple(name for name in known.owners if owner in name or name in owner)
    if len(near) > 1:
        message = _("%(count)d owners go by this name; choose one.") % {"count": len(near)}
    else:
        message = _("This owner is new. Choose a known one, or type it again to keep it.")
    fix = {"owner": near[0]} if len(near) == 1 else {}
    reading.complain("owner", BadCell("unknown_owner", message, fix, near or known.owners))


def _check_credential(reading: _Reading, known: Known) -> None:
    """The table names a profile; the profile itself is kept elsewhere."""
    name = reading.values.get("credential")
    if not isinstance(name, str):
        return
    profile = known.credentials.get(name)
    if profile is None:
        message = _("There is no credential profile of this name.")
        reading.complain("credential", BadCell("unknown_credential", message, {}, tuple(known.credentials)))
    else:
        reading.values["credential"] = profile


def _check_new(reading: _Reading, camera: Camera | None) -> None:
    if camera is None and not reading.texts.get("name"):
        reading.complain("name", BadCell("no_name", _("A new camera needs the name of its place.")))


def _changes(camera: Camera, values: Mapping[str, object]) -> Iterable[Change]:
    for name, value in values.items():
        before = getattr(camera, name)
        if before != value:
            column = "stream_url" if name.startswith("stream_") else name
            yield Change(column, before, value)
