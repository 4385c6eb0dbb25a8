"""What a process costs, from /proc: processor time and memory."""

import os
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cost:
    """Processor seconds so far and resident megabytes now."""

    cpu_s: float
    rss_mb: float

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.cpu_s + other.cpu_s, self.rss_mb + other.rss_mb)


def cost_of(*process_ids: int) -> Cost:
    """Sum over processes that run now. Pages that they share count once for each."""
    total = Cost(0.0, 0.0)
    for process_id in process_ids:
        fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
        pages = int(Path(f"/proc/{process_id}/statm").read_text().split()[1])
        cpu_s = (int(fields[11]) + int(fields[12])) / _TICKS
        total += Cost(cpu_s, pages * os.sysconf("SC_PAGE_SIZE") / 1e6)
    return total
