"""The wall's words: every one that a module asks for exists, and none is kept for nobody."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from ccoc.wall.strings import STRINGS, strings

MODULES = Path(settings.BASE_DIR) / "static" / "wall"
LITERAL = re.compile(r"""["'`]([a-z]+(?:-[a-z]+)?\.[A-Za-z0-9_.-]+)["'`]""")
COMMENT = re.compile(r"/\*.*?\*/|^\s*//.*?$", re.DOTALL | re.MULTILINE)
RIGHTS = ("alerts.", "cameras.", "incidents.")  # names of capabilities look like keys
# Modules build these keys from a code: `t(`outcome.${alert.outcome}`)`.
BUILT = (
    "act.", "age.", "find.", "group.", "kind.", "shelf.",
    "help.", "month.", "outcome.", "province.", "rail.", "category.", "hit.title.", "reason.",
    "sheet.", "sos.", "step.", "tile.miss-", "unit.", "weekday.",
)  # fmt: skip


def asked_for() -> set[str]:
    text = COMMENT.sub("", "".join(path.read_text("utf-8") for path in MODULES.glob("*.js")))
    return {
        key
        for key in LITERAL.findall(text)
        if not key.endswith((".js", ".changed")) and not key.startswith(RIGHTS)
    }


def test_strings_hold_every_key_that_a_module_names() -> None:
    assert sorted(asked_for() - set(STRINGS)) == []


def test_strings_hold_no_key_that_no_module_names() -> None:
    assert sorted(key for key in set(STRINGS) - asked_for() if not key.startswith(BUILT)) == []


@pytest.mark.parametrize("code", ["th", "en"])
def test_strings_keep_the_same_placeholders_in_both_languages(code: str) -> None:
    with translation.override(code):
        words = strings()

    for key, text in STRINGS.items():
        source = str(text._proxy____args[1]) if hasattr(text, "_proxy____args") else words[key]
        assert set(re.findall(r"\{\w+\}", words[key])) == set(re.findall(r"\{\w+\}", source)), key


def test_strings_are_thai_on_a_thai_page() -> None:
    with translation.override("th"):
        words = strings()

    untranslated = [key for key in STRINGS if not re.search("[ก-๙]", re.sub(r"\{\w+\}", "", words[key]))]
    assert untranslated == ["rail.closed-as"]
