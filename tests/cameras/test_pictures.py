"""Files of newest pictures and the one answer that carries all thumbnails."""

import json
import struct
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cameras import pictures

AT = "2026-11-23T14:47:12.000000Z"


def unpack(pack: bytes) -> tuple[dict[str, object], dict[str, bytes]]:
    """What a wall makes of a pack."""
    (length,) = struct.unpack(">I", pack[:4])
    head = json.loads(pack[4 : 4 + length])
    body = pack[4 + length :]
    tiles = {tile["code"]: body[tile["offset"] : tile["offset"] + tile["length"]] for tile in head["tiles"]}
    return head, tiles


def test_write_keeps_when_the_picture_was_taken() -> None:
    pictures.write(pictures.THUMBS, "C-001", b"jpeg", captured_at=1_700_000_000.25)

    picture = pictures.read(pictures.THUMBS, "C-001")

    assert picture == pictures.Picture(b"jpeg", 1_700_000_000_250)


def test_write_leaves_no_half_file_behind(picture_root: Path) -> None:
    for number in range(3):
        pictures.write(pictures.THUMBS, "C-001", b"x" * number, captured_at=time.time())

    assert [path.name for path in (picture_root / "thumbs").iterdir()] == ["C-001.jpg"]


def test_read_during_writes_never_sees_half_a_picture() -> None:
    pictures.write(pictures.THUMBS, "C-001", b"0" * 50_000, captured_at=time.time())

    def write_many() -> None:
        for number in range(300):
            pictures.write(pictures.THUMBS, "C-001", str(number % 10).encode() * 50_000, captured_at=1.0)

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write_many)
        while not writing.done():
            picture = pictures.read(pictures.THUMBS, "C-001")
            assert picture is not None
            assert len(picture.jpeg) == 50_000
            assert len(set(picture.jpeg)) == 1
        writing.result()


def test_read_without_a_picture_is_none() -> None:
    assert pictures.read(pictures.STILLS, "C-404") is None
    assert pictures.captured_at("C-404") is None


def test_sheet_pack_carries_every_tile_and_every_age() -> None:
    now = time.time()
    pictures.write(pictures.THUMBS, "C-001", b"first", captured_at=now - 2)
    pictures.write(pictures.THUMBS, "C-002", b"second!", captured_at=now - 7)

    head, tiles = unpack(pictures.sheet_pack(["C-001", "C-002", "C-003"], 0, at=AT, now=now))

    assert tiles == {"C-001": b"first", "C-002": b"second!"}
    assert head["at"] == AT
    assert head["ages"] == {"C-001": 2.0, "C-002": 7.0, "C-003": None}
    assert head["tiles"][0]["at_ms"] == int((now - 2) * 1000)  # type: ignore[index]


def test_sheet_pack_since_sends_only_what_was_written_later() -> None:
    now = time.time()
    pictures.write(pictures.THUMBS, "C-001", b"old", captured_at=now)
    time.sleep(0.02)
    since = int(time.time() * 1000)
    time.sleep(0.02)
    pictures.write(pictures.THUMBS, "C-002", b"late on its way", captured_at=now - 60)

    head, tiles = unpack(pictures.sheet_pack(["C-001", "C-002"], since, at=AT, now=now))

    assert tiles == {"C-002": b"late on its way"}
    assert set(head["ages"]) == {"C-001", "C-002"}  # type: ignore[call-overload]


def test_sheet_pack_of_nothing_is_still_a_pack() -> None:
    head, tiles = unpack(pictures.sheet_pack([], 0, at=AT, now=0))

    assert tiles == {}
    assert head == {"at": AT, "tiles": [], "ages": {}}
