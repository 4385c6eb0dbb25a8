"""What is asked of cameras from outside their worker: alerts and holds that make them record."""

import datetime as dt
from collections.abc import Collection

from cameras.recording.models import Demand


def wanted_until(camera_ids: Collection[int], *, at: dt.datetime) -> dict[str, float]:
    """For how many seconds from `at` something still happens at these cameras, by code."""
    rows = Demand.objects.filter(camera_id__in=camera_ids, until__gt=at)
    found = rows.values_list("camera__code", "until")
    return {code: (until - at).total_seconds() for code, until in found}
