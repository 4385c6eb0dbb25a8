"""Every write about evidence that a person asks for: each is a line of custody and one of the audit log."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cameras.evidence.keys import KEEPER
from cameras.evidence.models import Act, CustodyEntry, EvidencePack, Kind, State
from cameras.models import Camera
from cameras.recording.services import About, hold
from ccoc.lib.dates_th import BUDDHIST_OFFSET
from ccoc.lib.errors import Refused
from ccoc.lib.instants import iso
from events.services import Actor, Target, record

LONGEST = dt.timedelta(hours=24)
MOST_CAMERAS = 16
LONGEST_KEPT = dt.timedelta(days=366)


class BadPack(Refused):
    """A pack that the rules refuse."""


class NotReady(Refused):
    """The pack has no file (yet, or any more)."""

    def __init__(self) -> None:
        super().__init__("not_ready", _("This pack has no file now."))


class NeedsReason(Refused):
    """Evidence moves for a reason only, and to somebody."""

    def __init__(self) -> None:
        super().__init__("needs_reason", _("Say to whom and why."))


@dataclass(frozen=True)
class Wish:
    """What somebody asks to have packed. `keep_until`: held that long, and the file deleted after it."""

    cameras: Sequence[Camera]
    begin: dt.datetime
    end: dt.datetime
    case_number: str
    reason: str
    requester: str
    keep_until: dt.date
    about: About = field(default_factory=lambda: About("", ""))


def request_pack(*, actor: Actor, wish: Wish, at: dt.datetime) -> EvidencePack:
    """Lock the recordings and ask for the pack; a worker makes it. Raises BadPack, BadHold."""
    _check(wish, at)
    with transaction.atomic():
        holds = hold(
            actor=actor,
            cameras=wish.cameras,
            begin=wish.begin,
            end=wish.end,
            reason=wish.reason,
            until=wish.keep_until,
            about=wish.about,
            at=at,
        )
        pack = EvidencePack.objects.create(
            number=_next_number(at),
            case_number=wish.case_number,
            reason=wish.reason,
            requester=wish.requester,
            about_type=wish.about.type,
            about_id=str(wish.about.id),
            begin=wish.begin,
            end=wish.end,
            asked_by=actor.label[:200],
            asked_key=key_of(actor),
            asked_at=at,
            expires_on=wish.keep_until,
        )
        pack.cameras.set(wish.cameras)
        pack.holds.set(holds)
        _enter(pack, Act.REQUESTED, "evidence.requested", actor, at, wish.reason, changes=_said(wish))
    return pack


def request_copy(
    *,
    actor: Actor,
    original: EvidencePack,
    boxes: Mapping[str, Sequence[Mapping[str, object]]],
    hides_plates: bool,
    reason: str,
    at: dt.datetime,
) -> EvidencePack:
    """Ask for a copy of a ready pack with parts hidden. Raises NotReady, NeedsReason, BadPack."""
    if not reason.strip():
        raise NeedsReason
    if not hides_plates and not any(boxes.values()):
        raise BadPack("nothing_hidden", _("Say what to hide: plates, or a rectangle."))
    with transaction.atomic():
        found = EvidencePack.objects.select_for_update().get(pk=original.pk)
        if found.state != State.READY or found.kind != Kind.ORIGINAL:
            raise NotReady
        said = ("case_number", "requester", "about_type", "about_id", "begin", "end", "expires_on")
        copy = EvidencePack.objects.create(
            number=_next_number(at),
            kind=Kind.MASKED_COPY,
            original=found,
            reason=reason.strip()[:300],
            boxes={code: list(some) for code, some in boxes.items()},
            hides_plates=hides_plates,
            asked_by=actor.label[:200],
            asked_key=key_of(actor),
            asked_at=at,
            **{name: getattr(found, name) for name in said},
        )
        copy.cameras.set(found.cameras.all())
        changes = {"original": found.number, "hides_plates": hides_plates}
        _enter(copy, Act.REQUESTED, "evidence.requested", actor, at, copy.reason, changes=changes)
    return copy


def take_out(*, pack: EvidencePack, actor: Actor, recipient: str, reason: str, at: dt.datetime) -> Path:
    """The pack's file, for somebody and a reason, both written down. Raises NotReady, NeedsReason."""
    if not reason.strip() or not recipient.strip():
        raise NeedsReason
    with transaction.atomic():
        found = EvidencePack.objects.select_for_update().get(pk=pack.pk)
        path = path_of(found)
        if found.state != State.READY or not path.is_file():
            raise NotReady
        _enter(found, Act.DOWNLOADED, "evidence.downloaded", actor, at, reason, recipient)
    return path


def hand_over(*, pack: EvidencePack, actor: Actor, recipient: str, reason: str, at: dt.datetime) -> None:
    """Write down that a medium with the pack went from hand to hand. Raises NeedsReason."""
    if not reason.strip() or not recipient.strip():
        raise NeedsReason
    with transaction.atomic():
        _enter(pack, Act.HANDED_OVER, "evidence.handed_over", actor, at, reason, recipient)


def note_printed(*, pack: EvidencePack, actor: Actor, at: dt.datetime) -> None:
    """Write down that the custody form was printed."""
    with transaction.atomic():
        _enter(pack, Act.PRINTED, "evidence.form_printed", actor, at)


