"""Runs the tests of our browser modules with Node's own test runner; says so where there is no Node."""

import shutil
import subprocess
import sys

from ccoc.local.home import PROJECT_ROOT

TESTS = PROJECT_ROOT / "tests" / "js"


def main() -> int:
    """Return Node's exit status, or 0 where Node is missing: nothing but these tests needs it."""
    files = sorted(str(path) for path in TESTS.glob("*.test.*js"))
    node = shutil.which("node")
    if not node or not files:
        reason = "no test files" if node else "Node is not installed"
        sys.stdout.write(f"Tests of browser modules skipped: {reason}.\n")
        return 0
    command = [node, "--test", "--test-reporter=spec", *files]
    return subprocess.run(command, cwd=PROJECT_ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
