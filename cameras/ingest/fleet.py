"""The cameras that one worker reads: hub and decoders, kept in step with the leases. One event loop only."""

import time
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType

from cameras import pictures
from cameras.ingest.leases import Share
from cameras.ingest.sources import Reading
from cameras.streams.camera import CameraStatus, HubRules
from cameras.streams.decoding import DecoderPool, PoolRules, SceneSpec
from cameras.streams.fanout import Subscription
from cameras.streams.health import UNUSABLE, Condition, HealthChange
from cameras.streams.hub import Hub
from cameras.streams.results import DecoderResult, Finding, KeyPicture
from cameras.streams.units import AccessUnit, StreamSource

# A camera's key pictures are not decoded more often than this: each second while somebody watches its
# still, each other second for the contact sheet, whose promise is 5 s. Decoding is most of the cost.
WATCHED_INTERVAL_S = 0.8
SHEET_INTERVAL_S = 1.8
LIVE_CAPACITY = 256  # the ring's longest group of pictures, and what comes while it is muxed
DECODERS = 2  # a worker: one for key pictures, one for plate lanes
UNSEEN_S = 20.0  # twice the longest key picture interval that cameras are set to
_SEEN_IN_PICTURES = tuple(condition for condition in UNUSABLE if condition is not Condition.UNDECODABLE)


