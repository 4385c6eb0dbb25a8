"""Fixtures of the tests of this room."""

from collections.abc import Callable

import pytest

from alerts.models import Alert
from alerts.services import Source, raise_alert
from incidents.models import Unit
from incidents.services import PointFields, UnitFields, add_point, save_unit
from tests.incidents.moments import AT, OFFICER, MakePoint, Pillar


@pytest.fixture
def make_point(db: None) -> MakePoint:
    """A pillar set up at `AT`: `make_point("SOS-01")`."""

    def make(code: str = "SOS-01") -> Pillar:
        fields = PointFields(code, "ตลาดสด", "เสาหน้าตลาดบ้านคลอง", 16.82, 100.26)
        point, secret = add_point(fields=fields, by=OFFICER, at=AT)
        return Pillar(point, secret)

    return make


@pytest.fixture
def pillar(make_point: MakePoint) -> Pillar:
    return make_point()


@pytest.fixture
def make_unit(db: None) -> Callable[[str], Unit]:
    def make(code: str = "M-34") -> Unit:
        fields = UnitFields(code, f"จยย. {code}", "MOTORCYCLE")
        return save_unit(unit=None, fields=fields, by=OFFICER, at=AT)

    return make


@pytest.fixture
def make_alert(db: None) -> Callable[..., Alert]:
    def make(kind: str = "SOS", key: str = "SOS-01") -> Alert:
        return raise_alert(
            kind=kind,
            priority=1 if kind == "SOS" else 2,
            dedupe_key=f"{kind}:{key}",
            subject=f"{kind} {key}",
            place="หน้าตลาด",
            source=Source("test", key),
            actor=OFFICER,
            at=AT,
        )

    return make
