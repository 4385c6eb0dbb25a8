"""A decoder process: `python -m cameras.streams.decoder FD`. Takes parcels, answers each with one.

Hostile video may crash it; nothing of value is in it: no secrets, no database, only the background models
of its cameras and the analysers of its lanes. It ends when its parent's end of the socket closes.
"""

import os
import resource
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import av
import cv2
import numpy as np
from av.codec.context import Flags
from av.error import FFmpegError

from cameras.streams import redaction
from cameras.streams.analysers import Analyser, ResultLike, load_analyser
from cameras.streams.frames import Planes, Undecodable, jpeg, planes_of, small_luma, small_picture
from cameras.streams.motion import MOTION_SIZE, MotionGate
from cameras.streams.scene import SceneWatch
from cameras.streams.scene_memory import pack as pack_views
from cameras.streams.scene_memory import recall
from cameras.streams.wire import Parcel, pack, receive_parcel

STILL_SIZE = (640, 360)
LANE_INTERVAL_S = 0.2
LANE_HOLD_S = 1.5  # a lane stays open this long after the last motion, so that a track can end
_MICROSECONDS = 1_000_000
_NICENESS = 2  # below ingest, which must never wait for a decoder


@dataclass(slots=True)
class _CameraState:
    """What a camera's key pictures leave behind."""

    scene: SceneWatch
    gate: MotionGate = field(default_factory=MotionGate)


class KeyPictures:
    """Key picture jobs: decoding is stateless, the background models are kept by camera."""

    def __init__(self) -> None:
        self._cameras: dict[str, _CameraState] = {}

    def answer(self, job: Parcel) -> Parcel:
        """Thumbnail, still when asked for, motion and what is wrong with one key picture."""
        state = self._state(job)
        frame = decode_key(job.head["codec"], job.blobs[0], is_fine=job.head["still"])
        planes = planes_of(frame)
        luma = small_luma(planes, MOTION_SIZE)
        motion, conditions = state.gate.look(luma), state.scene.look(luma, job.head["at"])
        views = state.scene.memory(job.head["at"])
        pictures = [jpeg(small_picture(planes, tuple(job.head["thumb"])))]
        if job.head["still"]:
            pictures.append(jpeg(small_picture(planes, STILL_SIZE)))
        if views:
            pictures.append(pack_views(views))
        head = {
            "width": frame.width,
            "height": frame.height,
            "luma": [state.scene.mean, state.scene.spread],
            "conditions": sorted(conditions),
            "still": job.head["still"],
            "memory": bool(views),
            "moving": motion.is_moving,
            "share": motion.share,
        }
        return Parcel(head, pictures)

    def _state(self, job: Parcel) -> _CameraState:
        code = job.head["code"]
        if code not in self._cameras:
            views = recall(job.head["scene"])
            self._cameras[code] = _CameraState(SceneWatch(views, turns=job.head["turns"]))
        return self._cameras[code]

    def forget(self, job: Parcel) -> Parcel:
        """Let go of a camera's models; the answer says how many cameras are left."""
        self._cameras.pop(job.head["code"], None)
        return Parcel({"kept": len(self._cameras)})


class Lane:
    """One plate camera: decodes every picture, chooses some, shows its analyser those with motion."""

    def __init__(self, analyser: Analyser, *, is_gated: bool) -> None:
        self._analyser = analyser
        self._is_gated = is_gated
        self._gate = MotionGate()
        self._context: av.VideoCodecContext | None = None
        self._due_at = 0.0
        self._open_until = 0.0

    def feed(self, job: Parcel) -> list[ResultLike]:
        """Findings in one access unit, usually none."""
        head = job.head
        if head["gap"]:
            self._context = None  # pictures after a loss are smeared until the next key picture
        if self._context is None:
            if not head["key"]:
                return []
            self._context = _context(head["codec"])
        packet = av.Packet(job.blobs[0])
        packet.pts = packet.dts = int(head["at"] * _MICROSECONDS)
        try:
            frames = self._context.decode(packet)
        except FFmpegError:
            self._context = None
            raise Undecodable("picture could not be decoded") from None
        return [result for frame in frames for result in self._look(frame, head["at"])]

    def _look(self, frame: av.VideoFrame, fallback_at: float) -> Sequence[ResultLike]:
        at = frame.pts / _MICROSECONDS if frame.pts is not None else fallback_at
        if at < self._due_at and self._due_at - at < 1.0:
            return ()
        self._due_at = max(self._due_at + LANE_INTERVAL_S, at + LANE_INTERVAL_S / 2)
        if self._is_gated and not self._is_open(planes_of(frame), at):
            return ()
        return self._analyser.feed(np.asarray(frame.to_ndarray(format="bgr24"), np.uint8), at)

    def _is_open(self, planes: Planes, at: float) -> bool:
        if self._gate.look(small_luma(planes, MOTION_SIZE)).is_moving:
            self._open_until = at + LANE_HOLD_S
        return at <= self._open_until


