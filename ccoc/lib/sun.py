"""How high the sun stands: whether a dark picture is a fault or the night."""

import math

# Astronomical Almanac, "low precision formulas for the Sun": within 0.01 degree from 1950 to 2050, far
# better than a street with houses needs.
_J2000 = 946_728_000.0  # 2000-01-01 12:00 UTC, unix seconds
_DAY_S = 86_400.0


def elevation_deg(lat: float, lon: float, unix_s: float) -> float:
    """Degrees of the sun's centre above the horizon at a place (WGS 84) and time; below it is negative."""
    days = (unix_s - _J2000) / _DAY_S
    mean = math.radians((357.528 + 0.9856003 * days) % 360)
    longitude = math.radians(
        (280.460 + 0.9856474 * days + 1.915 * math.sin(mean) + 0.020 * math.sin(2 * mean)) % 360
    )
    tilt = math.radians(23.439 - 4e-7 * days)
    declination = math.asin(math.sin(tilt) * math.sin(longitude))
    ascension = math.atan2(math.cos(tilt) * math.sin(longitude), math.cos(longitude))
    sidereal = math.radians((280.46062 + 360.98564737 * days + lon) % 360)
    turned, here = sidereal - ascension, math.radians(lat)
    height = math.sin(here) * math.sin(declination)
    height += math.cos(here) * math.cos(declination) * math.cos(turned)
    return math.degrees(math.asin(max(-1.0, min(1.0, height))))
