"""Which groups of a source are handed to the writer, and what they say is missing."""

from pathlib import Path

import pytest

from cameras.streams.recording import Gap, Group, Mode, Plan, Tap
from cameras.streams.ring import RingLimits
from cameras.streams.units import Role
from tests.cameras.streams.footage import Camera

GROUP = 5  # pictures from one key picture of the clip to the next


class Sink:
    """A writer's queue that a test can stop up."""

    def __init__(self) -> None:
        self.groups: list[Group] = []
        self.is_full = False

    def put(self, group: Group) -> bool:
        if not self.is_full:
            self.groups.append(group)
        return not self.is_full

    @property
    def told(self) -> list[tuple[int, str]]:
        """Pictures and gap of each group; (0, "") ends a file."""
        return [(len(group.units), group.gap) for group in self.groups]


@pytest.fixture
def camera(clip: Path) -> Camera:
    return Camera(clip)


@pytest.fixture
def sink() -> Sink:
    return Sink()


def tap(sink: Sink, mode: Mode, *, seconds: float = 10.0, size: int = 1 << 20) -> Tap:
    return Tap(Plan("C-001", Role.MAIN, mode, 1), sink.put, before=RingLimits(seconds, size))


def feed(to: Tap, camera: Camera, groups: float) -> None:
    for unit in camera.send(round(groups * GROUP)):
        to.take(unit)


def test_continuous_hands_over_each_group_when_the_next_begins(camera: Camera, sink: Sink) -> None:
    recorded = tap(sink, Mode.CONTINUOUS)

    feed(recorded, camera, 3.2)

    assert sink.told == [(5, Gap.START), (5, ""), (5, "")]
    assert [group.units[0].is_key for group in sink.groups] == [True, True, True]
    assert sink.groups[0].end_s == sink.groups[1].units[0].pts_s


def test_event_mode_records_nothing_while_nothing_happens(camera: Camera, sink: Sink) -> None:
    recorded = tap(sink, Mode.EVENT)

    feed(recorded, camera, 20)

    assert sink.groups == []
    assert 0 < recorded.kept_bytes < 1 << 20


def test_event_hands_over_the_seconds_before_it_and_ends_after_it(camera: Camera, sink: Sink) -> None:
    recorded = tap(sink, Mode.EVENT, seconds=0.5)
    feed(recorded, camera, 10)

    recorded.want(camera.pts_s + 0.3)
    feed(recorded, camera, 10)

    pictures = sum(count for count, _ in sink.told)
    began_s, ended_s = sink.groups[0].units[0].pts_s, sink.groups[-2].end_s
    assert sink.told[-1] == (0, "")
    assert sink.groups[0].gap == Gap.START
    assert began_s <= 2.0 - 0.5 < began_s + 0.4
    assert ended_s is not None
    assert ended_s >= 2.3
    assert pictures == round((ended_s - began_s) * 25)


def test_second_event_says_that_nothing_happened_between(camera: Camera, sink: Sink) -> None:
    recorded = tap(sink, Mode.EVENT, seconds=0.2)
    recorded.want(0.1)
    feed(recorded, camera, 10)

    recorded.want(camera.pts_s + 0.1)
    feed(recorded, camera, 4)

    gaps = [group.gap for group in sink.groups if group.units]
    assert [gap for gap in gaps if gap] == [Gap.START, Gap.IDLE]


def test_seconds_before_an_event_are_bounded_in_bytes(camera: Camera, sink: Sink) -> None:
    recorded = tap(sink, Mode.EVENT, size=20_000)
    most = 0

    for unit in camera.send(60):
        recorded.take(unit)
        most = max(most, recorded.kept_bytes)

    assert most < 20_000 + 2 * max(map(len, (unit.data for unit in camera.send(20)))) * GROUP


