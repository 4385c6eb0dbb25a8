"""The office pages' navigation as data: a room adds one line, the frame shows it to those who may go."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.principals import Principal, principal_of

DAILY, REGISTRY, RESULTS, SYSTEM = _("Daily work"), _("Registry"), _("Results"), _("System")


@dataclass(frozen=True)
class Entry:
    """One line of the table: where it leads, who may go, what it is called, under which heading."""

    url_name: str
    capability: str
    label: Promise
    group: Promise


# In the order of the screen. A page that is not installed yet is left out, not shown dead.
ENTRIES = (
    Entry("wall", "wall.view", _("Wall"), DAILY),
    Entry("cameras:live", "cameras.live", _("Live cameras"), DAILY),
    Entry("recording:playback", "recordings.view", _("Recordings"), DAILY),
    Entry("incidents:list", "incidents.view", _("Incidents"), DAILY),
    Entry("evidence:list", "evidence.view", _("Evidence"), DAILY),
    Entry("alerts:list", "alerts.view", _("Alerts"), DAILY),
    Entry("plates:hits", "plates.view", _("Watchlist hits"), DAILY),
    Entry("plates:reads", "plates.view", _("Plate reads"), DAILY),
    Entry("cameras:registry", "cameras.edit", _("Cameras"), REGISTRY),
    Entry("upkeep:report", "upkeep.view", _("Upkeep"), REGISTRY),
    Entry("incidents:sos", "sos.view", _("SOS buttons"), REGISTRY),
    Entry("incidents:units", "incidents.view", _("Units"), REGISTRY),
    Entry("plates:watchlist", "plates.watchlist", _("Watchlist"), REGISTRY),
    Entry("plates:sources", "plates.sources", _("Other readers"), REGISTRY),
    Entry("accounts:people", "people.view", _("People and rights"), SYSTEM),
    Entry("accounts:screens", "people.view", _("Wall screens"), SYSTEM),
    Entry("accounts:audit", "audit.view", _("Audit log"), SYSTEM),
)


@dataclass(frozen=True)
class Link:
    """An entry as one page shows it."""

    url: str
    label: Promise
    is_here: bool


@dataclass(frozen=True)
class Group:
    """A heading with its links."""

    label: Promise
    links: list[Link]


def groups_for(request: HttpRequest) -> list[Group]:
    """What the person behind `request` may open, heading by heading; empty headings are left out."""
    principal = principal_of(request)
    doors = [(entry, url) for entry in ENTRIES if (url := _open_url(entry, principal))]
    here = max((url for _entry, url in doors if request.path.startswith(url)), key=len, default="")
    found: dict[Promise, list[Link]] = {}
    for entry, url in doors:
        found.setdefault(entry.group, []).append(Link(url, entry.label, url == here))
    return [Group(label, links) for label, links in found.items()]


def _open_url(entry: Entry, principal: Principal) -> str:
    if not principal.can(entry.capability):
        return ""
    try:
        return reverse(entry.url_name)
    except NoReverseMatch:
        return ""
