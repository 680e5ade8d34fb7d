"""What a program in Python says of itself, as those in TypeScript do."""

import json
import resource
import sys
import time
from collections.abc import Callable


def print_measured(work: Callable[[], tuple[int, int]]) -> None:
    cpu_before = time.process_time()
    start = time.perf_counter()
    rows, errors = work()
    measured = {
        "seconds": time.perf_counter() - start,
        "cpuSeconds": time.process_time() - cpu_before,
        "peakBytes": peak_memory(),
        "loopDelayMs": None,
        "rows": rows,
        "errors": errors,
    }
    print(json.dumps(measured))


def peak_memory() -> int:
    """Linux counts what the parent had before exec into ru_maxrss, but not into the process's high-water mark."""
    if sys.platform == "linux":
        with open("/proc/self/status", encoding="ascii") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
