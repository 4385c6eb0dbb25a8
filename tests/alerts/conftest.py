"""What the tests of alerts share."""

import datetime as dt

import pytest

from alerts.models import Alert
from alerts.services import Source, raise_alert
from ccoc.lib.geo import Point
from tests.alerts.moments import AT, SOURCE, RaiseAlert


@pytest.fixture
def raise_sos(db: None) -> RaiseAlert:
    """Raise a critical alert: `raise_sos("SOS-01")`."""

    def make(code: str = "SOS-01", *, at: dt.datetime = AT, **more: object) -> Alert:
        values: dict[str, object] = {
            "kind": "SOS",
            "priority": 1,
            "dedupe_key": f"sos:{code}",
            "subject": f"SOS {code}",
            "place": "หน้าตลาดบ้านคลอง",
            "point": Point(16.82, 100.26),
            "source": Source("sos_point", code),
            "actor": SOURCE,
        }
        return raise_alert(**{**values, **more}, at=at)  # type: ignore[arg-type] # keywords by name

    return make
