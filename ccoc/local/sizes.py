"""Holds our own files to the sizes that keep them readable, and prints how we stand.

Lines count as they stand. Limits: function 40, module 500, template 150, style sheet or script 400.
"""

import ast
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ccoc.local.home import PROJECT_ROOT

FUNCTION_LIMIT = 40
FILE_LIMITS = {".py": 500, ".html": 150, ".css": 400, ".js": 400, ".mjs": 400}
SKIPPED = {".venv", "var", "node_modules", "vendor", "migrations", ".git", ".mypy_cache", ".hypothesis"}


@dataclass(frozen=True, slots=True)
class Size:
    """Lines of one file or function, and how many it may have."""

    what: str
    lines: int
    limit: int


def own_files(root: Path) -> Iterator[Path]:
    """Yield the files that people of this project write."""
    for path in sorted(root.rglob("*")):
        if path.suffix in FILE_LIMITS and not SKIPPED & set(path.relative_to(root).parts):
            yield path


def function_sizes(path: Path, root: Path) -> Iterator[Size]:
    """Yield every function of a Python file with its lines, signature to last statement."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            yield Size(f"{path.relative_to(root)}:{node.lineno} {node.name}", lines, FUNCTION_LIMIT)


def measure(root: Path = PROJECT_ROOT) -> tuple[list[Size], list[Size]]:
    """Return the sizes of all files and of all functions."""
    files: list[Size] = []
    functions: list[Size] = []
    for path in own_files(root):
        count = len(path.read_text("utf-8").splitlines())
        files.append(Size(str(path.relative_to(root)), count, FILE_LIMITS[path.suffix]))
        if path.suffix == ".py":
            functions += function_sizes(path, root)
    return files, functions


def summary(files: list[Size], functions: list[Size]) -> str:
    """Return one line on the functions and one on tests against sources."""
    lengths = sorted(size.lines for size in functions)
    tests = sum(size.lines for size in files if size.what.startswith("tests/"))
    sources = sum(size.lines for size in files) - tests
    median, tenth = statistics.median(lengths or [0]), lengths[int(len(lengths) * 0.9)] if lengths else 0
    return (
        f"{len(functions)} functions: median {median:.0f} lines, nine in ten up to {tenth}\n"
        f"{sources} source lines, {tests} test lines"
    )


def main() -> int:
    """Print what is too long and the summary; return 1 when something is too long."""
    files, functions = measure()
    long = [size for size in files + functions if size.lines > size.limit]
    for size in long:
        sys.stdout.write(f"{size.what}: {size.lines} lines, at most {size.limit}\n")
    sys.stdout.write(summary(files, functions) + "\n")
    return 1 if long else 0


if __name__ == "__main__":
    sys.exit(main())
