"""The ingest of one worker: an event loop in a thread that reads this worker's share of the cameras.

Threads beside the loop: one for the leases, so that a slow query elsewhere never delays a take-over; one
for the register, health and the cache; one for picture files; one that hands results over; and those of the
recordings, one of which waits for the database.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

import psycopg
import uvloop
from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections, connections
from django.utils import timezone

from cameras.ingest.fleet import Fleet
from cameras.ingest.handing import ResultDesk
from cameras.ingest.leases import LeaseKeeper, Share
from cameras.ingest.live import serve_live
from cameras.ingest.photos import PictureDesk, store
from cameras.ingest.recorder import STEP_S as RECORD_STEP_S
from cameras.ingest.recorder import Recorder
from cameras.ingest.sources import load_readings
from cameras.ingest.telling import HealthBook
from cameras.querysets import HealthReport
from cameras.services import record_health
from cameras.streams import redaction
from cameras.streams.camera import HubRules
from cameras.streams.memory import keep_freed_memory
from cameras.streams.networks import AllowedNetworks
from cameras.streams.reading import ReadLimits
from cameras.streams.ring import RingLimits
from cameras.watching import watched_among

logger = logging.getLogger(__name__)
LEASE_STEP_S = 0.25  # bounds how long a dead worker's cameras wait for another
TELL_STEP_S = 1.0
PICTURE_STEP_S = 0.25
WATCH_AHEAD_S = 3.0
GOOD_WITHIN_S = 12.0  # the longest key picture interval that cameras are set to, and a bit
RETRY_S = 1.0
STOP_S = 8.0
P = ParamSpec("P")
T = TypeVar("T")


class IngestRunner:
    """Reads cameras from `start` to `stop`; survives the loss of the database and of the cache."""

    def __init__(self, worker: str) -> None:
        self.worker = worker
        self.camera_count = 0
        self._thread = threading.Thread(target=self._run, name="ingest", daemon=True)
        self._ended = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._asked_to_stop = asyncio.Event()
        self._keeper = LeaseKeeper(worker)
        self._results = ResultDesk()
        self._photos = PictureDesk()
        self._recorder = Recorder(worker)
        self._book = HealthBook()
        self._share = Share({}, {})
        self._leases = ThreadPoolExecutor(1, "ingest leases")
        self._database = ThreadPoolExecutor(1, "ingest database")
        self._files = ThreadPoolExecutor(1, "ingest files")
        self._recordings = ThreadPoolExecutor(1, "ingest recordings")

    def start(self) -> None:
        """Begin in the background."""
        self._thread.start()

    def stop(self) -> None:
        """Give the leases back first, so that another worker goes on at once, then end politely."""
        self._ended.set()
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._asked_to_stop.set)
        self._thread.join(STOP_S)

    def _run(self) -> None:
        """The edge of the thread: an error nobody thought of costs a second, not the cameras."""
        redaction.install()
        keep_freed_memory()
        self._results.start()
        self._recorder.start()
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            self._loop = runner.get_loop()
            while not self._ended.is_set():
                try:
                    runner.run(self._read_cameras())
                except Exception:
                    logger.exception("ingest failed and starts again")
                    self._ended.wait(RETRY_S)
            self._loop = None
        self._recorder.stop()
        self._recordings.submit(self._recorder.settle, {})
        self._results.stop(STOP_S / 2)
        for executor in (self._database, self._recordings):
            executor.submit(connections.close_all)
        for executor in (self._leases, self._database, self._files, self._recordings):
            executor.shutdown(wait=True)

    async def _read_cameras(self) -> None:
        recorder = self._recorder
        async with Fleet(
            hub_rules(),
            self._photos.put,
            self._results.put,
            on_unit=recorder.take,
            on_change=recorder.note,
            on_views=self._photos.keep_views,
        ) as fleet:
            steps = (
                self._repeat(lambda: self._follow_leases(fleet), LEASE_STEP_S),
                self._repeat(lambda: self._tell_health(fleet), TELL_STEP_S),
                self._repeat(self._store_pictures, PICTURE_STEP_S),
                self._repeat(lambda: self._record(fleet), RECORD_STEP_S),
                serve_live(fleet, self.worker),
                self._asked_to_stop.wait(),
            )
            tasks = [asyncio.ensure_future(step) for step in steps]
            try:
                ended, _others = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                await self._in(self._leases, self._keeper.close)
            for task in ended:
                task.result()

    async def _repeat(self, step: Callable[[], Awaitable[None]], pause_s: float) -> None:
        """Do `step` again and again; a server that is away is waited for."""
        while True:
            try:
                await step()
            except (psycopg.Error, DatabaseError, InterfaceError) as error:
                logger.warning("ingest waits for the database: %s", type(error).__name__)
                await asyncio.sleep(RETRY_S)
            await asyncio.sleep(pause_s)

    async def _follow_leases(self, fleet: Fleet) -> None:
        """Take the share, let go of the rest, open what is new or changed."""
        share = await self._in(self._leases, self._take_share)
        self._share = share
        self._book.forget(fleet.drop_all_but(share))
        wanted = fleet.to_load(share)
        if wanted:
            for reading in await self._in(self._database, load_readings, wanted):
                fleet.read(reading)
        self._recorder.follow(fleet.readings.values(), share.epochs)
        self.camera_count = len(fleet.readings)

    def _take_share(self) -> Share:
        """One look at the fleet; on a lost connection all locks are gone, so connect and take again."""
        try:
            return self._keeper.step()
        except psycopg.Error:
            self._keeper.connect()
            return self._keeper.step()

    async def _tell_health(self, fleet: Fleet) -> None:
        now_s = time.monotonic()
        fleet.doubt_unseen(now_s)
        reports = self._book.due(fleet.statuses(), fleet.ids, self._share.epochs, fleet.moving, now_s=now_s)
        watched = await self._in(self._database, watched_among, list(fleet.ids))
        fleet.watch(watched, now_s + WATCH_AHEAD_S)
        fleet.want_stills(self._photos.wanting(fleet.ids, now_s), now_s + GOOD_WITHIN_S)
        if not reports:
            return
        try:
            kept = await self._in(self._database, _record, reports)
        except BaseException:
            self._book.forget(report.camera_id for report in reports)
            raise
        self._book.forget(report.camera_id for report in reports if report.camera_id not in kept)

    async def _store_pictures(self) -> None:
        taken, views = self._photos.take(), self._photos.take_views()
        if taken or views:
            await self._in(self._files, store, taken, views)

    async def _record(self, fleet: Fleet) -> None:
        """Files get their rows, and cameras record what happens. A database that is away delays rows only."""
        epochs = self._share.epochs
        self._recorder.tick(time.monotonic(), fleet.moving, {})
        wishes = await self._in(self._recordings, self._recorder.wishes)
        self._recorder.tick(time.monotonic(), fleet.moving, wishes)
        await self._in(self._recordings, self._recorder.settle, epochs)
        await self._in(self._recordings, self._recorder.adopt_some, epochs, time.monotonic())

    async def _in(
        self, executor: ThreadPoolExecutor, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await asyncio.get_running_loop().run_in_executor(executor, lambda: call(*args, **kwargs))


def hub_rules() -> HubRules:
    """Where cameras may be, and a ring just long enough for a new viewer to begin at a key picture."""
    limits = ReadLimits(AllowedNetworks.parse(settings.CAMERA_NETWORKS))
    return HubRules(limits, ring=RingLimits(seconds=3.0, bytes=2 * 2**20))


def _record(reports: list[HealthReport]) -> dict[int, bool]:
    close_old_connections()
    return record_health(reports=reports, at=timezone.now())