class Lanes:
    """Lane jobs: one analyser for each lane, made at its first picture."""

    def __init__(self) -> None:
        self._lanes: dict[str, Lane] = {}

    def answer(self, job: Parcel) -> Parcel:
        """Findings of one access unit."""
        code = job.head["code"]
        if code not in self._lanes:
            analyser = load_analyser(job.head["analyser"])()
            self._lanes[code] = Lane(analyser, is_gated=job.head["gated"])
        return _findings(self._lanes[code].feed(job))

    def close(self, job: Parcel) -> Parcel:
        """Forget a lane."""
        self._lanes.pop(job.head["code"], None)
        return Parcel({})


def decode_key(codec: str, data: bytes, *, is_fine: bool = True) -> av.VideoFrame:
    """The picture in a key access unit; a fresh context costs nothing extra and keeps no state.

    Unless `is_fine` the deblocking filter is left out: a tenth of the time, invisible in a thumbnail.
    """
    context = _context(codec)
    if not is_fine:
        context.options = {"skip_loop_filter": "all"}
    try:
        frames = [*context.decode(av.Packet(data)), *context.decode(None)]
    except FFmpegError:
        raise Undecodable("picture could not be decoded") from None
    if not frames:
        raise Undecodable("access unit holds no picture")
    return frames[-1]


def serve(connection: socket.socket) -> None:
    """Answer every parcel until the parent is gone."""
    keys, lanes, complaints = KeyPictures(), Lanes(), _Complaints()
    answers: dict[str, Callable[[Parcel], Parcel]] = {
        "key": keys.answer,
        "forget": keys.forget,
        "lane": lanes.answer,
        "close": lanes.close,
    }
    while (job := receive_parcel(connection)) is not None:
        connection.sendall(pack(_answer(answers[job.head["kind"]], job, complaints)))


def main() -> None:
    """Entry of the process; its argument is the number of the inherited socket."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    redaction.install()
    os.nice(_NICENESS)
    cv2.setNumThreads(1)
    with socket.socket(fileno=int(sys.argv[1])) as connection:
        try:
            serve(connection)
        except ConnectionError:
            return  # the parent went away in the middle of an answer


class _Complaints:
    """Writes each kind of failure of a camera once: a broken analyser would fail five times a second."""

    def __init__(self) -> None:
        self._written: set[tuple[str, str]] = set()

    def write(self, job: Parcel, error: Exception) -> None:
        name = type(error).__name__
        if isinstance(error, Undecodable) or (job.head["code"], name) in self._written:
            return
        self._written.add((job.head["code"], name))
        sys.stderr.write(f"decoder: {job.head['kind']} job of {job.head['code']} failed: {name}\n")


def _answer(answer: Callable[[Parcel], Parcel], job: Parcel, complaints: _Complaints) -> Parcel:
    try:
        return answer(job)
    except Exception as error:  # noqa: BLE001 - the edge of a worker: one picture must not end it
        complaints.write(job, error)
        return Parcel({"failed": type(error).__name__})


def _findings(results: Sequence[ResultLike]) -> Parcel:
    heads: list[dict[str, object]] = []
    blobs: list[bytes] = []
    for result in results:
        heads.append({"kind": result.kind, "body": dict(result.body), "pictures": list(result.pictures)})
        blobs += result.pictures.values()
    return Parcel({"results": heads}, blobs)


def _context(codec: str) -> av.VideoCodecContext:
    context = av.CodecContext.create(codec, "r")
    if not isinstance(context, av.VideoCodecContext):
        raise Undecodable("no such video codec")
    context.thread_count = 1
    context.flags |= Flags.low_delay  # cameras send no B-frames: hand each picture out at once
    return context


if __name__ == "__main__":
    main()
