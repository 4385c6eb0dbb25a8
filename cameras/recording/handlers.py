"""What happens at a camera, told by the rooms below: it is recorded."""

import datetime as dt

from alerts.models import Alert
from cameras.models import Camera
from cameras.recording.services import demand
from events import bus

AFTER = dt.timedelta(seconds=30)  # an alert is of a moment; what follows it is worth as much


def subscribe() -> None:
    """Called once, when Django is ready."""
    for verb in ("alerts.raised", "alerts.repeated"):
        bus.subscribe(verb, _record_what_happens)


def _record_what_happens(news: bus.News) -> None:
    """An alert that names a camera (a watchlist hit, a tamper) makes that camera record."""
    alert = Alert.objects.filter(pk=news.target_id).first()
    code = alert.details.get("camera") if alert else None
    if isinstance(code, str):
        ids = list(Camera.objects.read().filter(code=code).values_list("pk", flat=True))
        demand(camera_ids=ids, until=news.at + AFTER, reason="ALERT")