@pytest.mark.parametrize("gap", [Gap.STALLED, Gap.DISCONNECTED])
def test_lost_source_says_why_it_was_away(camera: Camera, sink: Sink, gap: Gap) -> None:
    recorded = tap(sink, Mode.CONTINUOUS)
    feed(recorded, camera, 1.4)

    recorded.lose(gap)
    camera.lose(7.0)
    feed(recorded, camera, 2.2)

    assert sink.told == [(5, Gap.START), (2, ""), (5, gap), (5, "")]
    assert sink.groups[1].end_s is None


def test_source_that_stood_still_says_so_although_it_was_not_reached_later(
    camera: Camera, sink: Sink
) -> None:
    recorded = tap(sink, Mode.CONTINUOUS)
    feed(recorded, camera, 1.4)

    recorded.tick(camera.pts_s + 4)
    recorded.lose(Gap.STALLED)
    recorded.lose(Gap.DISCONNECTED)
    camera.lose(7.0)
    feed(recorded, camera, 1.2)

    assert sink.told[-1] == (5, Gap.STALLED)


def test_silent_source_is_put_on_the_disk_without_waiting_for_it(camera: Camera, sink: Sink) -> None:
    recorded = tap(sink, Mode.CONTINUOUS)
    feed(recorded, camera, 1.4)

    recorded.tick(camera.pts_s + 1)
    before = len(sink.groups)
    recorded.tick(camera.pts_s + 4)

    assert before == 1
    assert sink.told[1:] == [(2, ""), (0, "")]


def test_full_queue_is_told_as_a_gap_from_the_next_key_picture_on(camera: Camera, sink: Sink) -> None:
    recorded = tap(sink, Mode.CONTINUOUS)
    feed(recorded, camera, 1.2)

    sink.is_full = True
    feed(recorded, camera, 2)
    sink.is_full = False
    feed(recorded, camera, 2)

    assert [told for told in sink.told if told[1]] == [(5, Gap.START), (5, Gap.OVERLOAD)]
    assert recorded.dropped == 2 * GROUP


def test_pictures_before_the_first_key_picture_are_left_out(camera: Camera, sink: Sink) -> None:
    recorded = tap(sink, Mode.CONTINUOUS)
    late = list(camera.send(2 * GROUP + 1))[2:]

    for unit in late:
        recorded.take(unit)

    assert recorded.dropped == 3
    assert [group.units[0].is_key for group in sink.groups] == [True]


def test_long_group_is_handed_over_in_pieces(camera: Camera, sink: Sink) -> None:
    recorded = tap(sink, Mode.CONTINUOUS)
    key, *others = camera.send(GROUP)

    recorded.take(key)
    for number in range(1, 120):
        at_s = number / 10
        recorded.take(others[0]._replace(pts_s=at_s, arrival_s=at_s, number=number))

    assert len(sink.groups) == 2
    assert not sink.groups[1].units[0].is_key


def test_plan_that_changes_goes_on_without_a_lost_picture(camera: Camera, sink: Sink) -> None:
    recorded = tap(sink, Mode.CONTINUOUS)
    feed(recorded, camera, 1.4)

    recorded.follow(Plan("C-001", Role.MAIN, Mode.CONTINUOUS, 2))
    feed(recorded, camera, 1.6)

    assert [(group.plan.epoch, len(group.units)) for group in sink.groups] == [(1, 5), (2, 5)]


def test_switched_off_ends_the_file(camera: Camera, sink: Sink) -> None:
    recorded = tap(sink, Mode.CONTINUOUS)
    feed(recorded, camera, 1.4)

    recorded.follow(Plan("C-001", Role.MAIN, Mode.OFF, 1))
    feed(recorded, camera, 2)

    assert sink.told[-1] == (0, "")
    assert recorded.kept_bytes < 60_000


def test_end_hands_over_what_there_is(camera: Camera, sink: Sink) -> None:
    recorded = tap(sink, Mode.CONTINUOUS)
    feed(recorded, camera, 1.4)

    recorded.end()

    assert sink.told == [(5, Gap.START), (2, ""), (0, "")]
