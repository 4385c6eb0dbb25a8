"""One lane: every passing vehicle is told once, soon, with its pictures."""

import json

import cv2
import numpy as np
import pytest

from plates.recognition.detector import Found
from plates.recognition.lane import KIND, PREVIEW, LaneAnalyser, Result, _Look, _note, _Pass, _quality, edits
from plates.recognition.pictures import BadPicture
from plates.recognition.reader import Reader
from plates.recognition.synthesis import PlateSpec, draw_plate
from plates.recognition.text import PlateClass
from plates.recognition.tracking import LaneLine, Track
from tests.plates.recognition.streets import Drive, street, with_drives

FPS = 5
PLACE = Found(np.array([[400, 300], [500, 300], [500, 344], [400, 344]], np.float32), 0.9)
START = 1_700_000_000.0
CAR = PlateSpec("8กน4571", "BKK", seed=2)
TRUCK = PlateSpec("701234", "PLK", PlateClass.TRUCK, seed=3)
TAXI = PlateSpec("ทข2258", "PCT", PlateClass.TAXI, seed=4)


def towards(spec: PlateSpec, x: float = 470) -> Drive:
    """A vehicle that comes nearer."""
    return Drive(spec, (x, 230, 60), (x, 470, 150))


def fed(
    lane: LaneAnalyser, drives: list[Drive], begins: float, pictures: int = 14
) -> list[tuple[float, Result]]:
    """Feed a passage and two seconds of empty street; return the passes with the time of telling."""
    return [item for item in everything(lane, drives, begins, pictures) if item[1].kind == KIND]


def everything(
    lane: LaneAnalyser, drives: list[Drive], begins: float, pictures: int = 14
) -> list[tuple[float, Result]]:
    """The same with previews."""
    told = []
    for step in range(pictures):
        at = begins + step / FPS
        picture = with_drives(drives, step / (pictures - 1), seed=step)
        told += [(at, result) for result in lane.feed(picture, at)]
    for step in range(2 * FPS):
        at = begins + (pictures + step) / FPS
        told += [(at, result) for result in lane.feed(street(), at)]
    return told


def passes(results: list[Result]) -> list[Result]:
    """Only the passes."""
    return [result for result in results if result.kind == KIND]


