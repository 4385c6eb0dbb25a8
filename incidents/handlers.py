"""What this room hears of the others."""

from alerts.models import Alert
from alerts.workflow import Kind
from events import bus
from incidents.services import clear_press


def show_point_by_its_link(news: bus.News) -> None:
    """The alert of an SOS point was closed: the point is no longer shown as pressed."""
    alert = Alert.objects.filter(pk=int(news.target_id), kind=Kind.SOS).first()
    if alert is not None:
        clear_press(code=alert.source_id, at=news.at)


def subscribe() -> None:
    bus.subscribe("alerts.closed", show_point_by_its_link)
