"""Thai dates: Buddhist years are for display and input only; everything stored is Common Era.

Django's Thai locale prints 2026 where the browser prints 2569, so these two functions are the only
place that adds or removes the 543 years.
"""

import datetime as dt
import re

BUDDHIST_OFFSET = 543
FIRST_BUDDHIST_YEAR = 2400  # a four-digit year from here up cannot be meant as Common Era
MONTHS = ("ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.")
_THAI_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_MONTH_NAME = re.compile(r"(\d{1,2})\s+(\S+)\s+(\d{4})")


def format_date(date: dt.date) -> str:
    """`23 พ.ย. 2569`."""
    return f"{date.day} {MONTHS[date.month - 1]} {date.year + BUDDHIST_OFFSET}"


def format_datetime(at: dt.datetime) -> str:
    """`23 พ.ย. 2569 21:47` in the zone that `at` carries."""
    return f"{format_date(at.date())} {at:%H:%M}"


def parse_date(text: str) -> dt.date:
    """Read a date in either era: `01/03/2569`, `1 มี.ค. 2569`, `2026-03-01`, with Thai or Arabic digits.

    Raises ValueError for anything else, including days that do not exist.
    """
    plain = text.strip().translate(_THAI_DIGITS)
    if match := _DAY_FIRST.fullmatch(plain):
        day, month, year = (int(part) for part in match.groups())
    elif match := _YEAR_FIRST.fullmatch(plain):
        year, month, day = (int(part) for part in match.groups())
    elif (match := _MONTH_NAME.fullmatch(plain)) and match[2] in MONTHS:
        day, month, year = int(match[1]), MONTHS.index(match[2]) + 1, int(match[3])
    else:
        raise ValueError(text)
    return dt.date(year - BUDDHIST_OFFSET if year >= FIRST_BUDDHIST_YEAR else year, month, day)
