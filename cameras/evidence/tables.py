"""Plate reads and the timeline as files that a spreadsheet opens and a program reads."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence

from cameras.evidence.jobs import Job, Mark, Read, bangkok, moment
from ccoc.lib.cells import plain

BYTE_ORDER_MARK = "\ufeff"  # without it Excel reads Thai as Latin
READ_HEAD = (
    *("at_utc", "at_bangkok", "camera", "plate", "province", "class", "text_confidence"),
    *("province_confidence", "accepted", "read_id"),
)
MARK_HEAD = ("at_utc", "at_bangkok", "camera", "kind", "th", "en")


def canonical(value: object) -> bytes:
    """JSON with one way to write it: keys sorted, no spaces, UTF-8, a line's end at the end."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return f"{text}\n".encode()


def reads_csv(reads: Iterable[Read]) -> bytes:
    return _csv(READ_HEAD, [_read_row(read) for read in reads])


def marks_csv(marks: Iterable[Mark]) -> bytes:
    return _csv(MARK_HEAD, [_mark_row(mark) for mark in marks])


def timeline(job: Job, clips: Iterable[Mapping[str, object]]) -> list[Mark]:
    """Everything with its moment, in order: clips, gaps, reads, and what the portal knew."""
    found: list[Mark] = list(job["marks"])
    for clip in clips:
        words = {"th": f"เริ่มคลิป {clip['path']}", "en": f"Clip {clip['path']} begins"}
        found.append(_mark(str(clip["begin"]), str(clip["camera"]), "CLIP", words))
    for camera in job["cameras"]:
        for gap in camera["gaps"]:
            words = {"th": f"ไม่มีภาพ: {gap['words']['th']}", "en": f"No picture: {gap['words']['en']}"}
            found.append(_mark(gap["begin"], camera["code"], "GAP", words))
    for read in job["reads"]:
        plate = f"{read['text']} {read['province']}".strip()
        words = {"th": f"อ่านป้าย {plate}", "en": f"Plate read {plate}"}
        found.append(_mark(read["at"], read["camera"], "PLATE", words))
    return sorted(found, key=lambda mark: (moment(mark["at"]), mark["camera"], mark["kind"]))


def _mark(at: str, camera: str, kind: str, words: Mapping[str, str]) -> Mark:
    return Mark(at=at, camera=camera, kind=kind, words={"th": words["th"], "en": words["en"]})


def _read_row(read: Read) -> Sequence[object]:
    return (
        *(read["at"], bangkok(moment(read["at"])), read["camera"], read["text"], read["province"]),
        *(read["plate_class"], f"{read['text_confidence']:.3f}", f"{read['province_confidence']:.3f}"),
        *("yes" if read["is_accepted"] else "no", read["read_id"]),
    )


def _mark_row(mark: Mark) -> Sequence[object]:
    at = bangkok(moment(mark["at"]))
    return mark["at"], at, mark["camera"], mark["kind"], mark["words"]["th"], mark["words"]["en"]


def _csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows([plain(str(value)) for value in row] for row in rows)
    return (BYTE_ORDER_MARK + text.getvalue()).encode()
