"""READ-ME.html of a pack: plays the clips side by side without a network, and says how to check the pack."""

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template

from cameras.evidence.jobs import MASKED_COPY, Job, bangkok, moment
from cameras.evidence.verify import grouped
from ccoc.lib.dates_th import format_date

_TEMPLATE = Path(__file__).with_name("page.html")
_STYLE = Path(__file__).with_name("page.css")
# Thai letters for computers that have none; the face's licence (OFL 1.1) lets documents carry it.
_FACE = (
    Path(__file__)
    .parents[2]
    .joinpath("static/vendor/ibm-plex-sans-thai-5.3.0/files/ibm-plex-sans-thai-thai-400-normal.woff2")
)
Entries = Sequence[Mapping[str, object]]
STATES = {
    "AS_RECORDED": ("ตรงกับที่บันทึก", "as recorded"),
    "CHANGED": ("ไม่ตรงกับที่บันทึก", "NOT as recorded"),
    "GONE": ("ไม่พบไฟล์", "file not there"),
    "UNREADABLE": ("อ่านไม่ได้", "unreadable"),
}


def page(job: Job, clips: Entries, stills: Entries, sources: Entries, notes: Mapping[str, str]) -> bytes:
    """The page as UTF-8."""
    begin, end = moment(job["begin"]), moment(job["end"])
    data = {
        "begin": round(begin.timestamp() * 1000),
        "end": round(end.timestamp() * 1000),
        "cameras": [{"code": camera["code"], "name": camera["name"]} for camera in job["cameras"]],
        "clips": [_clip(clip) for clip in clips],
        "gaps": [
            {"camera": camera["code"], "begin": _ms(gap["begin"]), "end": _ms(gap["end"])}
            for camera in job["cameras"]
            for gap in camera["gaps"]
        ],
    }
    values = {
        "face": _face(),
        "style": _STYLE.read_text("utf-8"),
        "pack": escape(job["pack"]),
        "station": escape(job["station"]),
        "copy": _COPY if job["kind"] == MASKED_COPY else "",
        "facts": "".join(_facts(job)),
        "notes": f"<p>{escape(notes['th'])}</p><p lang=en>{escape(notes['en'])}</p>",
        "gaps": "".join(_gap_rows(job))
        or "<tr><td colspan=4>ไม่มีช่วงที่ขาด <span lang=en>No gaps</span></td></tr>",
        "stills": "".join(_still(still) for still in stills),
        "sources": "".join(_source(source) for source in sources),
        "reads": "".join(_read_rows(job)) or _NONE,
        "fingerprint": grouped(job["key"]["fingerprint"]),
        # "<" would end the script element; "\u003c" is the same text to JSON.
        "data": json.dumps(data, ensure_ascii=False).replace("<", "\\u003c"),
    }
    return Template(_TEMPLATE.read_text("utf-8")).substitute(values).encode()


_NONE = "<tr><td colspan=5>ไม่มี <span lang=en>None</span></td></tr>"
_COPY = (
    '<p class="copy">สำเนาที่ปิดบังภาพบางส่วน เข้ารหัสภาพใหม่ ไม่ใช่ต้นฉบับ '
    "<span lang=en>A copy with parts hidden, encoded again: not the original</span></p>"
)


def _face() -> str:
    """The Thai face as base64, empty where the portal's own files are not at hand."""
    return base64.b64encode(_FACE.read_bytes()).decode() if _FACE.is_file() else ""


def _facts(job: Job) -> Iterable[str]:
    rows = (
        ("ช่วงเวลา (เวลาไทย)", "Span, Thai time", f"{_thai(job['begin'])} – {_thai(job['end'])}"),
        ("เลขคดี", "Case", job["case"]),
        ("เหตุผล", "Reason", job["reason"]),
        ("ผู้ขอ", "Requested by", job["requester"]),
        ("จัดทำโดย", "Made by", job["made_by"]),
        ("จัดทำเมื่อ", "Made", _thai(job["made_at"])),
        ("กล้อง", "Cameras", ", ".join(f"{camera['code']} {camera['name']}" for camera in job["cameras"])),
    )
    for thai, english, value in rows:
        yield f"<dt>{thai} <span lang=en>{english}</span></dt><dd>{escape(value) or '–'}</dd>"


def _gap_rows(job: Job) -> Iterable[str]:
    for camera in job["cameras"]:
        for gap in camera["gaps"]:
            words = f"{escape(gap['words']['th'])} <span lang=en>{escape(gap['words']['en'])}</span>"
            yield (
                f"<tr><td>{escape(camera['code'])}</td><td>{_thai(gap['begin'])}</td>"
                f"<td>{_thai(gap['end'])}</td><td>{words}</td></tr>"
            )


def _read_rows(job: Job) -> Iterable[str]:
    for read in job["reads"]:
        cells = (_thai(read["at"]), read["camera"], read["text"], read["province"])
        shares = f"{read['text_confidence']:.0%} / {read['province_confidence']:.0%}"
        yield "<tr>" + "".join(f"<td>{escape(cell) or '–'}</td>" for cell in (*cells, shares)) + "</tr>"


def _still(still: Mapping[str, object]) -> str:
    path, words = escape(str(still["path"])), f"{escape(str(still['camera']))} {_thai(str(still['at']))}"
    picture = f'<a href="{path}"><img src="{path}" alt="{words}" loading=lazy></a>'
    return f"<figure>{picture}<figcaption>{words}</figcaption></figure>"


def _source(source: Mapping[str, object]) -> str:
    thai, english = STATES[str(source["state"])]
    digest, missing = escape(str(source["sha256"])), source["missing_ms"]
    lost = f"<br>ขาด {missing} มิลลิวินาที <span lang=en>{missing} ms missing inside</span>" if missing else ""
    return (
        f"<tr><td>{escape(str(source['camera']))}</td><td>{_thai(str(source['begin']))}</td>"
        f"<td>{thai} <span lang=en>{english}</span>{lost}</td><td class=digest>{digest}</td></tr>"
    )


def _clip(clip: Mapping[str, object]) -> dict[str, object]:
    pieces = clip["pieces"]
    assert isinstance(pieces, list)  # noqa: S101 - our own entry
    return {
        "camera": clip["camera"],
        "path": clip["path"],
        "begin": _ms(str(clip["begin"])),
        "end": _ms(str(clip["end"])),
        "pieces": [[piece["at_ms"], _ms(piece["begin"])] for piece in pieces],
    }


def _ms(text: str) -> int:
    return round(moment(text).timestamp() * 1000)


def _thai(text: str) -> str:
    """`23 พ.ย. 2569 21:47:12` in Thai time."""
    local = moment(bangkok(moment(text)))
    return f"{format_date(local.date())} {local:%H:%M:%S}"
