"""Plate reads: store, match against the watchlist, raise hits, and let go after thirty days."""

import datetime as dt
import logging
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from alerts.services import Source, close_if_open, raise_alert
from alerts.workflow import Kind, Outcome, Priority
from cameras.models import Camera
from ccoc.lib.geo import Point
from events.services import Actor, Target, record
from plates import partitions, pictures
from plates.matching import Level, Match, best_match
from plates.models import PlateRead, PlateText, WatchlistEntry
from plates.payloads import hit_payload
from plates.recognition.provinces import PROVINCES
from plates.recognition.text import normalise, spaced
from plates.workflow import KEEP_READS

logger = logging.getLogger(__name__)

READER = Actor.system("plate reader")
SEEN_AGAIN = dt.timedelta(minutes=10)  # a vehicle that comes back later than this calls anew
OLDEST = dt.timedelta(days=7)
NEWEST = dt.timedelta(minutes=5)
UPKEEP_KEY = "plates.upkeep"
_LONGEST_TEXT = 20
_FIELDS = tuple(field.attname for field in PlateRead._meta.concrete_fields)
_columns = attrgetter(*_FIELDS)
_COPY = f"COPY plates_plateread ({', '.join(_FIELDS)}) FROM STDIN"
_NEXT_KEYS = "SELECT nextval(pg_get_serial_sequence('plates_plateread', 'id')) FROM generate_series(1, %s)"


@dataclass(frozen=True)
class Read:
    """One pass of a vehicle as the reader tells it.

    Times are of the camera's clock; `province` is a code or None; confidences are 0 to 1; `accepted` is
    the reader's own verdict. `pass_id` is made once, so that the same pass told twice is known.
    `received_at` is when we heard of it first, which may be long ago; None: now. `pictures` are JPEG files
    by kind: crop, scene. `reader` names another reader that told it, empty for our own. `is_past` marks a row
    of a table: its time is believed for as long as reads are kept, and its hit is worth a look, never urgent,
    because the vehicle is long gone.
    """

    pass_id: uuid.UUID
    camera: str
    raw_text: str
    province: str | None
    plate_class: str
    text_confidence: float
    province_confidence: float
    accepted: bool
    first_seen_at: dt.datetime
    seen_at: dt.datetime
    direction: str = "UNKNOWN"
    lane: int = 0
    received_at: dt.datetime | None = None
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    reader: str = ""
    is_past: bool = False


def record_reads(*, reads: Sequence[Read], at: dt.datetime) -> list[PlateRead]:
    """Store new passes with their pictures and raise an alert for each that meets the watchlist.

    Text and province as on the list: urgent. Text alone, or a read the reader does not trust: worth a
    look. Another province: stored only. A pass known already is left out, so a call may be repeated
    after a failure. Returns the rows stored.
    """
    fresh = _without_known(reads, at)
    rows = [_row(read, text, at) for read, text in fresh]
    matches = _matches(rows, at)
    for row, (read, _text) in zip(rows, fresh, strict=True):
        _save_pictures(row, read, is_hit=row.pass_id in matches)
    with transaction.atomic():
        _copy(rows)
        _note_texts(rows)
        told = {row.pass_id: read for row, (read, _text) in zip(rows, fresh, strict=True)}
        hits = [_Hit(row, told[row.pass_id], match) for row in rows if (match := matches.get(row.pass_id))]
        _raise_hits(hits, at)
    return rows


def keep_up(*, at: dt.datetime) -> partitions.Upkeep:
    """Make weeks ahead, forget what is older than thirty days, and tell somebody when either fails.

    Safe to run twice. Hits keep their pictures and their alert; the reads themselves go.
    """
    done = partitions.keep_up(at=at, keep=KEEP_READS)
    cutoff = at - KEEP_READS
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM plates_plateread WHERE seen_at < %s", [cutoff])
    PlateText.objects.unseen_since(cutoff).delete()
    pictures.drop_days_before(cutoff)
    _tell_upkeep(done.spare_rows, partitions.ahead(at), at)
    return done


