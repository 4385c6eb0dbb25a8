"""What of the streams' state is worth a row in the database, and when."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cameras.querysets import HealthReport
from cameras.streams.camera import CameraStatus
from cameras.streams.health import UNUSABLE

EVERYTHING_EVERY_S = 5.0  # a camera whose state stays is told this often; a change is told at once


@dataclass(slots=True)
class _Told:
    state: tuple[str, str, int]
    units: int
    at_s: float


class HealthBook:
    """Remembers what was told of each camera. Times are of the monotonic clock."""

    def __init__(self) -> None:
        self._told: dict[int, _Told] = {}

    def due(
        self,
        statuses: Iterable[CameraStatus],
        ids: Mapping[str, int],
        epochs: Mapping[int, int],
        moving: Mapping[str, bool],
        *,
        now_s: float,
    ) -> list[HealthReport]:
        """Reports of the cameras that changed or whose turn it is. `ids` by code, `epochs` by id."""
        found = []
        for status in statuses:
            camera_id = ids.get(status.source.code)
            epoch = epochs.get(camera_id) if camera_id is not None else None
            if camera_id is None or epoch is None:
                continue
            state = (str(status.health), status.reason, epoch)
            told = self._told.get(camera_id)
            if told is None or told.state != state or now_s - told.at_s >= EVERYTHING_EVERY_S:
                is_moving = moving.get(status.source.code, False)
                found.append(_report(camera_id, epoch, status, told, now_s, has_motion=is_moving))
                self._told[camera_id] = _Told(state, status.counters.units, now_s)
        return found

    def forget(self, camera_ids: Iterable[int]) -> None:
        """Tell these again at the next turn: their report was not kept, or they are read no longer."""
        for camera_id in camera_ids:
            self._told.pop(camera_id, None)


def _report(
    camera_id: int, epoch: int, status: CameraStatus, told: _Told | None, now_s: float, *, has_motion: bool
) -> HealthReport:
    counters = status.counters
    passed_s = now_s - told.at_s if told else 0.0
    fps = (counters.units - told.units) / passed_s if told and passed_s > 0 else 0.0
    return HealthReport(
        camera_id=camera_id,
        epoch=epoch,
        health=str(status.health),
        reason=status.reason[:80],
        since=_moment(status.since),
        last_picture_at=_moment(status.last_unit_at) if status.last_unit_at else None,
        has_motion=has_motion,
        fps=round(max(fps, 0.0), 1),
        gaps=counters.gaps,
        reconnects=counters.reconnects,
        fault=fault_of(status.reason),
    )


def fault_of(reason: str) -> str:
    """The gravest fault of the picture among the conditions of a stream, empty where it is usable."""
    conditions = reason.split()
    return next((str(fault) for fault in UNUSABLE if fault in conditions), "")


def _moment(unix_s: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(unix_s, dt.UTC)
