"""`manage.py status [--json]`: is the portal well, in ten lines or as JSON."""

import json

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from ccoc.status import Status, status


class Command(BaseCommand):
    """Exit status 1 when a part could not be read."""

    help = "Show processes, cameras, reads, hits, numbering and the oldest open alarm."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *args: object, **options: object) -> None:
        found = status(at=timezone.now())
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(lines(found)))
        if found["problems"]:
            raise SystemExit(1)


def lines(found: Status) -> list[str]:
    """The same for people; a part that could not be read says so."""
    alarm = found["oldest_alarm"]
    oldest = f"{alarm['subject']}, {alarm['age_s']} s" if alarm else "none"
    return [
        f"CCOC {found['version']} at {found['at']}",
        f"processes   {_counts(_states(found))}",
        f"cameras     {_counts(found['cameras'])}",
        f"recordings  {_recordings(found)}",
        f"plate reads {_figure(found['reads_5_min'])} in 5 min, {_figure(found['hits_5_min'])} hits",
        f"numbering   event {_figure(found['last_seq'])}, audit {_figure(found['last_audit_seq'])}",
        f"open alarms {_counts(found['open_alarms'])}, oldest: {oldest}",
        *(f"PROBLEM {problem}" for problem in found["problems"]),
    ]


def _states(found: Status) -> dict[str, int] | None:
    if found["processes"] is None:
        return None
    names = [process["state"] for process in found["processes"]]
    return {name: names.count(name) for name in dict.fromkeys(names)}


def _recordings(found: Status) -> str:
    told = found["recordings"]
    if told is None:
        return "unknown"
    days = "" if told["days_left"] is None else f", room for {told['days_left']} days"
    return f"{told['segments_5_min']} in 5 min, {told['bytes_per_day'] / 1e9:.1f} GB a day{days}"


def _counts(counts: dict[str, int] | None) -> str:
    if counts is None:
        return "unknown"
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items())) or "none"


def _figure(number: int | None) -> str:
    return "unknown" if number is None else str(number)
