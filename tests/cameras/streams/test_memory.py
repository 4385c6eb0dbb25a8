import subprocess
import sys

PROOF = """
import resource
from cameras.streams.memory import keep_freed_memory

def faults() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

assert keep_freed_memory()
bytes(1_000_000)
before = faults()
for _ in range(100):
    bytes(1_000_000)
print(faults() - before)
"""


def test_freed_memory_is_used_again_without_page_faults() -> None:
    command = [sys.executable, "-c", PROOF]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)

    assert int(done.stdout) < 2_000  # of the 24,400 that growing and shrinking a hundred times would cost