class Fleet:
    """Streams held open and looked at. An asynchronous context manager."""

    def __init__(
        self,
        rules: HubRules,
        on_picture: Callable[[KeyPicture], None],
        on_finding: Callable[[Finding], None],
        *,
        on_unit: Callable[[AccessUnit], None] = lambda unit: None,
        on_change: Callable[[HealthChange], None] = lambda change: None,
        on_views: Callable[[Path, bytes], None] = lambda path, data: None,
    ) -> None:
        self.readings: dict[int, Reading] = {}
        self.ids: dict[str, int] = {}
        self.moving: dict[str, bool] = {}
        self._last_key_s: dict[str, float] = {}
        self._watched_until_s: dict[str, float] = {}
        self._seen_s: dict[str, float] = {}
        self._on_picture, self._on_finding = on_picture, on_finding
        self._on_unit, self._on_views = on_unit, on_views
        self._hub = Hub(self._took, on_change, rules=rules)
        rules_of_pool = PoolRules(workers=DECODERS, thumb=pictures.THUMB_SIZE)
        self._pool = DecoderPool(self._found, rules=rules_of_pool)
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> "Fleet":
        await self._stack.enter_async_context(self._pool)
        await self._stack.enter_async_context(self._hub)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    def statuses(self) -> list[CameraStatus]:
        """State of every stream that is looked at, whether its lease is still ours or not."""
        return [status for status in self._hub.statuses() if self._is_looked_at(status.source)]

    def to_load(self, share: Share) -> list[int]:
        """Cameras of the share that are not read as the register now says."""
        return [
            camera for camera, revision in share.revisions.items() if not self._is_current(camera, revision)
        ]

    def drop_all_but(self, share: Share) -> list[int]:
        """Let go of cameras that are not in the share; their ids."""
        gone = [camera for camera in self.readings if camera not in share.epochs]
        for camera in gone:
            self._drop(self.readings[camera])
        return gone

    def read(self, reading: Reading) -> None:
        """Open a camera, or follow its change; one that is read as before is not disturbed."""
        before = self.readings.get(reading.camera_id)
        is_same = before is not None and _opened_alike(before, reading)
        if before is not None and not is_same:
            self._drop(before)
        self.readings[reading.camera_id] = reading
        self.ids[reading.source.code] = reading.camera_id
        if not is_same:
            views = pictures.views_path(reading.source.code, reading.view_no)
            self._pool.judge(reading.source.code, SceneSpec(str(views), reading.turns))
            for source in reading.streams:
                self._hub.add(source)
            if reading.lane is not None:
                self._pool.open_lane(reading.source.code, reading.lane)

    def doubt_unseen(self, now_s: float) -> None:
        """A stream of which no picture could be made for long is poor, however lively its packets are."""
        for status in self.statuses():
            source = status.source
            if not status.health.is_up:
                self._seen_s[source.code] = now_s
            elif now_s - self._seen_s.setdefault(source.code, now_s) > UNSEEN_S:
                self._hub.mark(source.code, Condition.UNDECODABLE, is_present=True, role=source.role)

    def subscribe(self, code: str) -> Subscription | None:
        """Pictures of a camera from its newest key picture on; None for one that is not read here."""
        reading = self.readings.get(self.ids.get(code, 0))
        if reading is None:
            return None
        return self._hub.subscribe(code, reading.source.role, capacity=LIVE_CAPACITY)

    def watch(self, codes: Iterable[str], until_s: float) -> None:
        """Make stills of these until this monotonic time."""
        for code in codes:
            self._watched_until_s[code] = until_s
            self._pool.watch(code, until_s)

    def want_stills(self, codes: Iterable[str], until_s: float) -> None:
        """Make stills of these until this monotonic time, but look no more often for it."""
        for code in codes:
            self._pool.watch(code, max(until_s, self._watched_until_s.get(code, 0.0)))

    def _is_looked_at(self, source: StreamSource) -> bool:
        """Not so the full picture that is only recorded."""
        reading = self.readings.get(self.ids.get(source.code, 0))
        return reading is None or source.role is reading.source.role

    def _is_current(self, camera: int, revision: int) -> bool:
        reading = self.readings.get(camera)
        return reading is not None and reading.revision == revision

    def _drop(self, reading: Reading) -> None:
        code = reading.source.code
        for source in reading.streams:
            self._hub.remove(code, source.role)
        self._pool.forget(code)
        del self.readings[reading.camera_id]
        self.ids.pop(code, None)
        self.moving.pop(code, None)
        self._last_key_s.pop(code, None)
        self._watched_until_s.pop(code, None)
        self._seen_s.pop(code, None)

    def _took(self, unit: AccessUnit) -> None:
        """A picture of the hub: to the decoders where one of their jobs may need it."""
        self._on_unit(unit)
        reading = self.readings.get(self.ids.get(unit.code, 0))
        if reading is None or unit.role is not reading.source.role:
            return
        if reading.lane is None:
            if not unit.is_key or not self._is_due(unit):
                return
            self._last_key_s[unit.code] = unit.arrival_s
        self._pool.offer(unit)

    def _is_due(self, unit: AccessUnit) -> bool:
        is_watched = unit.arrival_s < self._watched_until_s.get(unit.code, 0.0)
        interval_s = WATCHED_INTERVAL_S if is_watched else SHEET_INTERVAL_S
        return unit.arrival_s - self._last_key_s.get(unit.code, 0.0) >= interval_s

    def _found(self, result: DecoderResult) -> None:
        reading = self.readings.get(self.ids.get(result.code, 0))
        if reading is None:
            return  # let go while the decoder was busy
        if isinstance(result, Finding):
            self._on_finding(result)
        elif isinstance(result, KeyPicture):
            self._saw(reading, result)
        elif result.is_undecodable:
            self._mark(reading, Condition.UNDECODABLE, is_present=True)

    def _saw(self, reading: Reading, picture: KeyPicture) -> None:
        self.moving[picture.code] = picture.is_moving
        self._seen_s[picture.code] = time.monotonic()
        for condition in _SEEN_IN_PICTURES:
            self._mark(reading, condition, is_present=condition in picture.conditions)
        self._mark(reading, Condition.UNDECODABLE, is_present=False)
        if picture.memory is not None:
            self._on_views(pictures.views_path(picture.code, reading.view_no), picture.memory)
        self._on_picture(picture)

    def _mark(self, reading: Reading, condition: Condition, *, is_present: bool) -> None:
        source = reading.source
        self._hub.mark(source.code, condition, is_present=is_present, role=source.role)


def _opened_alike(before: Reading, after: Reading) -> bool:
    """Whether what is held open and judged needs no change."""
    parts = [(one.streams, one.lane, one.view_no, one.turns) for one in (before, after)]
    return parts[0] == parts[1]