@transaction.atomic
def audit_search(
    *, camera: str, start: dt.datetime, end: dt.datetime, reason: str, by: Actor, at: dt.datetime
) -> None:
    """Note who looked at which camera's reads, over which time and why."""
    record(
        actor=by,
        verb="plates.searched",
        target=Target("camera", camera or "*", camera or "*"),
        changes={"from": start.isoformat(), "to": end.isoformat()},
        reason=reason,
        at=at,
    )


@transaction.atomic
def audit_scene_view(*, name: str, by: Actor, at: dt.datetime) -> None:
    """Note that a person looked at a whole scene, which may show passers-by."""
    record(actor=by, verb="plates.scene_viewed", target=Target("picture", name[-80:], name), at=at)


def _without_known(reads: Sequence[Read], at: dt.datetime) -> list[tuple[Read, str]]:
    """First telling of each pass with its normalised text, unless it is stored or says nothing to store."""
    by_id = {read.pass_id: read for read in reversed(reads)}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pass_id FROM plates_plateread WHERE pass_id = ANY(%s) AND seen_at >= %s",
            [list(by_id), at - OLDEST - KEEP_READS],
        )
        stored = {row[0] for row in cursor.fetchall()}
    fresh = [
        (by_id[pass_id], normalise(by_id[pass_id].raw_text))
        for pass_id in reversed(by_id)
        if pass_id not in stored
    ]
    return [(read, text) for read, text in fresh if 0 < len(text) <= _LONGEST_TEXT]


