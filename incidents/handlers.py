"""What this room hears of the others."""

from collections.abc import Iterator

from alerts.models import Alert
from alerts.workflow import Kind
from cameras.evidence import jobs, providers
from cameras.evidence.errands import two
from events import bus
from incidents.models import IncidentStep
from incidents.services import clear_press
from incidents.workflow import StepKind


def show_point_by_its_link(news: bus.News) -> None:
    """The alert of an SOS point was closed: the point is no longer shown as pressed."""
    alert = Alert.objects.filter(pk=int(news.target_id), kind=Kind.SOS).first()
    if alert is not None:
        clear_press(code=alert.source_id, at=news.at)


def pack_steps(kind: str, key: str) -> Iterator[jobs.Mark]:
    """The log of the incident that an evidence pack is about, without what people wrote or who they are."""
    if kind != "incident" or not key.isdigit():
        return
    for step in IncidentStep.objects.filter(incident_id=int(key)).order_by("id"):
        words = two(StepKind(step.kind).label)
        if step.unit:
            words = jobs.Words(th=f"{words['th']} {step.unit}", en=f"{words['en']} {step.unit}")
        yield jobs.Mark(at=jobs.utc(step.at), camera="", kind="INCIDENT", words=words)


def subscribe() -> None:
    bus.subscribe("alerts.closed", show_point_by_its_link)
    providers.subscribe_marks(pack_steps)
