"""The 78 names that stand on plates: 77 provinces and เบตง, with their three numberings.

Codes are the letters common in open data sets; numbers are the ministry's (TIS 1099, ISO 3166-2:TH). The
two- or three-digit code at the top right of a truck plate is another numbering, read from plates by eye:
use it as a second reader of the province, never as the only one. เบตง is a district of ยะลา whose plates
carry its own name; it has no official letters or number, `BTG` is ours.
"""

import unicodedata
from dataclasses import dataclass
from typing import Final

_ROWS: Final = """
BKK 10 กรุงเทพมหานคร 01|SPK 11 สมุทรปราการ 18|NBI 12 นนทบุรี 17|PTE 13 ปทุมธานี 16
AYA 14 พระนครศรีอยุธยา 15|ATG 15 อ่างทอง 13|LRI 16 ลพบุรี 12|SBR 17 สิงห์บุรี 11
CNT 18 ชัยนาท 10|SRI 19 สระบุรี 14|CBI 20 ชลบุรี 23|RYG 21 ระยอง 24
CTI 22 จันทบุรี 25|TRT 23 ตราด -|CCO 24 ฉะเชิงเทรา 22|PRI 25 ปราจีนบุรี 21
NYK 26 นครนายก 26|SKW 27 สระแก้ว 27|NMA 30 นครราชสีมา 35|BRM 31 บุรีรัมย์ 34
SRN 32 สุรินทร์ 36|SSK 33 ศรีสะเกษ 33|UBN 34 อุบลราชธานี 32|YST 35 ยโสธร 31
CPM 36 ชัยภูมิ 30|ACR 37 อำนาจเจริญ -|BKN 38 บึงกาฬ -|NBP 39 หนองบัวลำภู 401
KKN 40 ขอนแก่น 45|UDN 41 อุดรธานี 42|LEI 42 เลย 41|NKI 43 หนองคาย 40
MKM 44 มหาสารคาม 47|RET 45 ร้อยเอ็ด 48|KSN 46 กาฬสินธุ์ 46|SNK 47 สกลนคร -
NPM 48 นครพนม 43|MDH 49 มุกดาหาร 49|CMI 50 เชียงใหม่ 52|LPN 51 ลำพูน 55
LPG 52 ลำปาง 56|UTT 53 อุตรดิตถ์ -|PRE 54 แพร่ -|NAN 55 น่าน -
PYO 56 พะเยา 53|CRI 57 เชียงราย -|MSN 58 แม่ฮ่องสอน -|NSN 60 นครสวรรค์ 67
UTI 61 อุทัยธานี 68|KPT 62 กำแพงเพชร 64|TAK 63 ตาก 62|STI 64 สุโขทัย 61
PLK 65 พิษณุโลก 63|PCT 66 พิจิตร 65|PNB 67 เพชรบูรณ์ 66|RBR 70 ราชบุรี 73
KRI 71 กาญจนบุรี 71|SPB 72 สุพรรณบุรี 70|NPT 73 นครปฐม 72|SKN 74 สมุทรสาคร 74
SKM 75 สมุทรสงคราม 75|PBI 76 เพชรบุรี 76|PKN 77 ประจวบคีรีขันธ์ 77|NRT 80 นครศรีธรรมราช 84
KBI 81 กระบี่ -|PNA 82 พังงา -|PKT 83 ภูเก็ต 86|SNI 84 สุราษฎร์ธานี 82
RNG 85 ระนอง -|CPN 86 ชุมพร -|SKA 90 สงขลา 92|STN 91 สตูล -
TRG 92 ตรัง 91|PLG 93 พัทลุง -|PTN 94 ปัตตานี -|YLA 95 ยะลา -
NWT 96 นราธิวาส -|BTG - เบตง -
"""


@dataclass(frozen=True, slots=True)
class Province:
    """One name on a plate. `number` and `truck_code` are None where none is known."""

    code: str
    name: str
    number: int | None
    truck_code: str | None


def _parse(cell: str) -> Province:
    code, number, name, truck_code = cell.split()
    return Province(
        code=code,
        name=name,
        number=None if number == "-" else int(number),
        truck_code=None if truck_code == "-" else truck_code,
    )


TABLE: Final = tuple(_parse(cell) for line in _ROWS.strip().splitlines() for cell in line.split("|"))
"""Every province in the ministry's order, เบตง last. The order is also the reader's output order."""

PROVINCES: Final[dict[str, str]] = {province.code: province.name for province in TABLE}
"""Code to official Thai name, 78 values."""

BY_CODE: Final[dict[str, Province]] = {province.code: province for province in TABLE}
CODE_BY_NAME: Final[dict[str, str]] = {province.name: province.code for province in TABLE}
CODE_BY_TRUCK_CODE: Final[dict[str, str]] = {
    province.truck_code: province.code for province in TABLE if province.truck_code
}


def belongs(truck_code: str, code: str) -> bool:
    """Tell whether a truck of the province `code` may carry this truck code.

    18 provinces have codes that are not known yet: any code that is no other province's may be theirs.
    """
    own = BY_CODE[code].truck_code
    return truck_code == own if own else truck_code not in CODE_BY_TRUCK_CODE


_SEARCHED_TOGETHER: Final = frozenset({"YLA", "BTG"})


def searched_with(code: str) -> frozenset[str]:
    """Return the codes to search for when looking for `code`: เบตง stands in place of ยะลา."""
    return _SEARCHED_TOGETHER if code in _SEARCHED_TOGETHER else frozenset({code})


_TITLES: Final = ("จังหวัด", "จ.")
_SHORT: Final = {
    "กทม": "BKK",
    "กทม.": "BKK",
    "กรุงเทพ": "BKK",
    "กรุงเทพฯ": "BKK",
    "อยุธยา": "AYA",
    "โคราช": "NMA",
}
"""Ways in which other readers and people write a name; the rest is the official name or our code."""


def code_of(words: str) -> str | None:
    """Return the code of a province as others write it: our code, its name, with a title, or short."""
    plain = "".join(unicodedata.normalize("NFC", words).split())
    if plain.upper() in PROVINCES:
        return plain.upper()
    for title in _TITLES:
        plain = plain.removeprefix(title)
    return CODE_BY_NAME.get(plain) or _SHORT.get(plain)
