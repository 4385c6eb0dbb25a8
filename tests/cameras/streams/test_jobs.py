from hypothesis import given
from hypothesis import strategies as st

from cameras.streams.jobs import Job, JobKind, JobQueue
from cameras.streams.units import AccessUnit, Codec, Role


def unit(code: str, number: int, *, is_key: bool = False) -> AccessUnit:
    return AccessUnit(code, Role.MAIN, b"", 0.0, 0.0, 0.0, is_key, Codec.H264, number, False)


def drain(queue: JobQueue) -> list[Job]:
    jobs = []
    while (job := queue.take()) is not None:
        jobs.append(job)
    return jobs


def numbers(jobs: list[Job], kind: JobKind, code: str) -> list[int]:
    return [job.unit.number for job in jobs if job.kind is kind and job.code == code and job.unit]


def test_newest_key_picture_takes_the_place_of_the_older() -> None:
    queue = JobQueue(lane_depth=4)
    for number in (1, 2, 3):
        queue.put_key(unit("C-001", number, is_key=True))
    queue.put_key(unit("C-002", 9, is_key=True))

    jobs = drain(queue)

    assert [(job.code, job.unit.number if job.unit else 0) for job in jobs] == [("C-001", 3), ("C-002", 9)]
    assert queue.dropped == 2


def test_overrun_lane_goes_on_at_its_next_key_picture() -> None:
    queue = JobQueue(lane_depth=3)
    for number in range(10):
        queue.put_lane(unit("L-1", number, is_key=number in (0, 7)))

    jobs = drain(queue)

    assert numbers(jobs, JobKind.LANE, "L-1") == [7, 8, 9]
    assert queue.dropped == 7


def test_lanes_and_key_pictures_take_turns() -> None:
    queue = JobQueue(lane_depth=10)
    for number in range(4):
        queue.put_lane(unit("L-1", number, is_key=number == 0))
        queue.put_key(unit(f"C-{number}", number, is_key=True))

    kinds = [job.kind for job in drain(queue)]

    assert kinds == [JobKind.KEY, JobKind.LANE] * 4


def test_closed_lane_is_forgotten_and_told() -> None:
    queue = JobQueue(lane_depth=10)
    queue.put_lane(unit("L-1", 1, is_key=True))
    queue.put_lane(unit("L-2", 2, is_key=True))

    queue.close_lane("L-1")

    jobs = drain(queue)
    assert [(job.kind, job.code) for job in jobs] == [(JobKind.CLOSE, "L-1"), (JobKind.LANE, "L-2")]


def test_restarted_decoder_begins_lanes_at_a_key_picture() -> None:
    queue = JobQueue(lane_depth=10)
    queue.put_lane(unit("L-1", 1, is_key=True))

    queue.restart_lanes()
    for number in (2, 3, 4):
        queue.put_lane(unit("L-1", number, is_key=number == 3))

    assert numbers(drain(queue), JobKind.LANE, "L-1") == [3, 4]


puts = st.lists(
    st.tuples(st.sampled_from(["key", "lane", "take", "break"]), st.sampled_from("ABC"), st.booleans()),
    max_size=80,
)


@given(puts)
def test_queue_is_bounded_ordered_and_counts_every_loss(steps: list[tuple[str, str, bool]]) -> None:
    queue, put, taken = JobQueue(lane_depth=5), 0, []
    for number, (step, code, is_key) in enumerate(steps):
        if step == "take":
            taken += [job] if (job := queue.take()) else []
        elif step == "break":
            queue.break_lane(code)
        elif step == "key":
            queue.put_key(unit(code, number, is_key=True))
            put += 1
        else:
            queue.put_lane(unit(code, number, is_key=is_key))
            put += 1
    rest = drain(queue)

    assert len(rest) <= 3 + 3 * 5
    assert len(taken) + len(rest) + queue.dropped == put
    for code in "ABC":
        order = numbers(taken + rest, JobKind.LANE, code)
        assert order == sorted(order)


def test_forgotten_camera_leaves_only_the_order_to_forget_it() -> None:
    queue = JobQueue(lane_depth=4)
    queue.put_key(unit("C-001", 1, is_key=True))
    queue.put_key(unit("C-002", 2, is_key=True))

    queue.forget("C-001")

    assert [(job.kind, job.code) for job in drain(queue)] == [
        (JobKind.FORGET, "C-001"),
        (JobKind.KEY, "C-002"),
    ]
    assert queue.dropped == 1