def decoded(result: Result, name: str) -> np.ndarray:
    """Return one of a result's JPEG files as a picture."""
    picture = cv2.imdecode(np.frombuffer(result.pictures[name], np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return picture


@pytest.mark.parametrize("spec", [CAR, TRUCK, TAXI], ids=lambda spec: spec.plate_class.value)
def test_feed_tells_a_pass_once_and_right(spec: PlateSpec) -> None:
    told = fed(LaneAnalyser(), [towards(spec)], START)

    assert len(told) == 1
    body = told[0][1].body
    assert (body["text"], body["province"]) == (spec.text, spec.province)
    assert body["direction"] == "TOWARDS"
    assert START <= body["first_seen"] <= body["last_seen"] <= told[0][0]


def test_feed_tells_soon_after_the_plate_left_at_the_latest() -> None:
    told = fed(LaneAnalyser(), [towards(CAR)], START, pictures=14)

    left = START + 13 / FPS
    assert told[0][0] <= left + 1.5


def test_feed_tells_two_vehicles_side_by_side() -> None:
    told = fed(LaneAnalyser(), [towards(CAR, 250), towards(TRUCK, 700)], START)

    assert sorted(result.body["text"] for _, result in told) == sorted([CAR.text, TRUCK.text])


def test_feed_tells_a_vehicle_that_comes_where_another_just_was() -> None:
    """Pictures are dropped on a busy machine: the next car may stand where the last one stood."""
    lane, told = LaneAnalyser(), []
    still = [Drive(spec, (470, 300, 110), (480, 320, 118)) for spec in (CAR, TAXI, TRUCK)]
    for number, drive in enumerate(still):
        for step in range(7):
            at = START + (number * 8 + step) / FPS
            told += lane.feed(with_drives([drive], step / 6, seed=step), at)
    told += lane.finish()

    found = passes(told)
    assert [result.body["text"] for result in found] == [CAR.text, TAXI.text, TRUCK.text]
    shown = [Reader().read(decoded(result, "crop")).text for result in found]  # with a border, so nearly
    assert all(edits(text, result.body["text"]) <= 1 for text, result in zip(shown, found, strict=True))


def test_feed_tells_two_vehicles_of_one_track_apart_before_either_is_told() -> None:
    lane, told = LaneAnalyser(), []
    for step in range(9):
        drive = Drive(CAR if step < 3 else TAXI, (470, 300, 110), (480, 320, 118))
        told += lane.feed(with_drives([drive], step / 8, seed=step), START + step / FPS)
    told += lane.finish()

    assert [result.body["text"] for result in passes(told)] == [CAR.text, TAXI.text]


def test_a_pass_shows_a_picture_that_says_what_is_told() -> None:
    item = _Pass(Track(1))
    reader, picture = Reader(), street()
    said = {spec.text: reader.look([(draw_plate(spec), None)])[0] for spec in (CAR, TAXI)}

    for text, weight in ((CAR.text, 0.4), (CAR.text, 0.5), (TAXI.text, 1.0), (CAR.text, 0.3)):
        _note(item, picture, PLACE, _Look(said[text], weight, 100.0))

    shot = item.shot(CAR.text)
    assert shot is not None
    assert shot.weight == 0.5


def test_quality_prefers_a_whole_plate_to_a_nearer_one_that_the_edge_cuts() -> None:
    picture = with_drives([Drive(CAR, (300, 300, 90), (300, 300, 90))], 0)
    whole = Found(Drive(CAR, (300, 300, 90), (300, 300, 90)).corners(0), 0.9)
    cut = Found(whole.corners + np.array([0, 235], np.float32), 0.9)

    assert _quality(picture, whole) > 2 * _quality(picture, cut)


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [
        ("กข1234", "กข1234", 0),
        ("กข1234", "กช1234", 1),
        ("กข1234", "กข123", 1),
        ("กข1234", "นข3160", 5),
        ("", "กข", 2),
    ],
)
def test_edits_counts_the_characters_that_differ(one: str, other: str, count: int) -> None:
    assert edits(one, other) == edits(other, one) == count


def test_feed_tells_vehicles_one_after_the_other() -> None:
    lane = LaneAnalyser()

    first = fed(lane, [towards(CAR)], START)
    second = fed(lane, [towards(TAXI)], START + 10)

    assert [result.body["text"] for _, result in [*first, *second]] == [CAR.text, TAXI.text]


def test_feed_folds_the_same_plate_seen_again_right_after() -> None:
    lane = LaneAnalyser()
    fed(lane, [towards(CAR)], START)

    again = fed(lane, [Drive(CAR, (470, 470, 150), (470, 480, 150))], START + 5.5, pictures=6)

    assert again == []


def test_feed_tells_the_same_plate_again_a_minute_later() -> None:
    lane = LaneAnalyser()
    fed(lane, [towards(CAR)], START)

    again = fed(lane, [towards(CAR)], START + 60)

    assert [result.body["text"] for _, result in again] == [CAR.text]


def test_feed_of_an_empty_street_tells_nothing() -> None:
    lane = LaneAnalyser()

    told = [lane.feed(street(), START + step / FPS) for step in range(10)]

    assert told == [[]] * 10
    assert lane.finish() == []


def test_feed_gives_a_json_body_and_two_jpegs() -> None:
    [(_, result)] = fed(LaneAnalyser(), [towards(CAR)], START)

    assert result.kind == KIND
    assert json.loads(json.dumps(result.body)) == result.body
    assert set(result.body) == {
        "text", "province", "plate_class", "text_confidence", "province_confidence", "accepted", "first_seen",
        "last_seen", "frames", "corners", "direction", "alternatives",
    }  # fmt: skip
    assert decoded(result, "scene").shape == (540, 960, 3)
    height, width = decoded(result, "crop").shape[:2]
    assert 0 < height < width < 400


def test_finish_tells_a_vehicle_that_is_still_in_sight() -> None:
    lane = LaneAnalyser()
    told = []
    for step in range(3):
        told += lane.feed(
            with_drives([Drive(CAR, (470, 400, 120), (470, 420, 124))], step / 3, step), START + step / FPS
        )

    told += lane.finish()

    assert [result.body["text"] for result in passes(told)] == [CAR.text]


def test_feed_of_what_is_no_picture_is_a_typed_error_and_the_lane_goes_on() -> None:
    lane = LaneAnalyser()

    with pytest.raises(BadPicture):
        lane.feed(np.zeros((0, 0, 3), np.uint8), START)
    assert [r.body["text"] for _, r in fed(lane, [towards(CAR)], START + 1)] == [CAR.text]


def test_feed_bridges_a_gap_in_which_nothing_moved() -> None:
    lane = LaneAnalyser()
    waiting = [Drive(CAR, (470, 400, 120), (470, 400, 120))]

    told = []
    for at in (0.0, 0.2, 30.0, 30.2, 30.4, 30.6, 30.8):
        told += lane.feed(with_drives(waiting, 0, int(at * 10)), START + at)
    told += lane.finish()

    assert [result.body["text"] for result in passes(told)] == [CAR.text]


def test_feed_gives_a_preview_before_the_pass() -> None:
    told = everything(LaneAnalyser(), [towards(CAR)], START)

    kinds = [result.kind for _, result in told]
    assert kinds[0] == PREVIEW
    assert kinds.count(KIND) == 1
    assert told[0][0] < next(at for at, result in told if result.kind == KIND)
    previews = [result.body for _, result in told if result.kind == PREVIEW]
    assert [body["corrects"] for body in previews] == [None, *(body["text"] for body in previews[:-1])]
    assert {body["track"] for body in previews} == {1}
    assert json.loads(json.dumps(previews)) == previews


def test_feed_counts_what_became_of_its_pictures() -> None:
    lane = LaneAnalyser()

    everything(lane, [towards(CAR)], START)

    counts = lane.counts
    assert (counts.pictures, counts.passes) == (24, 1)
    assert counts.empty >= 10
    assert counts.plates == counts.read + counts.left_told + counts.left_no_better


def test_feed_counts_a_pass_that_is_folded() -> None:
    lane = LaneAnalyser()
    fed(lane, [towards(CAR)], START)

    fed(lane, [Drive(CAR, (470, 470, 150), (470, 480, 150))], START + 5.5, pictures=6)

    assert (lane.counts.passes, lane.counts.folded) == (1, 1)


def test_feed_tells_the_direction_by_the_lane_line_it_is_given() -> None:
    across = Drive(CAR, (430, 420, 120), (820, 420, 120))
    line = LaneLine((0.5, 1.0), (0.5, 0.0))

    [(_, result)] = fed(LaneAnalyser(line=line), [across], START)

    assert result.body["direction"] == "TOWARDS"


def test_a_pass_keeps_the_best_pictures_of_a_car_that_stays_long() -> None:
    lane = LaneAnalyser()
    item = _Pass(Track(1))
    picture = street()
    evidence = Reader().look([(draw_plate(CAR), None)])[0]
    weights = [0.05 + 0.01 * (number * 7 % 40) for number in range(40)]

    for weight in weights:
        if lane._is_worth_reading(item, weight):
            _note(item, picture, PLACE, _Look(evidence, weight, 100.0))

    assert sorted(look.weight for look in item.looks) == pytest.approx(sorted(weights)[-24:])
    assert max(shot.weight for shot in item.shots.values()) == max(weights)
    assert lane.counts.left_no_better + lane.counts.read == 40
