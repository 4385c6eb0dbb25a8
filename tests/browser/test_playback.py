"""Playback as a person uses it: a reason, four cameras on one clock, steps, gaps, a picture taken away."""

import datetime as dt
import re
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from events.models import AuditEntry
from tests.browser.sight import cut_texts
from tests.browser.wall import WallServer
from tests.cameras.recording.rows import make_segment
from tests.wall import builders

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(240)]
RATE, LENGTH_S = 25, 40
NOON = dt.datetime(2026, 11, 23, 5, tzinfo=dt.UTC)  # in Thailand
AT = "2026-11-23T05:00:02Z"
WHY = "ติดตามเหตุ 6911-0001"
# Of every picture that a video shows: which moment of film it is, and when it comes to the screen.
WATCH = """() => {
  window.shown = [...document.querySelectorAll('video')].map((video) => {
    const seen = [];
    const note = (_now, { mediaTime, expectedDisplayTime }) => {
      seen.push([expectedDisplayTime, mediaTime * 1000 + Number(video.dataset.originMs)]);
      video.requestVideoFrameCallback(note);
    };
    video.requestVideoFrameCallback(note);
    return seen;
  });
}"""
# Whether, for the last two seconds of pictures, no camera was further from the first one than one picture.
TOGETHER = """([count, apartMs]) => {
  const [first, ...others] = window.shown;
  const before = (seen, at) => seen.filter(([time]) => time <= at + 1).at(-1);
  const last = first.slice(-count);
  return last.length === count && last.every(([at, ms]) => others.every((seen) => {
    const other = before(seen, at);
    return other && Math.abs(other[1] - ms) <= apartMs;
  }));
}"""
KEEP_NOTES = """window.notes = [];
new MutationObserver(() => {
  const words = document.querySelector('[data-part="note"]')?.textContent;
  if (words && window.notes.at(-1) !== words) window.notes.push(words);
}).observe(document, { subtree: true, childList: true });"""
EARLIER = """(before) =>
  Number(document.querySelector('.moment').textContent.match(/(\\d+\\.\\d)/)[1]) < before - 0.5"""
PLAYABLE = "() => [...document.querySelectorAll('video')].every((video) => video.readyState > 1)"
STANDS_AT = """() => [...document.querySelectorAll('video')]
  .map((video) => Math.round(Number(video.dataset.originMs) + video.currentTime * 1000))"""


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """40 s of a moving bar at 25 pictures a second, a fragment a second."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    with av.open(str(path), "w", options={"movflags": "frag_keyframe+empty_moov+default_base_moof"}) as out:
        stream = out.add_stream("libx264", rate=RATE, options={"preset": "ultrafast", "tune": "zerolatency"})
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        stream.codec_context.gop_size = RATE
        stream.time_base = Fraction(1, RATE)
        for number in range(RATE * LENGTH_S):
            picture = np.full((96, 160, 3), 90, np.uint8)
            picture[:, number % 150 : number % 150 + 10] = 240
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts = number
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


@pytest.fixture
def recordings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where the server of a test finds film."""
    root = tmp_path / "recordings"
    monkeypatch.setenv("RECORDING_ROOT", str(root))
    return root


def record(root: Path, film: Path, code: str, *begins_s: float, gap_reason: str = "") -> None:
    """A camera with the same film at each of these seconds after noon."""
    camera = builders.make_camera(code)
    for begin_s in begins_s:
        values = {"gap_reason": gap_reason, "gap_s": 10.0} if begin_s and gap_reason else {}
        begin = NOON + dt.timedelta(seconds=begin_s)
        segment = make_segment(camera, begin, duration_s=float(LENGTH_S), bytes=film.stat().st_size, **values)
        path = root / segment.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(film.read_bytes())


def open_playback(context: BrowserContext, server: WallServer, codes: str, at: str = AT) -> Page:
    context.add_cookies([server.sign_in(builders.make_person("OPERATOR"))])  # type: ignore[list-item] # three of its keys
    page = context.new_page()
    page.goto(f"{server.url}/cameras/playback?cameras={codes}&at={at}")
    page.locator('[data-part="reason"]').fill(WHY)
    page.keyboard.press("Enter")
    page.wait_for_function(PLAYABLE)
    return page


