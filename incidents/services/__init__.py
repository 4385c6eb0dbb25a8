"""Every write of this room, by noun: SOS points, incidents, units."""

from incidents.services.incidents import (
    NewIncident,
    add_note,
    arrive,
    close_incident,
    dispatch_unit,
    open_incident,
    open_incident_by_hand,
)
from incidents.services.sos import (
    PointFields,
    Recorded,
    add_point,
    clear_press,
    edit_point,
    end_test,
    mark_deaf,
    open_test,
    record_press,
    retire_point,
    rotate_secret,
    secret_of,
)
from incidents.services.units import UnitFields, move_unit, save_unit, set_on_duty

__all__ = [
    "NewIncident",
    "PointFields",
    "Recorded",
    "UnitFields",
    "add_note",
    "add_point",
    "arrive",
    "clear_press",
    "close_incident",
    "dispatch_unit",
    "edit_point",
    "end_test",
    "mark_deaf",
    "move_unit",
    "open_incident",
    "open_incident_by_hand",
    "open_test",
    "record_press",
    "retire_point",
    "rotate_secret",
    "save_unit",
    "secret_of",
    "set_on_duty",
]
