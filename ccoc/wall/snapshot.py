"""All that a wall shows, read at one moment: what events after `seq` are applied to."""

import datetime as dt
from typing import TypedDict

from django.db import transaction

from alerts.models import Alert
from alerts.payloads import AlertPayload, alert_payload
from cameras.models import Camera
from cameras.payloads import CameraPayload, camera_payload
from ccoc.lib.instants import iso
from ccoc.wall.shifts import ShiftPayload, shift_at
from ccoc.wall.station import Station, station
from events.models import OutboxEvent
from incidents.models import Incident, SosPoint, Unit
from incidents.payloads import (
    IncidentPayload,
    SosPointPayload,
    UnitPayload,
    incident_payload,
    sos_payload,
    unit_payload,
)

LOAD_WINDOW = dt.timedelta(hours=1)  # what the load gauge looks back


class Promises(TypedDict):
    """Seconds after which each kind of news counts as old on the wall."""

    sos_s: int
    hit_s: int
    position_s: int
    thumbnail_s: int


PROMISES = Promises(sos_s=2, hit_s=3, position_s=15, thumbnail_s=5)


class Snapshot(TypedDict):
    """Objects by key, each as its room represents it; `raised` holds the last hour's alerts by id."""

    seq: int
    at: str
    station: Station
    promises: Promises
    shift: ShiftPayload
    cameras: dict[str, CameraPayload]
    sos: dict[str, SosPointPayload]
    units: dict[str, UnitPayload]
    alerts: dict[str, AlertPayload]
    incidents: dict[str, IncidentPayload]
    raised: dict[str, str]


@transaction.atomic
def snapshot(at: dt.datetime) -> Snapshot:
    """Everything at `at`, in a number of queries that does not grow with the station.

    `seq` is read first: what commits during the reading is shown here and applied once more by its event,
    which changes nothing. Read last, it would claim events that an earlier query had not seen.
    """
    seq = OutboxEvent.objects.span()[1]
    return Snapshot(
        seq=seq,
        at=iso(at),
        station=station(),
        promises=PROMISES,
        shift=shift_at(at),
        cameras={camera["code"]: camera for camera in camera_payloads()},
        sos={point.code: sos_payload(point) for point in SosPoint.objects.in_use().by_code()},
        units={unit.code: unit_payload(unit) for unit in Unit.objects.by_code()},
        alerts={str(alert.pk): alert_payload(alert) for alert in Alert.objects.on_wall(at)},
        incidents={
            str(incident.pk): incident_payload(incident)
            for incident in Incident.objects.not_closed().with_units()
        },
        raised=_raised_since(at - LOAD_WINDOW),
    )


def camera_payloads() -> list[CameraPayload]:
    """Every camera that is not retired, in code order, in one query."""
    return [camera_payload(camera) for camera in Camera.objects.registered().with_health().by_code()]


def _raised_since(moment: dt.datetime) -> dict[str, str]:
    found = Alert.objects.filter(raised_at__gte=moment).order_by("pk").values_list("pk", "raised_at")
    return {str(pk): iso(raised_at) for pk, raised_at in found}
