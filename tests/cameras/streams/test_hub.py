"""The hub with real connections to the simulator."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from cameras.streams.camera import HubRules
from cameras.streams.errors import Disconnected
from cameras.streams.health import Condition, FleetChange, FleetState, Health, HealthChange
from cameras.streams.hub import Hub
from cameras.streams.reading import ReadLimits
from cameras.streams.redaction import REDACTOR
from cameras.streams.ring import RingLimits
from cameras.streams.simulator.config import CameraConfig
from cameras.streams.simulator.faults import Fault, FaultSwitch
from cameras.streams.simulator.server import Simulator
from cameras.streams.units import (
    AccessUnit,
    Codec,
    Deliver,
    MediaUnit,
    ReadCounters,
    Role,
    StreamSource,
    Transport,
)


class Desk:
    """A hub, and what it told."""

    def __init__(self, rules: HubRules) -> None:
        self.units: list[AccessUnit] = []
        self.changes: list[HealthChange] = []
        self.fleet: list[FleetChange] = []
        self.hub = Hub(self.units.append, self.changes.append, self.fleet.append, rules=rules)

    def health(self, code: str) -> Health:
        return next(status.health for status in self.hub.statuses() if status.source.code == code)

    def healths(self, code: str) -> list[Health]:
        return [change.health for change in self.changes if change.code == code]

    def all_are(self, health: Health) -> bool:
        return all(status.health is health for status in self.hub.statuses())

    async def until(self, holds: Callable[[], object], within_s: float = 5.0) -> float:
        """Wait for something to become true; the seconds that it took."""
        started_s = time.monotonic()
        async with asyncio.timeout(within_s):
            while not holds():
                await asyncio.sleep(0.01)
        return time.monotonic() - started_s


def cameras(clip: Path, count: int) -> list[CameraConfig]:
    return [CameraConfig(f"/C-{number:03}", clip, offset_s=number * 0.13) for number in range(count)]


def source(simulator: Simulator, code: str, role: Role = Role.MAIN) -> StreamSource:
    return StreamSource(code, simulator.url(f"/{code}"), role=role)


@pytest.fixture
def desk(rules: HubRules) -> Desk:
    return Desk(rules)


async def test_first_picture_after_a_reconnection_is_after_a_gap(rules: HubRules) -> None:
    async def read_two(
        source: StreamSource, deliver: Deliver, counters: ReadCounters, limits: ReadLimits
    ) -> None:
        for ticks in (0, 3600):
            arrival_s = time.monotonic()
            deliver(MediaUnit(b"\0\0\1\x41", ticks, 90_000, arrival_s, False, Codec.H264, False))
        raise Disconnected("camera ended the stream")

    units: list[AccessUnit] = []
    readers = {Transport.TCP: read_two}
    async with Hub(units.append, lambda change: None, rules=rules, readers=readers) as hub:
        hub.add(StreamSource("C-001", "rtsp://127.0.0.1/1"))
        async with asyncio.timeout(20):
            while len(units) < 4:
                await asyncio.sleep(0.01)

    assert [unit.after_gap for unit in units[:4]] == [False, False, True, False]


async def test_hub_brings_fleet_live_with_units_in_order(clip: Path, desk: Desk) -> None:
    async with Simulator(cameras(clip, 20)) as simulator, desk.hub as hub:
        for number in range(20):
            hub.add(source(simulator, f"C-{number:03}"))
        await desk.until(lambda: desk.all_are(Health.LIVE), 2.0)
        await asyncio.sleep(0.4)

    for number in range(20):
        mine = [unit for unit in desk.units if unit.code == f"C-{number:03}"]
        assert [unit.number for unit in mine] == list(range(1, len(mine) + 1))
        assert [unit.pts_s for unit in mine] == sorted(unit.pts_s for unit in mine)
        assert all(abs(unit.captured_at - time.time()) < 5 for unit in mine)


async def test_remove_and_add_move_a_camera_while_others_run(clip: Path, desk: Desk) -> None:
    async with Simulator(cameras(clip, 2)) as simulator, desk.hub as hub:
        hub.add(source(simulator, "C-000"))
        hub.add(source(simulator, "C-001"))
        await desk.until(lambda: desk.all_are(Health.LIVE))

        hub.remove("C-000")
        hub.remove("C-000")
        seen = sum(unit.code == "C-000" for unit in desk.units)
        await asyncio.sleep(0.3)

        assert [status.source.code for status in hub.statuses()] == ["C-001"]
        assert sum(unit.code == "C-000" for unit in desk.units) == seen
        hub.add(source(simulator, "C-000"))
        await desk.until(lambda: desk.health("C-000") is Health.LIVE)
    assert Health.STALLED not in desk.healths("C-001")


async def test_replace_takes_the_new_address(clip: Path, desk: Desk) -> None:
    async with Simulator(cameras(clip, 1)) as simulator, desk.hub as hub:
        hub.add(source(simulator, "C-404"))
        await desk.until(lambda: Health.BACKOFF in desk.healths("C-404"))

        hub.replace(replace(source(simulator, "C-404"), url=simulator.url("/C-000")))

        await desk.until(lambda: desk.health("C-404") is Health.LIVE)


async def test_main_and_sub_stream_of_a_camera_live_side_by_side(clip: Path, desk: Desk) -> None:
    async with Simulator(cameras(clip, 1)) as simulator, desk.hub as hub:
        hub.add(source(simulator, "C-000"))
        hub.add(source(simulator, "C-000", Role.SUB))

        await desk.until(lambda: {unit.role for unit in desk.units} == {Role.MAIN, Role.SUB})


@pytest.mark.parametrize(
    ("fault", "health"),
    [
        (Fault.STALL, Health.STALLED),
        (Fault.RESET, Health.UNREACHABLE),
        (Fault.UNAUTHORIZED, Health.AUTH_FAILED),
        (Fault.MISSING, Health.BACKOFF),
        (Fault.GARBAGE, Health.STALLED),
    ],
)
async def test_fault_shows_as_health_and_heals(fault: Fault, health: Health, clip: Path, desk: Desk) -> None:
    async with Simulator(cameras(clip, 1)) as simulator, desk.hub as hub:
        simulator.switch("/C-000", FaultSwitch(fault))
        if fault in (Fault.STALL, Fault.GARBAGE):
            simulator.switch("/C-000", FaultSwitch(fault, is_on=False))
            asyncio.get_running_loop().call_later(0.4, simulator.switch, "/C-000", FaultSwitch(fault))
        hub.add(source(simulator, "C-000"))
        await desk.until(lambda: health in desk.healths("C-000"))

        simulator.switch("/C-000", FaultSwitch(fault, is_on=False))

        await desk.until(lambda: desk.health("C-000") is Health.LIVE)


async def test_retries_do_not_repeat_the_same_health(clip: Path, desk: Desk) -> None:
    async with Simulator([]) as simulator, desk.hub as hub:
        hub.add(source(simulator, "C-404"))
        await desk.until(lambda: hub.statuses()[0].counters.reconnects >= 3)

    assert desk.healths("C-404") == [Health.BACKOFF]
    assert desk.changes[0].reason == "NOT_FOUND"


async def test_lossy_camera_is_degraded(large_clip: Path, rules: HubRules) -> None:
    desk = Desk(replace(rules, limits=replace(rules.limits, stall_s=3.0)))
    loss = FaultSwitch(Fault.LOSS, True, 0.02)
    config = replace(cameras(large_clip, 1)[0], faults=(loss,))
    async with Simulator([config]) as simulator, desk.hub as hub:
        hub.add(source(simulator, "C-000"))

        await desk.until(lambda: Health.DEGRADED in desk.healths("C-000"), 8.0)

    assert desk.changes[-1].reason == "GAPS"


async def test_mark_shows_what_was_seen_in_pictures(clip: Path, desk: Desk) -> None:
    async with Simulator(cameras(clip, 1)) as simulator, desk.hub as hub:
        hub.add(source(simulator, "C-000"))
        await desk.until(lambda: desk.health("C-000") is Health.LIVE)

        hub.mark("C-000", Condition.FROZEN, is_present=True)
        hub.mark("C-000", Condition.DARK, is_present=True)
        hub.mark("unknown", Condition.DARK, is_present=True)

        assert desk.changes[-1].reason == "DARK FROZEN"
        hub.mark("C-000", Condition.FROZEN, is_present=False)
        hub.mark("C-000", Condition.DARK, is_present=False)
        assert desk.health("C-000") is Health.LIVE


async def test_time_jump_of_camera_reorders_nothing(clip: Path, desk: Desk) -> None:
    async with Simulator(cameras(clip, 1)) as simulator, desk.hub as hub:
        hub.add(source(simulator, "C-000"))
        await desk.until(lambda: len(desk.units) >= 3)
        simulator.switch("/C-000", FaultSwitch(Fault.TIME_JUMP, True, 3600))
        await desk.until(lambda: len(desk.units) >= 8)
        jumps = hub.statuses()[0].counters.clock_jumps

    assert jumps == 1
    times = [unit.captured_at for unit in desk.units]
    assert times == sorted(times)
    assert times[-1] - times[0] < 5
    assert not any(unit.after_gap for unit in desk.units), "a clock that was set loses no picture"


async def test_outage_of_the_site_is_one_alarm_and_siblings_wake(clip: Path, desk: Desk) -> None:
    async with Simulator(cameras(clip, 12)) as simulator, desk.hub as hub:
        for number in range(12):
            hub.add(source(simulator, f"C-{number:03}"))
        await desk.until(lambda: desk.all_are(Health.LIVE))
        told = len(desk.changes)

        await simulator.take_down()
        await desk.until(lambda: desk.fleet)
        await asyncio.sleep(1.5)
        await simulator.bring_up()
        took_s = await desk.until(lambda: desk.all_are(Health.LIVE))
        await desk.until(lambda: desk.fleet[-1].state is FleetState.RECOVERED)

    assert len(desk.changes) == told
    assert (desk.fleet[0].state, desk.fleet[0].total) == (FleetState.DOWN, 12)
    assert took_s < 1.5


async def test_waiting_camera_is_woken_by_a_sibling_of_its_site_only(clip: Path, rules: HubRules) -> None:
    slow = replace(rules, backoff=replace(rules.backoff, first_s=60.0, cap_s=60.0), wake_pause_s=0.0)
    desk = Desk(slow)
    async with Simulator(cameras(clip, 3)) as simulator, desk.hub as hub:
        for code in ("C-000", "C-001"):
            simulator.switch(f"/{code}", FaultSwitch(Fault.MISSING))
        hub.add(replace(source(simulator, "C-000"), site="market"))
        hub.add(replace(source(simulator, "C-001"), site="school"))
        await desk.until(lambda: desk.all_are(Health.BACKOFF))
        for code in ("C-000", "C-001"):
            simulator.switch(f"/{code}", FaultSwitch(Fault.MISSING, is_on=False))

        hub.add(replace(source(simulator, "C-002"), site="market"))
        await desk.until(lambda: desk.health("C-000") is Health.LIVE)

        assert desk.health("C-001") is Health.BACKOFF


async def test_without_fleet_callback_each_change_is_told(clip: Path, rules: HubRules) -> None:
    changes: list[HealthChange] = []
    async with (
        Simulator(cameras(clip, 6)) as simulator,
        Hub(lambda unit: None, changes.append, rules=rules) as hub,
    ):
        for number in range(6):
            hub.add(source(simulator, f"C-{number:03}"))
        await asyncio.sleep(0.5)
        await simulator.take_down()
        await asyncio.sleep(1.0)

    assert {change.code for change in changes if not change.health.is_up} == {f"C-{n:03}" for n in range(6)}


async def test_subscription_begins_at_a_key_picture_without_a_hole(clip: Path, desk: Desk) -> None:
    async with Simulator(cameras(clip, 1)) as simulator, desk.hub as hub:
        hub.add(source(simulator, "C-000"))
        await desk.until(lambda: sum(unit.is_key for unit in desk.units) >= 2)

        subscription = hub.subscribe("C-000")
        received = [await anext(subscription) for _ in range(8)]

    assert received[0].is_key
    numbers = [unit.number for unit in received]
    assert numbers == list(range(numbers[0], numbers[0] + 8))


async def test_slow_subscriber_loses_oldest_and_holds_nobody_up(clip: Path, desk: Desk) -> None:
    async with Simulator(cameras(clip, 2)) as simulator, desk.hub as hub:
        everything = hub.subscribe_all(capacity=2)
        hub.add(source(simulator, "C-000"))
        hub.add(source(simulator, "C-001"))
        await desk.until(lambda: len(desk.units) >= 12)

        assert everything.dropped >= 10
        everything.close()
        hub.remove("C-000")


async def test_recent_keeps_seconds_before_an_alarm(clip: Path, rules: HubRules) -> None:
    desk = Desk(replace(rules, ring=RingLimits(seconds=0.8)))
    async with Simulator(cameras(clip, 1)) as simulator, desk.hub as hub:
        hub.add(source(simulator, "C-000"))
        await asyncio.sleep(1.1)
        kept = hub.recent("C-000")

    assert kept[0].is_key
    assert 0 < kept[-1].arrival_s - kept[0].arrival_s <= 0.81
    assert desk.hub.recent("unknown") == ()


async def test_reader_that_breaks_costs_its_own_camera_only(
    clip: Path, rules: HubRules, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(
        source: StreamSource, deliver: Deliver, counters: ReadCounters, limits: ReadLimits
    ) -> None:
        raise ZeroDivisionError

    changes: list[HealthChange] = []
    readers = {Transport.TCP: broken, Transport.COMPAT: broken}
    async with Hub(lambda unit: None, changes.append, rules=rules, readers=readers) as hub:
        hub.add(StreamSource("C-000", "rtsp://127.0.0.1/"))
        await asyncio.sleep(0.3)

    assert [(change.health, change.reason) for change in changes] == [(Health.BACKOFF, "BAD_STREAM")]
    assert "reader of camera C-000 failed" in caplog.text


async def test_compat_transport_reads_the_same_camera(clip: Path, rules: HubRules) -> None:
    desk = Desk(replace(rules, limits=replace(rules.limits, handshake_s=4.0, stall_s=3.0)))
    async with Simulator(cameras(clip, 1)) as simulator, desk.hub as hub:
        hub.add(replace(source(simulator, "C-000"), transport=Transport.COMPAT))

        await desk.until(lambda: any(unit.is_key for unit in desk.units))

        assert desk.health("C-000") is Health.LIVE


async def test_secrets_are_known_to_the_redactor_while_a_camera_is_held(desk: Desk) -> None:
    async with desk.hub as hub:
        hub.add(StreamSource("C-000", "rtsp://127.0.0.1:1/", "admin", "wichien-buri"))
        assert "wichien" not in REDACTOR.scrub("wichien-buri")

        hub.remove("C-000")

        assert REDACTOR.scrub("wichien-buri") == "wichien-buri"