def _copy(rows: Sequence[PlateRead]) -> None:
    """Store the rows by COPY, at a fifth of the cost of INSERT, and give each the key it was stored under."""
    with connection.wrap_database_errors, connection.cursor() as cursor:
        cursor.execute(_NEXT_KEYS, [len(rows)])
        for row, (key,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = key
        with cursor.copy(_COPY) as copy:
            for row in rows:
                copy.write_row(_columns(row))


def _row(read: Read, text: str, at: dt.datetime) -> PlateRead:
    received_at, seen_at = min(read.received_at or at, at), read.seen_at
    oldest = KEEP_READS if read.is_past else OLDEST
    if not received_at - oldest <= seen_at <= received_at + NEWEST:
        logger.warning("camera %s tells a time that cannot be; the time of arrival is kept", read.camera)
        seen_at = received_at
    return PlateRead(
        pass_id=read.pass_id,
        seen_at=seen_at,
        first_seen_at=min(read.first_seen_at, seen_at),
        received_at=received_at,
        camera=read.camera,
        lane=read.lane,
        raw_text=read.raw_text[:40],
        text=text,
        province=read.province if read.province in PROVINCES else None,
        plate_class=read.plate_class,
        text_confidence=_share(read.text_confidence),
        province_confidence=_share(read.province_confidence),
        accepted=read.accepted,
        direction=read.direction,
    )


def _share(value: float) -> float:
    """Rounding in a network may give 1.0000001."""
    return min(1.0, max(0.0, value))


def _matches(rows: Sequence[PlateRead], at: dt.datetime) -> dict[uuid.UUID, Match]:
    """The surest entry of each row that meets one, by pass; one query for all rows."""
    by_text: defaultdict[str, list[WatchlistEntry]] = defaultdict(list)
    for entry in WatchlistEntry.objects.in_force(at).looking_for(row.text for row in rows):
        by_text[entry.text].append(entry)
    found = ((row.pass_id, best_match(row, by_text[row.text])) for row in rows if row.text in by_text)
    return {pass_id: match for pass_id, match in found if match is not None}


def _save_pictures(row: PlateRead, read: Read, *, is_hit: bool) -> None:
    for kind in ("crop", "scene"):
        if jpeg := read.pictures.get(kind):
            name = pictures.name_of(row.pass_id, kind, row.seen_at, is_hit=is_hit)
            try:
                pictures.save(name, jpeg, seen_at=row.seen_at)
            except OSError:  # a full disk must not cost the read, and with it the alert
                logger.exception("a picture of camera %s could not be stored", row.camera)
            else:
                setattr(row, kind, name)


def _note_texts(rows: Sequence[PlateRead]) -> None:
    """Keep one row a text; its time is moved on once a day only, to spare writes and even their locks."""
    newest: dict[str, dt.datetime] = {}
    for row in rows:
        newest[row.text] = max(row.seen_at, newest.get(row.text, row.seen_at))
    texts = sorted(newest)  # one order for all writers, so that they never wait in a circle
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO plates_platetext (text, last_seen_at)
            SELECT told.text, told.at FROM unnest(%s::varchar[], %s::timestamptz[]) AS told (text, at)
              LEFT JOIN plates_platetext known USING (text)
             WHERE known.text IS NULL OR known.last_seen_at < told.at - interval '1 day'
             ORDER BY told.text
            ON CONFLICT (text) DO UPDATE SET last_seen_at = excluded.last_seen_at
            WHERE plates_platetext.last_seen_at < excluded.last_seen_at - interval '1 day'
            """,
            [texts, [newest[text] for text in texts]],
        )


class _Hit(NamedTuple):
    """A stored read that meets an entry, with how it was told."""

    row: PlateRead
    read: Read
    match: Match


def _raise_hits(hits: Sequence[_Hit], at: dt.datetime) -> None:
    codes = {hit.row.camera for hit in hits}
    cameras = {camera.code: camera for camera in Camera.objects.filter(code__in=codes)} if hits else {}
    with override(settings.LANGUAGE_CODE):
        for hit in sorted(hits, key=lambda hit: hit.match.entry.pk):
            _raise_hit(hit, cameras.get(hit.row.camera), at)


def _raise_hit(hit: _Hit, camera: Camera | None, at: dt.datetime) -> None:
    row, (entry, level), is_past = hit.row, hit.match, hit.read.is_past
    name = camera.name if camera else row.camera
    province = PROVINCES.get(row.province or "", _("province unread"))
    raise_alert(
        kind=Kind.PLATE_HIT,
        priority=Priority.URGENT if level is Level.EXACT and not is_past else Priority.LOOK,
        dedupe_key=f"plate:{entry.pk}:{'PAST' if is_past else level}",
        subject=(_past() if is_past else _SUBJECTS[level]()) % {"plate": spaced(row.text)},
        place=f"{province} · {camera or row.camera}"[:200],
        point=_spot(camera),
        source=Source("plate_read", str(row.pk)),
        details=dict(hit_payload(row, entry, level=level, camera_name=name, reader=hit.read.reader)),
        actor=READER,
        at=at,
        returns_after=SEEN_AGAIN,
    )


def _past() -> str:
    return _("Watchlist plate %(plate)s in a table of earlier reads")


_SUBJECTS = {
    Level.EXACT: lambda: _("Watchlist plate %(plate)s"),
    Level.PROVINCE_UNREAD: lambda: _("Watchlist plate %(plate)s, province to be confirmed"),
    Level.UNSURE: lambda: _("Watchlist plate %(plate)s, read to be confirmed"),
}


def _spot(camera: Camera | None) -> Point | None:
    if camera is None or camera.lat is None or camera.lon is None:
        return None
    return Point(camera.lat, camera.lon)


def _tell_upkeep(spare_rows: int, ahead: int, at: dt.datetime) -> None:
    actor = Actor.system("plate upkeep")
    if not spare_rows and ahead >= partitions.FEWEST_AHEAD:
        close_if_open(dedupe_key=UPKEEP_KEY, outcome=Outcome.RESTORED, by=actor, at=at)
        return
    with override(settings.LANGUAGE_CODE):
        subject = _("The table of plate reads needs care")
    raise_alert(
        kind=Kind.SYSTEM,
        priority=Priority.LOOK,
        dedupe_key=UPKEEP_KEY,
        subject=subject,
        source=Source("task", "plates.keep_up"),
        details={"spare_rows": spare_rows, "weeks_ahead": ahead},
        actor=actor,
        at=at,
    )
