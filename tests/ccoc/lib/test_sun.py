import datetime as dt

import pytest

from ccoc.lib.sun import elevation_deg

PHITSANULOK = (16.82, 100.26)


def at(year: int, month: int, day: int, hour: int, minute: int) -> float:
    return dt.datetime(year, month, day, hour, minute, tzinfo=dt.UTC).timestamp()


@pytest.mark.parametrize(
    ("place", "moment", "expected"),
    [
        (PHITSANULOK, at(2026, 3, 20, 5, 26), 73.1),  # noon of an equinox: 90 less the latitude
        (PHITSANULOK, at(2026, 6, 21, 5, 21), 83.4),  # the sun stands north of the city
        ((51.48, 0.0), at(2024, 6, 20, 12, 2), 61.96),
        (PHITSANULOK, at(2026, 11, 23, 23, 30), -0.3),  # sunrise at half past six
        (PHITSANULOK, at(2026, 11, 23, 17, 10), -86.4),
    ],
)
def test_elevation_deg_at_known_moments(place: tuple[float, float], moment: float, expected: float) -> None:
    assert elevation_deg(*place, moment) == pytest.approx(expected, abs=1.0)
