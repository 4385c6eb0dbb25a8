"""The same 183 cameras as a clerk's spreadsheet, and one with twelve rows that are wrong in twelve ways."""

import csv
import io
from collections.abc import Callable, Iterable

from ccoc.demo.fleet import CameraRow

HEADERS = (
    "รหัสกล้อง", "ชื่อที่ตั้ง", "เลขครุภัณฑ์", "หน่วยงานเจ้าของ", "จุดติดตั้ง", "หมายเลขเสา", "ละติจูด", "ลองจิจูด", "ทิศที่หัน",
    "มุมกว้าง", "ระยะเห็น", "ชนิดกล้อง", "ยี่ห้อ", "รุ่น", "สวิตช์", "พอร์ตสวิตช์", "ประกันถึง", "ฐานกฎหมาย", "อ่านป้ายทะเบียน",
    "ในเขตปลอดภัย", "ที่อยู่กล้อง", "หมายเหตุ",
)  # fmt: skip
KINDS = {"FIXED": "คงที่", "PTZ": "หมุนได้", "DOME": "โดม", "LPR": "อ่านป้าย"}
BUDDHIST_ERA = 543
Cells = list[str]


def cells_of(row: CameraRow, rtsp_port: int) -> Cells:
    """One camera as a clerk writes it: Buddhist years, Thai words."""
    until = row.warranty_until
    until_th = f"{until.day:02d}/{until.month:02d}/{until.year + BUDDHIST_ERA}"
    return [
        row.code, row.name, row.asset_no, row.owner, row.site, row.pole_no,
        f"{row.point.lat:.6f}", f"{row.point.lon:.6f}",
        str(row.azimuth_deg), str(row.fov_deg), str(row.range_m), KINDS[row.kind], row.make,
        row.model, row.switch, row.switch_port, until_th,
        row.legal_basis, "ใช่" if row.reads_plates else "ไม่", "ใช่" if row.in_zone else "ไม่",
        f"rtsp://127.0.0.1:{rtsp_port}/{row.code}", row.notes,
    ]  # fmt: skip


def as_csv(rows: Iterable[Cells]) -> str:
    """The text of a CSV file that Thai spreadsheet programs open rightly: with a byte order mark."""
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\r\n")
    writer.writerow(HEADERS)
    writer.writerows(rows)
    return "\ufeff" + sheet.getvalue()


def good_sheet(rows: Iterable[CameraRow], rtsp_port: int = 8554) -> str:
    """All cameras, nothing wrong."""
    return as_csv(cells_of(row, rtsp_port) for row in rows)


def _put(header: str, text: str) -> Callable[[Cells], None]:
    column = HEADERS.index(header)

    def spoil(cells: Cells) -> None:
        cells[column] = text

    return spoil


def _swap_position(cells: Cells) -> None:
    lat, lon = HEADERS.index("ละติจูด"), HEADERS.index("ลองจิจูด")
    cells[lat], cells[lon] = cells[lon], cells[lat]


# Line in the sheet (the first camera is line 2) and what is wrong with it.
FAULTS: dict[int, tuple[str, Callable[[Cells], None]]] = {
    8: ("a code that stands twice", _put("รหัสกล้อง", "C-006")),
    19: ("latitude and longitude swapped", _swap_position),
    31: ("a field of view wider than a circle", _put("มุมกว้าง", "400")),
    44: ("a direction that is no number", _put("ทิศที่หัน", "ตลาด")),
    57: ("a direction beyond the circle", _put("ทิศที่หัน", "412")),
    70: ("a day that does not exist", _put("ประกันถึง", "31/02/2570")),
    83: ("an unknown kind", _put("ชนิดกล้อง", "กล้องวิเศษ")),
    96: ("a latitude with a letter in it", _put("ละติจูด", "16.8O3")),
    118: ("a place far outside the province", _put("ละติจูด", "13.756300")),
    137: ("a password in the address", _put("ที่อยู่กล้อง", "rtsp://admin:12345@127.0.0.1:8554/C-136")),
    150: ("a code with a slash", _put("รหัสกล้อง", "C/149")),
    172: ("an address that is no stream", _put("ที่อยู่กล้อง", "ถามช่าง")),
}


def faulty_sheet(rows: Iterable[CameraRow], rtsp_port: int = 8554) -> str:
    """All cameras, twelve rows spoilt as listed in `FAULTS`."""
    sheet = [cells_of(row, rtsp_port) for row in rows]
    for line, (_, spoil) in FAULTS.items():
        spoil(sheet[line - 2])
    return as_csv(sheet)