def seconds_shown(page: Page) -> float:
    """The page's clock in seconds after noon."""
    hour, minute, second = page.locator('[data-part="moment"]').inner_text().split()[-1].split(":")
    return (int(hour) - 12) * 3600 + int(minute) * 60 + float(second)


def test_four_cameras_stay_within_one_picture_of_each_other(
    recordings: Path, film: Path, context: BrowserContext, wall_server: WallServer
) -> None:
    for number, begin_s in enumerate((0, 0.32, 0.72, 1.04), 1):
        record(recordings, film, f"C-00{number}", begin_s)

    page = open_playback(context, wall_server, "C-001,C-002,C-003,C-004")
    page.evaluate(WATCH)
    page.wait_for_function(TOGETHER, arg=[2 * RATE, 1000 / RATE + 1])

    entries = AuditEntry.objects.filter(verb="recordings.viewed")
    assert sorted(entries.values_list("target_id", "reason")) == [(f"C-00{n}", WHY) for n in range(1, 5)]


def test_steps_of_one_picture_move_all_cameras_to_the_same_moment_on_a_phone_too(
    recordings: Path, film: Path, context: BrowserContext, wall_server: WallServer
) -> None:
    record(recordings, film, "C-001", 0)
    record(recordings, film, "C-002", 0)
    page = open_playback(context, wall_server, "C-001,C-002")
    page.keyboard.press("Space")
    page.locator('[data-part="toggle-words"]', has_text="เล่น").wait_for()

    page.keyboard.press("Period")
    page.wait_for_function(f"() => new Set(({STANDS_AT})()).size === 1")
    first = page.evaluate(STANDS_AT)[0]
    page.keyboard.press("Period")
    page.wait_for_function(f"() => ({STANDS_AT})().every((ms) => ms === {first + 40})")
    page.keyboard.press("Comma")
    page.wait_for_function(f"() => ({STANDS_AT})().every((ms) => ms === {first})")

    assert (first - 1 - NOON.timestamp() * 1000) % 40 == 0
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator('[data-part="moment"]')).to_contain_text(f"{timezone.localtime(NOON).year + 543}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert cut_texts(page, "main") == []


def test_gap_is_told_with_its_reason_and_gone_past(
    recordings: Path, film: Path, context: BrowserContext, wall_server: WallServer
) -> None:
    record(recordings, film, "C-001", 0, 50, gap_reason="STALLED")
    record(recordings, film, "C-002", 0)
    context.add_init_script(KEEP_NOTES)
    page = open_playback(context, wall_server, "C-001,C-002", at="2026-11-23T05:00:36Z")

    page.wait_for_function("() => window.notes.length > 0")
    expect(page.locator(".film-words").nth(1)).to_contain_text("ไม่มีภาพช่วงนี้")
    assert "ภาพจากกล้องหยุดนิ่ง" in page.evaluate("window.notes[0]")
    assert seconds_shown(page) >= 50
    assert cut_texts(page, "main") == []


def test_keys_turn_the_film_and_mark_a_span_and_a_picture_is_taken_away(
    recordings: Path, film: Path, context: BrowserContext, wall_server: WallServer, tmp_path: Path
) -> None:
    errors: list[str] = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    record(recordings, film, "C-001", 0)
    page = open_playback(context, wall_server, "C-001")
    page.keyboard.press("BracketLeft")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("BracketRight")
    page.keyboard.press("j")
    expect(page.locator('[data-part="speed"]')).to_contain_text("ถอยหลัง")
    before = seconds_shown(page)
    page.wait_for_function(EARLIER, arg=before)
    page.keyboard.press("k")

    with page.expect_download() as coming:
        page.keyboard.press("s")

    name = coming.value.suggested_filename
    assert re.fullmatch(r"C-001_20261123T0500\d\d\.\d{3}Z\.png", name)
    coming.value.save_as(tmp_path / name)
    with Image.open(tmp_path / name) as picture:
        assert picture.size == (160, 96 + 64)
    taken = AuditEntry.objects.get(verb="recordings.snapshot")
    assert taken.reason == WHY
    expect(page.locator('[data-part="span"]')).to_contain_text("เลือกช่วง 12:00:")
    assert errors == []
