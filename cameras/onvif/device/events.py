"""Events of a pull point (WS-BaseNotification with ONVIF topics), reduced to what a station acts on.

Read from the message itself: makes name their topics and values in their own ways, and a schema says
nothing about either.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any, Final

from cameras.onvif.device.facts import DeviceEvent, Happening, Pulled, cut

# By the end of a topic, from the ONVIF event topics and those that makes use instead.
_TOPICS: Final = {
    "VideoSource/MotionAlarm": Happening.MOTION,
    "RuleEngine/CellMotionDetector/Motion": Happening.MOTION,
    "RuleEngine/MotionRegionDetector/Motion": Happening.MOTION,
    "VideoSource/GlobalSceneChange/AnalyticsService": Happening.TAMPER,
    "VideoSource/GlobalSceneChange/ImagingService": Happening.TAMPER,
    "RuleEngine/TamperDetector/Tamper": Happening.TAMPER,
    "VideoSource/ImageTooDark/AnalyticsService": Happening.TAMPER,
    "Device/Trigger/DigitalInput": Happening.INPUT,
}
_STATES: Final = frozenset({"State", "IsMotion", "IsTamper", "LogicalState", "Value"})
_ON: Final = frozenset({"true", "1", "on", "active"})


def read(envelope: Any, most: int) -> Pulled:  # noqa: ANN401 - lxml ships no types
    """The events of a PullMessages answer, at most `most`; the rest is left unread."""
    messages = [found for found in envelope.iter() if _local(found) == "NotificationMessage"][:most]
    events = [event for event in map(_event, messages) if event is not None]
    return Pulled(tuple(events), len(messages) - len(events))


def _event(message: Any) -> DeviceEvent | None:  # noqa: ANN401 - lxml ships no types
    kind = _kind(_text(message, "Topic"))
    told = next((found for found in message.iter("{http://www.onvif.org/ver10/schema}Message")), None)
    if kind is None or told is None:
        return None
    states = [value for name, value in _simple_items(told, "Data") if name in _STATES]
    if not states:
        return None
    sources = [value for _name, value in _simple_items(told, "Source")]
    return DeviceEvent(
        kind=kind,
        is_on=states[0].strip().lower() in _ON,
        source=cut(" ".join(sources)),
        is_first=told.get("PropertyOperation") == "Initialized",
        at=_moment(told.get("UtcTime")),
    )


def _kind(topic: str) -> Happening | None:
    """By the topic without its name space prefixes, which each make chooses for itself."""
    steps = "/".join(step.rpartition(":")[2] for step in topic.strip().split("/"))
    return _TOPICS.get(steps)


def _simple_items(message: Any, part: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - lxml ships no types
    for group in message:
        if _local(group) == part:
            for item in group.iter("{http://www.onvif.org/ver10/schema}SimpleItem"):
                yield item.get("Name", ""), item.get("Value", "")


def _text(message: Any, name: str) -> str:  # noqa: ANN401 - lxml ships no types
    found = next((child for child in message if _local(child) == name), None)
    return (found.text or "") if found is not None else ""


def _moment(text: str | None) -> dt.datetime | None:
    try:
        found = dt.datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found.astimezone(dt.UTC) if found.tzinfo else None


def _local(element: Any) -> str:  # noqa: ANN401 - lxml ships no types
    return str(element.tag).rpartition("}")[2]
