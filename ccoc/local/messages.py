"""Thai catalogues with Babel: no gettext tools needed.

Each app has `<app>/locale/th/LC_MESSAGES/django.po` for its Python and `templates/<app>/`, an app within a
room (`cameras/recording`) too, whose templates are in `templates/recording/`; the catalogue
`locale/th/…` at the top has the texts of `ccoc/` and of every other template. Django merges all of them,
therefore one text must have one translation everywhere.
"""

import io
import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS
from babel.messages.extract import extract as extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from ccoc.local.home import PROJECT_ROOT
from ccoc.local.template_strings import Text, template_texts

# Babel knows gettext's own names; Django adds the lazy ones.
LAZY = ("gettext", "ngettext", "pgettext", "npgettext")
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    **{f"{name}_lazy": DEFAULT_KEYWORDS[name] for name in LAZY},
    "gettext_noop": None,
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]|%[sd]|\{(\w*)\}")
TOP = "ccoc"
# They change with each run or name a person: noise in a review.
UNSTABLE_HEADERS = tuple(
    f'"{name}'
    for name in (
        *("POT-Creation-Date", "PO-Revision-Date", "Report-Msgid-Bugs-To"),
        *("Last-Translator", "Language-Team", "Generated-By"),
    )
)


@dataclass(frozen=True, slots=True)
class Room:
    """One catalogue: its name, its file, and the sources whose texts it holds."""

    name: str
    root: Path

    @property
    def po(self) -> Path:
        """The catalogue that people edit."""
        base = self.root if self.name == TOP else self.root / self.name
        return base / "locale" / "th" / "LC_MESSAGES" / "django.po"

    @property
    def mo(self) -> Path:
        """The compiled catalogue that Django reads."""
        return self.po.with_suffix(".mo")

    def sources(self) -> Iterator[Path]:
        """Yield Python and template files in a stable order."""
        folder = self.root / self.name
        others = [self.root / room.name for room in rooms(self.root) if room.name.startswith(f"{self.name}/")]
        for path in sorted(folder.rglob("*.py")):
            if "migrations" not in path.parts and not any(path.is_relative_to(other) for other in others):
                yield path
        yield from sorted(path for path in folder.rglob("templates/**/*") if path.suffix in {".html", ".txt"})
        owners = {Path(room.name).name: room.name for room in rooms(self.root)}
        for path in sorted((self.root / "templates").rglob("*")):
            first = path.relative_to(self.root / "templates").parts[0]
            if owners.get(first, TOP) == self.name and path.suffix in {".html", ".txt"}:
                yield path


def rooms(root: Path = PROJECT_ROOT) -> list[Room]:
    """Return the catalogues of the project: one for each app, and the top one with all of `ccoc/`."""
    found = (path.parent.relative_to(root) for path in (*root.glob("*/apps.py"), *root.glob("*/*/apps.py")))
    apps = sorted(app.as_posix() for app in found if app.parts[0] not in {TOP, "var"})
    return [Room(name, root) for name in (*apps, TOP)]


def python_texts(path: Path) -> Iterator[Text]:
    """Yield the texts of one Python file."""
    with path.open("rb") as file:
        for _line, found, _comments, context in extract_from_file("python", file, KEYWORDS):
            parts = found if isinstance(found, tuple) else (found,)
            yield Text(parts[0], parts[1] if len(parts) > 1 else "", context or "")


def extracted(room: Room) -> Catalog:
    """Return the texts that the room's sources use, without translations."""
    catalog = Catalog()
    for path in room.sources():
        texts = python_texts(path) if path.suffix == ".py" else template_texts(path.read_text("utf-8"))
        for text in texts:
            key = (text.singular, text.plural) if text.plural else text.singular
            where = path.relative_to(room.root).as_posix()
            catalog.add(key, locations=[(where, 0)], context=text.context or None)
    return catalog


def stored(room: Room) -> Catalog:
    """Return the room's catalogue; a missing file is an empty one."""
    if not room.po.exists():
        return Catalog(locale="th")
    with room.po.open("rb") as file:
        return read_po(file, locale="th")


