"""Leases between workers: real locks of a real PostgreSQL, workers in threads."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from cameras.ingest.leases import LeaseKeeper, plan_share
from cameras.models import Camera, CameraHealth, CameraLease
from cameras.querysets import HealthReport
from cameras.services import change_camera, record_health, retire_camera
from events.models import OutboxEvent
from events.services import Actor

MakeCamera = Callable[..., Camera]
MakeKeeper = Callable[[str], LeaseKeeper]
SYSTEM = Actor.system("test")

# Locks live in sessions of their own, so rows must be committed for them to see.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def make_keeper(db: None) -> Iterator[MakeKeeper]:
    keepers: list[LeaseKeeper] = []

    def make(name: str) -> LeaseKeeper:
        keeper = LeaseKeeper(name)
        keeper.connect()
        keepers.append(keeper)
        return keeper

    yield make
    for keeper in keepers:
        keeper.close()


@pytest.fixture
def fleet(transactional_db: None, make_camera: MakeCamera) -> list[Camera]:
    return [make_camera() for _ in range(7)]


def settle(*keepers: LeaseKeeper) -> list[set[int]]:
    """Let the workers look in turn until nothing moves any more."""
    for _ in range(4):
        shares = [set(keeper.step().epochs) for keeper in keepers]
    return shares


def test_step_alone_takes_every_camera(fleet: list[Camera], make_keeper: MakeKeeper) -> None:
    share = make_keeper("a").step()

    assert set(share.epochs) == {camera.pk for camera in fleet}
    assert set(share.epochs.values()) == {1}
    assert set(CameraLease.objects.values_list("worker", "epoch")) == {("a", 1)}
    assert set(CameraHealth.objects.values_list("worker", "epoch")) == {("a", 1)}


def test_step_with_a_second_worker_shares_evenly(fleet: list[Camera], make_keeper: MakeKeeper) -> None:
    first = make_keeper("a")
    first.step()

    mine, others = settle(first, make_keeper("b"))

    assert mine | others == {camera.pk for camera in fleet}
    assert not mine & others
    assert sorted([len(mine), len(others)]) == [3, 4]


def test_step_after_a_killed_worker_takes_its_cameras(fleet: list[Camera], make_keeper: MakeKeeper) -> None:
    killed, heir = make_keeper("a"), make_keeper("b")
    settle(killed, heir)
    with connection.cursor() as cursor:  # what the server does when a process dies
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE classid = %s AND pid IN "
            "(SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'ingest-%%') "
            "AND objid = %s",
            [0x434157, killed._number],
        )

    shares = settle(heir)

    assert shares == [{camera.pk for camera in fleet}]
    with pytest.raises(psycopg.Error):
        killed.step()


def test_connect_again_goes_on_with_the_cameras_it_had(fleet: list[Camera], make_keeper: MakeKeeper) -> None:
    keeper = make_keeper("a")
    before = keeper.step().epochs

    keeper.connect()
    after = keeper.step().epochs

    assert after.keys() == before.keys()
    assert all(after[camera] == before[camera] + 1 for camera in before)


def test_step_by_racing_workers_gives_each_camera_to_one(
    fleet: list[Camera], make_keeper: MakeKeeper
) -> None:
    keepers = [make_keeper(name) for name in "abcd"]

    with ThreadPoolExecutor(4) as pool:
        for _ in range(10):
            shares = list(pool.map(lambda keeper: set(keeper.step().epochs), keepers))

    assert sum(len(share) for share in shares) == len(fleet)
    assert set.union(*shares) == {camera.pk for camera in fleet}
    assert max(len(share) for share in shares) <= 2


def test_step_lets_go_of_a_retired_camera(fleet: list[Camera], make_keeper: MakeKeeper) -> None:
    keeper = make_keeper("a")
    keeper.step()

    retire_camera(camera_id=fleet[0].pk, actor=SYSTEM, at=timezone.now(), reason="ย้าย")

    assert fleet[0].pk not in keeper.step().epochs
    assert fleet[0].pk not in make_keeper("b").step().epochs


def test_step_tells_of_a_changed_register_row(fleet: list[Camera], make_keeper: MakeKeeper) -> None:
    keeper = make_keeper("a")
    before = keeper.step().revisions[fleet[0].pk]

    change_camera(camera_id=fleet[0].pk, actor=SYSTEM, at=timezone.now(), stream_path="/other")

    assert keeper.step().revisions[fleet[0].pk] == before + 1


def test_close_frees_everything_at_once(fleet: list[Camera], make_keeper: MakeKeeper) -> None:
    first, second = make_keeper("a"), make_keeper("b")
    settle(first, second)

    first.close()

    assert settle(second) == [{camera.pk for camera in fleet}]


def report(camera: Camera, epoch: int, health: str = "LIVE") -> HealthReport:
    now = timezone.now()
    return HealthReport(camera.pk, epoch, health, "", now, now, fps=12.5)


def test_record_health_by_the_holder_is_kept_and_told(fleet: list[Camera], make_keeper: MakeKeeper) -> None:
    make_keeper("a").step()
    told_before = OutboxEvent.objects.count()

    written = record_health(reports=[report(fleet[0], 1)], at=timezone.now())

    assert written == {fleet[0].pk: True}
    assert CameraHealth.objects.get(camera=fleet[0]).health == "LIVE"
    assert OutboxEvent.objects.count() == told_before + 1


def test_record_health_of_the_same_state_is_not_told_again(
    fleet: list[Camera], make_keeper: MakeKeeper
) -> None:
    make_keeper("a").step()
    record_health(reports=[report(fleet[0], 1)], at=timezone.now())
    told_before = OutboxEvent.objects.count()

    written = record_health(reports=[report(fleet[0], 1)], at=timezone.now())

    assert written == {fleet[0].pk: False}
    assert OutboxEvent.objects.count() == told_before


def test_record_health_with_a_stale_epoch_changes_nothing(
    fleet: list[Camera], make_keeper: MakeKeeper
) -> None:
    slow = make_keeper("a")
    stale = slow.step().epochs[fleet[0].pk]
    slow.close()
    fresh = make_keeper("b").step().epochs[fleet[0].pk]
    record_health(reports=[report(fleet[0], fresh)], at=timezone.now())
    told_before = OutboxEvent.objects.count()

    written = record_health(reports=[report(fleet[0], stale, "UNREACHABLE")], at=timezone.now())

    assert fresh > stale
    assert written == {}
    assert CameraHealth.objects.get(camera=fleet[0]).health == "LIVE"
    assert OutboxEvent.objects.count() == told_before


def test_record_health_of_a_retired_camera_changes_nothing(
    fleet: list[Camera], make_keeper: MakeKeeper
) -> None:
    make_keeper("a").step()
    retire_camera(camera_id=fleet[0].pk, actor=SYSTEM, at=timezone.now(), reason="ย้าย")

    assert record_health(reports=[report(fleet[0], 1)], at=timezone.now()) == {}
    assert CameraHealth.objects.get(camera=fleet[0]).health == "DISABLED"


def test_record_health_remembers_since_when_a_camera_is_down(
    fleet: list[Camera], make_keeper: MakeKeeper
) -> None:
    make_keeper("a").step()
    first = report(fleet[0], 1, "STALLED")
    record_health(reports=[first], at=timezone.now())

    record_health(reports=[report(fleet[0], 1, "UNREACHABLE")], at=timezone.now())

    assert CameraHealth.objects.get(camera=fleet[0]).down_since == first.since
    record_health(reports=[report(fleet[0], 1)], at=timezone.now())
    assert CameraHealth.objects.get(camera=fleet[0]).down_since is None


def test_record_health_of_nothing_is_nothing() -> None:
    assert record_health(reports=[], at=timezone.now()) == {}


@given(
    wanted=st.sets(st.integers(1, 40)),
    owners=st.dictionaries(st.integers(1, 40), st.integers(0, 3), max_size=40),
    workers=st.integers(1, 4),
)
def test_plan_share_never_takes_what_is_held_nor_more_than_its_part(
    wanted: set[int], owners: dict[int, int], workers: int
) -> None:
    mine = {camera for camera, owner in owners.items() if owner == 0}

    plan = plan_share(wanted=wanted, mine=mine, held=set(owners), workers=workers, liked=())

    after = (mine - plan.release) | set(plan.take)
    fair = -(-len(wanted) // workers)
    assert not set(plan.take) & set(owners)
    assert plan.release <= mine
    assert after <= wanted
    assert len(after) <= fair
    assert len(after) == min(fair, len(mine & wanted) + len(wanted - set(owners)))


def test_plan_share_tries_first_what_it_read_before() -> None:
    plan = plan_share(wanted=range(1, 9), mine=(), held=(), workers=2, liked=(6, 7, 8))

    assert plan.take == (6, 7, 8, 1)
