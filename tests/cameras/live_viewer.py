"""A viewer of live messages, and pictures for it, as several tests need them."""

import asyncio
import io
from collections.abc import Iterable
from pathlib import Path

import av

from cameras.streams.fanout import Subscription
from cameras.streams.live import INIT, Message
from cameras.streams.nal import join_annex_b
from cameras.streams.simulator.clips import load_clip
from cameras.streams.units import AccessUnit, Role

STEP_S = 0.1


def units_of(path: Path, *, times: int = 1) -> list[AccessUnit]:
    """A clip, `times` over, as the hub delivers it."""
    clip = load_clip(path)
    units = []
    for number, picture in enumerate(clip.pictures * times):
        nals = (*clip.parameter_sets, *picture.nals) if picture.is_key else picture.nals
        pts_s = number * STEP_S
        when = (pts_s, 1000.0 + pts_s, 1_700_000_000.0 + pts_s)
        data = join_annex_b(nals)
        units.append(
            AccessUnit("C-001", Role.MAIN, data, *when, picture.is_key, clip.codec, number + 1, False)
        )
    return units


def count_decoded(messages: Iterable[bytes]) -> int:
    """Pictures that a decoder makes of messages from their first init segment on."""
    parts = []
    for message in map(Message.decode, messages):
        skipped = 2 + int.from_bytes(message.payload[:2], "big") if message.kind == INIT else 0
        parts.append(message.payload[skipped:])
    with av.open(io.BytesIO(b"".join(parts)), "r") as container:
        return len(list(container.decode(container.streams.video[0])))


class Studio:
    """Pictures of one camera, `C-001`, that a test hands out itself."""

    def __init__(self) -> None:
        self.subscriptions: list[Subscription] = []
        self.group: list[AccessUnit] = []

    def subscribe(self, code: str) -> Subscription | None:
        if code != "C-001":
            return None
        subscription = Subscription(256, self.subscriptions.remove)
        subscription.extend(self.group)
        self.subscriptions.append(subscription)
        return subscription

    async def show(self, units: Iterable[AccessUnit]) -> None:
        """Deliver pictures one by one, as a loop that is not in a hurry would."""
        for unit in units:
            for subscription in list(self.subscriptions):
                subscription.offer(unit)
            await asyncio.sleep(0.001)
