"""A camera's endless picture sequence: paced by our clock, numbered without a seam, sent to who listens.

The position follows from the time alone, so all listeners of a camera see the same moment, and a camera
without listeners costs nothing.
"""

import asyncio
import functools
import random
import time
from bisect import bisect_left
from collections.abc import Callable
from pathlib import Path

from cameras.streams.simulator.clips import CLOCK_RATE, Clip, load_clip
from cameras.streams.simulator.faults import Fault, Faults
from cameras.streams.simulator.packets import aggregate, frame, payloads_of, sender_report

_REPORT_INTERVAL_S = 5.0
_MAX_LATE_S = 0.5


@functools.cache
def _packed(path: Path) -> tuple[Clip, tuple[tuple[bytes, ...], ...]]:
    """A clip and the RTP payloads of each of its pictures, shared by all cameras that play it."""
    clip = load_clip(path)
    return clip, tuple(payloads_of(clip.codec, picture, clip.parameter_sets) for picture in clip.pictures)


class Timeline:
    """Plays one clip for ever. `send` gets the bytes of each picture, ready for the connection."""

    def __init__(self, clip: Path, offset_s: float, faults: Faults, send: Callable[[bytes], None]) -> None:
        self.clip, self._payloads = _packed(clip)
        self._faults, self._send = faults, send
        self._random = random.Random(f"{clip.name}{offset_s}")  # noqa: S311 - reproducible noise, no secret
        self._playing = str(clip)
        self._own = clip
        self._start_s = time.monotonic() - offset_s
        self._base_ticks = self._random.getrandbits(32)
        self._ssrc = self._random.getrandbits(32)
        self._sequence = self._random.getrandbits(16)
        self._packets = self._octets = 0
        self._next = 0
        self._report_s = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin at the present moment of the clip; does nothing while it plays."""
        if self._timer is None:
            count, played = len(self.clip.pictures), time.monotonic() - self._start_s
            turn, rest_s = divmod(played, self.clip.duration_s)
            ticks = [picture.ticks for picture in self.clip.pictures]
            self._next = int(turn) * count + bisect_left(ticks, rest_s * CLOCK_RATE)
            self._schedule()

    def stop(self) -> None:
        """Nobody listens any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def parameter_sets(self) -> tuple[bytes, ...]:
        """What a description says of the clip."""
        return self._sets() if Fault.WRONG_SETS in self._faults else self.clip.parameter_sets

    def _schedule(self) -> None:
        turn, index = divmod(self._next, len(self.clip.pictures))
        due_s = self._start_s + turn * self.clip.duration_s + self.clip.pictures[index].ticks / CLOCK_RATE
        now_s = time.monotonic()
        if due_s < now_s - _MAX_LATE_S:
            due_s = self._catch_up(now_s, due_s)
        self._timer = asyncio.get_running_loop().call_later(max(0.0, due_s - now_s), self._emit)

    def _catch_up(self, now_s: float, due_s: float) -> float:
        """After a stop of the whole process: go on from here, as a camera would, without a burst."""
        self._start_s += now_s - due_s
        self._base_ticks += int((now_s - due_s) * CLOCK_RATE)
        return now_s

    def _emit(self) -> None:
        self._follow_clip_fault()
        turn, index = divmod(self._next, len(self.clip.pictures))
        position = turn * self.clip.duration_ticks + self.clip.pictures[index].ticks
        jump = int(self._faults.number(Fault.TIME_JUMP) * CLOCK_RATE)
        ticks = self._base_ticks + position + jump
        self._next += 1
        self._send(self._report(ticks) + self._frames(index, ticks))
        self._schedule()

    def _frames(self, index: int, ticks: int) -> bytes:
        payloads = self._payloads[index]
        loss = self._faults.number(Fault.LOSS)
        frames = []
        for number, payload in enumerate(self._spoiled(payloads, index), 1):
            self._sequence += 1
            self._octets += len(payload)
            if not loss or self._random.random() >= loss:
                is_last = number == len(payloads)
                frames.append(
                    frame(payload, sequence=self._sequence, ticks=ticks, ssrc=self._ssrc, is_last=is_last)
                )
        self._packets += len(payloads)
        return b"".join(frames)

    def _spoiled(self, payloads: tuple[bytes, ...], index: int) -> tuple[bytes, ...]:
        if Fault.GARBAGE in self._faults:
            return tuple(b"\xff" + self._random.randbytes(len(payload) - 1) for payload in payloads)
        if Fault.WRONG_SETS in self._faults and self.clip.pictures[index].is_key:
            return (aggregate(self.clip.codec, self._sets()), *payloads[1:])
        return payloads

    def _sets(self) -> tuple[bytes, ...]:
        """Parameter sets that keep their type and lose their sense."""
        return tuple(nal[:2] + self._random.randbytes(len(nal)) for nal in self.clip.parameter_sets)

    def _report(self, ticks: int) -> bytes:
        now_s = time.monotonic()
        if now_s < self._report_s:
            return b""
        self._report_s = now_s + _REPORT_INTERVAL_S
        wall_s = time.time() + self._faults.number(Fault.SKEW)
        return sender_report(
            ssrc=self._ssrc, ticks=ticks, wall_s=wall_s, packets=self._packets, octets=self._octets
        )

    def _follow_clip_fault(self) -> None:
        """Change to another clip, or back; timestamps go on."""
        wanted = self._faults.text(Fault.RESOLUTION) or str(self._own)
        if wanted == self._playing:
            return
        turn, index = divmod(self._next, len(self.clip.pictures))
        self._base_ticks += turn * self.clip.duration_ticks + self.clip.pictures[index].ticks
        self._playing = wanted
        self.clip, self._payloads = _packed(Path(wanted))
        self._start_s, self._next = time.monotonic(), 0
