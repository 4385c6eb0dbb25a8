"""The cameras that one worker reads, without the leases."""

import pytest

from cameras.ingest.fleet import Fleet
from cameras.ingest.leases import Share
from cameras.ingest.runner import hub_rules
from cameras.ingest.sources import Reading
from cameras.streams.units import StreamSource

NOBODY = "rtsp://127.0.0.1:9/none"


async def test_camera_whose_lease_moved_away_leaves_no_model_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    forgotten: list[str] = []
    async with Fleet(hub_rules(), lambda picture: None, lambda finding: None) as fleet:
        monkeypatch.setattr(fleet._pool, "forget", forgotten.append)
        for number in (1, 2):
            fleet.read(Reading(number, 0, StreamSource(f"C-{number}", NOBODY), None))

        gone = fleet.drop_all_but(Share({2: 1}, {2: 0}))

    assert (gone, forgotten) == ([1], ["C-1"])
