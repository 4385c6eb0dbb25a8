"""Units: where they are and whether they can be sent."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from ccoc.lib.errors import Refused
from ccoc.lib.geo import Point
from events.services import Actor, Broadcast, Target, announce, record
from incidents.models import Unit
from incidents.payloads import unit_payload
from incidents.workflow import UnitState


class UnitIsOut(Refused):
    """A unit that is on its way or on the spot cannot go off duty before its incident is closed."""

    def __init__(self) -> None:
        super().__init__("unit_is_out", _("This unit is out. Close its incident first."))


@dataclass(frozen=True)
class UnitFields:
    """What a person enters about a unit."""

    code: str
    name: str
    kind: str


@transaction.atomic
def save_unit(*, unit: Unit | None, fields: UnitFields, by: Actor, at: dt.datetime) -> Unit:
    """Add a unit, or change what a person entered about `unit`."""
    mine = Unit.objects.select_for_update().get(pk=unit.pk) if unit else Unit()
    before = {"code": mine.code, "name": mine.name, "kind": mine.kind}
    mine.code, mine.name, mine.kind = fields.code, fields.name, fields.kind
    mine.full_clean()
    mine.save()
    after = {"code": mine.code, "name": mine.name, "kind": mine.kind}
    changes = {key: [before[key], after[key]] for key in after if before[key] != after[key]}
    tell(mine, "units.edited" if unit else "units.added", by, at, changes)
    return mine


@transaction.atomic
def set_on_duty(*, unit: Unit, is_on_duty: bool, by: Actor, at: dt.datetime) -> Unit:
    """Put a unit on or off duty. Raises UnitIsOut."""
    mine = Unit.objects.select_for_update().get(pk=unit.pk)
    if mine.state not in {UnitState.FREE, UnitState.OFF}:
        raise UnitIsOut
    before, mine.state = mine.state, UnitState.FREE if is_on_duty else UnitState.OFF
    if before != mine.state:
        mine.save(update_fields=["state"])
        tell(mine, "units.duty_changed", by, at, {"state": [before, mine.state]})
    return mine


@transaction.atomic
def move_unit(*, unit: Unit, point: Point, measured_at: dt.datetime, at: dt.datetime) -> Unit:
    """Take a position; one that is older than the last is ignored. Positions are no audit matter."""
    mine = Unit.objects.select_for_update().get(pk=unit.pk)
    if mine.position_at is not None and measured_at <= mine.position_at:
        return mine
    mine.lat, mine.lon, mine.position_at = point.lat, point.lon, measured_at
    mine.save(update_fields=["lat", "lon", "position_at"])
    announce(Broadcast("units.changed", unit_payload(mine)), at=at)
    return mine


def change_state(unit: Unit, state: str, *, by: Actor, at: dt.datetime) -> None:
    """Move a locked unit; part of a larger transaction."""
    before, unit.state = unit.state, state
    unit.save(update_fields=["state"])
    tell(unit, "units.moved_on", by, at, {"state": [before, state]})


def tell(unit: Unit, verb: str, by: Actor, at: dt.datetime, changes: dict[str, list[str]]) -> None:
    """Record and broadcast."""
    record(
        actor=by,
        verb=verb,
        target=Target("unit", unit.code, str(unit)),
        changes=changes,
        broadcast=Broadcast("units.changed", unit_payload(unit)),
        at=at,
    )
