"""Finds the translatable texts of Django templates, without Django.

Follows what Django's own tags look up: a per cent sign is doubled, a variable of a block becomes
`%(name)s`, and `trimmed` joins the stripped lines with spaces.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

LITERAL = r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'"""
TOKEN = re.compile(r"(\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\})", re.DOTALL)
COMMENT = re.compile(r"\{%\s*comment\b.*?%\}.*?\{%\s*endcomment\s*%\}", re.DOTALL)
MARKED = re.compile(rf"\b_\(\s*({LITERAL})\s*\)")
TRANSLATE = re.compile(rf"^(?:translate|trans)\s+({LITERAL})(.*)$", re.DOTALL)
BLOCK = re.compile(r"^(?:blocktranslate|blocktrans)\b(.*)$", re.DOTALL)
CONTEXT = re.compile(rf"\bcontext\s+({LITERAL})")


@dataclass(frozen=True, slots=True)
class Text:
    """One text to translate; `plural` and `context` are empty when it has none."""

    singular: str
    plural: str = ""
    context: str = ""


def unquote(literal: str) -> str:
    """Return the text of a template's string literal."""
    quote = literal[0]
    return literal[1:-1].replace("\\" + quote, quote).replace("\\\\", "\\")


def context_of(options: str) -> str:
    """Return the context named in a tag's options."""
    found = CONTEXT.search(options)
    return unquote(found[1]) if found else ""


def template_texts(source: str) -> Iterator[Text]:
    """Yield every text of one template in order."""
    tokens = iter(TOKEN.split(COMMENT.sub("", source)))
    for token in tokens:
        if token.startswith("{#") or not token.startswith(("{%", "{{")):
            continue
        inner = token[2:-2].strip()
        if block := BLOCK.match(inner):
            yield read_block(block[1], tokens)
        elif tag := TRANSLATE.match(inner):
            yield Text(unquote(tag[1]).replace("%", "%%"), context=context_of(tag[2]))
        else:
            for marked in MARKED.findall(inner):
                yield Text(unquote(marked).replace("%", "%%"))


def read_block(options: str, tokens: Iterator[str]) -> Text:
    """Consume the tokens of a block up to its end tag and return its text."""
    parts: list[list[str]] = [[]]
    for token in tokens:
        if token.startswith("{%"):
            if token[2:-2].strip() != "plural":
                break
            parts.append([])
        elif token.startswith("{{"):
            parts[-1].append(f"%({token[2:-2].strip()})s")
        elif not token.startswith("{#"):
            parts[-1].append(token.replace("%", "%%"))
    texts = ["".join(part) for part in parts]
    if re.search(r"\btrimmed\b", options):
        texts = [" ".join(line.strip() for line in text.strip().splitlines()) for text in texts]
    return Text(texts[0], texts[1] if len(texts) > 1 else "", context_of(options))
