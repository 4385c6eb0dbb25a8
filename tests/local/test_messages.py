"""Extraction, update, check and compilation of the Thai catalogues, on a small project."""

import gettext
from pathlib import Path

import pytest

from ccoc.local import messages
from ccoc.local.template_strings import Text, template_texts

CODE = """
from django.utils.translation import gettext as _, ngettext, pgettext_lazy
HELLO = _("Hello %(name)s")
CARS = ngettext("%(count)d car", "%(count)d cars", 2)
MAY = pgettext_lazy("month", "May")
NOT_A_TEXT = _(HELLO)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "cars").mkdir()
    (tmp_path / "ccoc").mkdir()
    (tmp_path / "cars" / "apps.py").write_text(CODE, "utf-8")
    (tmp_path / "templates" / "cars").mkdir(parents=True)
    (tmp_path / "templates" / "cars" / "list.html").write_text('{% translate "List" %}', "utf-8")
    (tmp_path / "templates" / "base.html").write_text('{% translate "Close" %}', "utf-8")
    return tmp_path


def room(project: Path, name: str = "cars") -> messages.Room:
    return messages.Room(name, project)


def fill(project: Path, **texts: str) -> None:
    """Write translations into the catalogue of `cars`."""
    catalog = messages.stored(room(project))
    for message in catalog:
        key = messages.key_of(message)[1]
        if key in texts:
            message.string = (texts[key],) if message.pluralizable else texts[key]
    messages.write_catalog(room(project), catalog)


FULL = {
    "Hello %(name)s": "สวัสดี %(name)s",
    "%(count)d car": "รถ %(count)d คัน",
    "May": "พ.ค.",
    "List": "รายการ",
}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('{% translate "Save" %}', Text("Save")),
        ("{% trans 'It\\'s on' as word %}", Text("It's on")),
        ('{% translate "May" context "month" %}', Text("May", context="month")),
        ('{% translate "100%" %}', Text("100%%")),
        ('{{ _("Out")|upper }}', Text("Out")),
        ('{% include "a.html" with title=_("In") %}', Text("In")),
        ("{% blocktranslate with n=name %}Hi {{ n }}{% endblocktranslate %}", Text("Hi %(n)s")),
        ("{% blocktranslate trimmed %}\n  One\n  line\n{% endblocktranslate %}", Text("One line")),
        (
            "{% blocktranslate count n=cars %}a car{% plural %}{{ n }} cars{% endblocktranslate %}",
            Text("a car", "%(n)s cars"),
        ),
    ],
)
def test_template_texts_finds_what_django_looks_up(source: str, expected: Text) -> None:
    assert list(template_texts(source)) == [expected]


@pytest.mark.parametrize(
    "source",
    [
        '{# {% translate "no" %} #}',
        "{% comment %}{% translate 'no' %}{% endcomment %}",
        "{% translate name %}",
        "_('x')",
    ],
)
def test_template_texts_leaves_the_rest(source: str) -> None:
    assert list(template_texts(source)) == []


def test_extract_puts_each_text_into_its_rooms_catalogue(project: Path) -> None:
    messages.extract((), project)

    assert messages.keys(messages.stored(room(project))) == {
        ("", "Hello %(name)s"),
        ("", "%(count)d car"),
        ("month", "May"),
        ("", "List"),
    }
    assert messages.keys(messages.stored(room(project, "ccoc"))) == {("", "Close")}
    assert (project / "locale" / "th" / "LC_MESSAGES" / "django.po").exists()


def test_extract_gives_an_app_within_a_room_its_own_catalogue(project: Path) -> None:
    for folder in ("cars/wheels", "templates/wheels"):
        (project / folder).mkdir()
    (project / "cars" / "wheels" / "apps.py").write_text('_("Rim")', "utf-8")
    (project / "templates" / "wheels" / "list.html").write_text('{% translate "Tyre" %}', "utf-8")

    messages.extract((), project)

    wheels = messages.stored(room(project, "cars/wheels"))
    assert messages.keys(wheels) == {("", "Rim"), ("", "Tyre")}
    assert not messages.keys(wheels) & messages.keys(messages.stored(room(project)))
    assert messages.keys(messages.stored(room(project, "ccoc"))) == {("", "Close")}


def test_extract_keeps_translations_and_drops_what_is_not_used(project: Path) -> None:
    messages.extract((), project)
    fill(project, **FULL)
    (project / "templates" / "cars" / "list.html").write_text("", "utf-8")

    messages.extract(["cars"], project)

    text = room(project).po.read_text("utf-8")
    assert "สวัสดี %(name)s" in text
    assert "รายการ" not in text


def test_extract_twice_writes_the_same_file(project: Path) -> None:
    messages.extract((), project)
    first = room(project).po.read_bytes()

    messages.extract((), project)

    assert room(project).po.read_bytes() == first


def test_check_is_content_with_a_whole_catalogue(project: Path) -> None:
    messages.extract((), project)
    fill(project, **FULL)

    assert messages.check(project) == ["ccoc: not translated ('', 'Close')"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [("", "not translated"), ("สวัสดี", "placeholders differ in"), ("สวัสดี %(nmae)s", "placeholders differ in")],
)
def test_check_names_a_faulty_translation(project: Path, text: str, problem: str) -> None:
    messages.extract((), project)
    fill(project, **{**FULL, "Hello %(name)s": text})

    assert f"cars: {problem} ('', 'Hello %(name)s')" in messages.check(project)


def test_check_names_fuzzy_missing_and_unused_texts(project: Path) -> None:
    messages.extract((), project)
    fill(project, **FULL)
    po = room(project).po
    po.write_text(po.read_text("utf-8").replace('msgid "List"', '#, fuzzy\nmsgid "List"'), "utf-8")
    (project / "cars" / "apps.py").write_text(CODE.replace("Hello", "Goodbye"), "utf-8")

    problems = messages.check(project)

    assert "cars: fuzzy ('', 'List')" in problems
    assert "cars: missing ('', 'Goodbye %(name)s')" in problems
    assert "cars: not used any more ('', 'Hello %(name)s')" in problems


def test_check_names_a_text_that_two_rooms_translate_differently(project: Path) -> None:
    (project / "templates" / "base.html").write_text('{% translate "List" %}', "utf-8")
    messages.extract((), project)
    fill(project, **FULL)
    top = room(project, "ccoc")
    top.po.write_text(
        top.po.read_text("utf-8").replace('msgstr ""\n', 'msgstr "ลิสต์"\n').replace("ลิสต์", "", 1), "utf-8"
    )

    assert any("translate differently" in problem for problem in messages.check(project))


def test_compile_all_writes_what_gettext_reads_and_only_when_newer(project: Path) -> None:
    messages.extract((), project)
    fill(project, **FULL)

    written = messages.compile_all(project)
    again = messages.compile_all(project)

    with room(project).mo.open("rb") as file:
        thai = gettext.GNUTranslations(file)
    assert thai.gettext("Hello %(name)s") == "สวัสดี %(name)s"
    assert thai.ngettext("%(count)d car", "%(count)d cars", 5) == "รถ %(count)d คัน"
    assert thai.pgettext("month", "May") == "พ.ค."
    assert room(project).mo in written
    assert again == []