def note_seen(*, pack: EvidencePack, code: str, actor: Actor, at: dt.datetime) -> None:
    """Write into the audit log that a still of a camera was looked at; nothing left the house."""
    with transaction.atomic():
        target = Target("evidence", pack.pk, f"{pack.number} {pack.case_number}")
        changes = {"camera": code}
        record(actor=actor, verb="evidence.seen", target=target, changes=changes, reason=pack.reason, at=at)


def note_checked(*, pack: EvidencePack, actor: Actor, bad: Mapping[str, str], at: dt.datetime) -> None:
    """Write down what the verifier said of a file that claims to be this pack."""
    words = ", ".join(f"{name}: {what}" for name, what in list(bad.items())[:10]) or "WHOLE"
    with transaction.atomic():
        _enter(pack, Act.CHECKED, "evidence.checked", actor, at, words)


def try_again(*, pack: EvidencePack, actor: Actor, at: dt.datetime) -> None:
    """Put a pack that could not be made in the queue again; another state is left as it is."""
    with transaction.atomic():
        failed = EvidencePack.objects.filter(pk=pack.pk, state=State.FAILED)
        if failed.update(state=State.QUEUED, failure="", attempts=0, progress=0):
            pack.refresh_from_db()
            _enter(pack, Act.REQUESTED, "evidence.tried_again", actor, at)


def delete_expired(*, at: dt.datetime) -> int:
    """Delete the files whose day is over; rows, custody and digests stay. Returns how many."""
    gone = 0
    for pack in EvidencePack.objects.over(timezone.localdate(at)).order_by("pk"):
        with transaction.atomic():
            if EvidencePack.objects.filter(pk=pack.pk, state=State.READY).update(state=State.EXPIRED):
                _enter(pack, Act.DELETED, "evidence.deleted", KEEPER, at)
                gone += 1
        path_of(pack).unlink(missing_ok=True)
    return gone


def path_of(pack: EvidencePack) -> Path:
    """Where a pack's file is."""
    return Path(settings.EVIDENCE_ROOT) / (pack.file_name or "none")


def enter_made(*, pack: EvidencePack, at: dt.datetime) -> None:
    """The builder's line, inside the builder's transaction."""
    changes = {"sha256": pack.sha256, "manifest_sha256": pack.manifest_sha256, "bytes": pack.bytes}
    _enter(pack, Act.MADE, "evidence.made", KEEPER, at, changes=changes)


def key_of(actor: Actor) -> str:
    """The principal's key (`user:7`), empty for a program."""
    return f"{actor.kind.lower()}:{actor.id}" if actor.id else ""


def _check(wish: Wish, at: dt.datetime) -> None:
    if not wish.cameras:
        raise BadPack("no_camera", _("Choose at least one camera."))
    if len(wish.cameras) > MOST_CAMERAS:
        raise BadPack("many_cameras", _("At most %(most)d cameras in one pack.") % {"most": MOST_CAMERAS})
    if wish.end <= wish.begin:
        raise BadPack("bad_span", _("The end lies before the beginning."))
    if wish.end - wish.begin > LONGEST:
        raise BadPack("long_span", _("At most 24 hours in one pack. Make several."))
    if wish.end > at:
        raise BadPack(
            "future", _("The end has not come yet. Lock the recordings now and make the pack later.")
        )
    if not wish.reason.strip() or not wish.case_number.strip() or not wish.requester.strip():
        raise BadPack("reason_missing", _("Write the case, who asks, and why."))
    if wish.keep_until > timezone.localdate(at + LONGEST_KEPT):
        raise BadPack("kept_long", _("At most a year. Lengthen it when the day has come."))


def _next_number(at: dt.datetime) -> str:
    """`EV-2569-0012`: counted in each Buddhist year, without holes, since the lock lasts until the commit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('ccoc.evidence.number'))")
    prefix = f"EV-{timezone.localdate(at).year + BUDDHIST_OFFSET}-"
    last = EvidencePack.objects.all().last_number(prefix)
    return f"{prefix}{int(last.removeprefix(prefix) or 0) + 1:04d}"


def _said(wish: Wish) -> dict[str, object]:
    return {
        "cameras": [camera.code for camera in wish.cameras],
        "begin": iso(wish.begin),
        "end": iso(wish.end),
        "case_number": wish.case_number,
        "requester": wish.requester,
        "keep_until": wish.keep_until.isoformat(),
    }


def _enter(
    pack: EvidencePack,
    act: Act,
    verb: str,
    actor: Actor,
    at: dt.datetime,
    reason: str = "",
    recipient: str = "",
    changes: Mapping[str, object] | None = None,
) -> None:
    """One line of custody and its entry in the audit log."""
    told = dict(changes or {}) | ({"recipient": recipient.strip()} if recipient.strip() else {})
    entry = record(
        actor=actor,
        verb=verb,
        target=Target("evidence", pack.pk, f"{pack.number} {pack.case_number}"),
        changes=told,
        reason=reason.strip(),
        at=at,
    )
    CustodyEntry.objects.create(
        pack=pack,
        at=at,
        act=act,
        by=actor.label[:200],
        by_key=key_of(actor),
        recipient=recipient.strip()[:200],
        reason=reason.strip()[:500],
        sha256=pack.sha256,
        audit=entry,
    )
