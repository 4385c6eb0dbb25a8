"""From rows of the register to streams to hold open."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings

from cameras.addresses import stream_url
from cameras.models import Camera, Kind
from cameras.secrets import Unreadable, unseal
from cameras.streams.decoding import LaneSpec
from cameras.streams.recording import Mode
from cameras.streams.units import Role, StreamSource, Transport

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reading:
    """One camera to read: its stream, and the lane that looks at all of its pictures, if any.

    `recorded` is the stream to record where that is another one than `source`; `view_no` says which of the
    views that it was given on purpose it shows, and a camera that `turns` has none of its own.
    """

    camera_id: int
    revision: int
    source: StreamSource
    lane: LaneSpec | None
    recorded: StreamSource | None = None
    mode: Mode = Mode.OFF
    view_no: int = 0
    turns: bool = False

    @property
    def streams(self) -> tuple[StreamSource, ...]:
        """What to hold open."""
        return (self.source,) if self.recorded is None else (self.source, self.recorded)

    @property
    def recorded_role(self) -> Role:
        return (self.recorded or self.source).role


def load_readings(camera_ids: Iterable[int]) -> list[Reading]:
    """What to open for these cameras, in one query; ids that are gone are left out."""
    rows = Camera.objects.filter(pk__in=list(camera_ids)).select_related("credential", "recording_rule")
    return [_reading(camera) for camera in rows.by_code()]


def _reading(camera: Camera) -> Reading:
    """Plates need the full picture; all else is seen as well in the small one, at a fifth of the work.

    Recordings are evidence: they are of the full picture, which is then held open beside the small one.
    """
    is_small = bool(camera.sub_path) and not camera.reads_plates
    mode = _mode(camera)
    source = _source(camera, is_small=is_small)
    recorded = _source(camera, is_small=False) if is_small and mode is not Mode.OFF else None
    turns = camera.kind == Kind.PTZ
    return Reading(camera.pk, camera.revision, source, _lane(camera), recorded, mode, camera.view_no, turns)


def _source(camera: Camera, *, is_small: bool) -> StreamSource:
    username, password = _credential(camera)
    path = camera.sub_path if is_small else camera.stream_path
    return StreamSource(
        code=camera.code,
        url=stream_url(camera.stream_host, camera.stream_port, path),
        username=username,
        password=password,
        transport=Transport(camera.transport.lower()),
        role=Role.SUB if is_small else Role.MAIN,
        site=camera.switch or camera.site,
    )


def _mode(camera: Camera) -> Mode:
    rule = getattr(camera, "recording_rule", None)
    return Mode(rule.mode) if rule is not None else Mode.OFF


def _lane(camera: Camera) -> LaneSpec | None:
    analyser = settings.CAMERA_ANALYSERS.get("PLATES") if camera.reads_plates else None
    return LaneSpec(analyser) if analyser else None


def _credential(camera: Camera) -> tuple[str, str]:
    """A password that no longer opens leaves the camera to be refused, which its health then shows."""
    profile = camera.credential
    if profile is None:
        return "", ""
    try:
        return profile.username, unseal(profile.sealed_secret)
    except Unreadable:
        logger.error("credential profile %s cannot be opened; enter its password again", profile.pk)
        return profile.username, ""