def extract(chosen: Sequence[str] = (), root: Path = PROJECT_ROOT) -> list[str]:
    """Bring catalogues up to date with their sources: new texts come empty, unused ones go."""
    lines = []
    for room in rooms(root):
        if chosen and room.name not in chosen:
            continue
        catalog = stored(room)
        catalog.update(extracted(room), no_fuzzy_matching=True)
        if len(catalog) or room.po.exists():
            write_catalog(room, catalog)
        empty = sum(1 for message in catalog if message.id and not translations(message))
        lines.append(f"{room.name}: {len(catalog)} texts, {empty} without translation")
    return lines


def write_catalog(room: Room, catalog: Catalog) -> None:
    """Write a catalogue in a form that reviews well: stable header, no line numbers, sorted by file."""
    catalog.header_comment = f"# Thai texts of {room.name}."
    catalog.project, catalog.version = "CCOC", "1"
    catalog.fuzzy = False
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=110, include_lineno=False, ignore_obsolete=True, sort_by_file=True)
    lines = buffer.getvalue().decode("utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(UNSTABLE_HEADERS)]
    room.po.parent.mkdir(parents=True, exist_ok=True)
    room.po.write_text("\n".join(kept).rstrip() + "\n", "utf-8")


def compile_all(root: Path = PROJECT_ROOT) -> list[Path]:
    """Compile the catalogues that changed since they were compiled; return what was written."""
    written = []
    for room in rooms(root):
        if not room.po.exists() or (room.mo.exists() and room.mo.stat().st_mtime >= room.po.stat().st_mtime):
            continue
        half = room.mo.with_name(f"{room.mo.name}.{os.getpid()}")
        with half.open("wb") as file:
            write_mo(file, stored(room))
        half.replace(room.mo)  # tests and servers may read it meanwhile
        written.append(room.mo)
    return written


def check(root: Path = PROJECT_ROOT) -> list[str]:
    """Return what is wrong with the catalogues; an empty list is good."""
    problems = []
    seen: dict[tuple[str, str], tuple[str, tuple[str, ...]]] = {}
    for room in rooms(root):
        catalog, used = stored(room), extracted(room)
        problems += [f"{room.name}: missing {key}" for key in sorted(keys(used) - keys(catalog))]
        problems += [f"{room.name}: not used any more {key}" for key in sorted(keys(catalog) - keys(used))]
        for message in catalog:
            if not message.id:
                continue
            problems += [f"{room.name}: {fault} {key_of(message)}" for fault in faults(message)]
            first = seen.setdefault(key_of(message), (room.name, translations(message)))
            if first[1] != translations(message):
                problems.append(f"{room.name} and {first[0]} translate differently: {key_of(message)}")
    return problems


def faults(message: Message) -> Iterator[str]:
    """Yield what is wrong with one translation."""
    texts = translations(message)
    if not texts:
        yield "not translated"
    if message.fuzzy:
        yield "fuzzy"
    allowed = placeholders(message.id[-1] if isinstance(message.id, tuple) else str(message.id))
    if any(placeholders(text) != allowed for text in texts):
        yield "placeholders differ in"


def placeholders(text: str) -> list[str]:
    """Return the placeholders of a text, sorted; `%%` is none."""
    return sorted(found.group() for found in PLACEHOLDER.finditer(text.replace("%%", "")))


def translations(message: Message) -> tuple[str, ...]:
    """Return the translations of a message that are not empty."""
    texts = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return tuple(text for text in texts if text)


def key_of(message: Message) -> tuple[str, str]:
    """Return what identifies a message: its context and singular."""
    return message.context or "", message.id[0] if isinstance(message.id, tuple) else str(message.id)


def keys(catalog: Catalog) -> set[tuple[str, str]]:
    """Return the keys of all messages but the header."""
    return {key_of(message) for message in catalog if message.id}


def main(arguments: Sequence[str]) -> int:
    """Run `extract [app …]`, `compile` or `check`; return the exit status."""
    command, *chosen = arguments or ["check"]
    if command == "extract":
        sys.stdout.write("\n".join(extract(chosen)) + "\n")
    elif command == "compile":
        sys.stdout.write(f"{len(compile_all())} catalogues compiled\n")
    elif command == "check":
        problems = check()
        sys.stdout.write("".join(f"{problem}\n" for problem in problems))
        return 1 if problems else 0
    else:
        sys.stderr.write("usage: python -m ccoc.local.messages extract [app ...] | compile | check\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
