"""Where the models run: the GPU when it really works, the processor otherwise, and why.

A CUDA device that is listed may still be unusable (a driver too old, cuBLAS or cuDNN missing), and
some of those faults end the process instead of raising. So a listed device has to encode a second
of silence in a process of its own (`models.gpu_probe`) before anything here relies on it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

THREADS_VARIABLE = "TERTULIA_THREADS"
PROBE_SECONDS = 60

# CTranslate2's OpenMP threads spin while they wait, and on busy cores that makes recognition ten times slower.
# It is read when the library is loaded, and everything that loads it imports this module first.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")


@dataclass(frozen=True, slots=True)
class Device:
    """Where to compute, with how many processor threads, and the reason for the choice."""

    kind: str
    """cpu or cuda"""
    threads: int
    reason: str
    compute_type: str = "int8"
    """How CTranslate2 computes: int8 on a processor, float16 on a GPU that can."""

    def __str__(self) -> str:
        threads = "1 thread" if self.threads == 1 else f"{self.threads} threads"
        return f"{self.kind}, {threads}, {self.compute_type}: {self.reason}"


def choose() -> Device:
    """The device of this machine. Never raises: what cannot be used becomes the reason."""
    threads, note = _threads()
    try:
        import ctranslate2

        devices = ctranslate2.get_cuda_device_count()
    except Exception as error:  # a broken library must not keep the app from saying so
        return Device("cpu", threads, f"no usable CUDA device ({_first_line(error)}){note}")
    if not devices:
        return Device("cpu", threads, f"no usable CUDA device{note}")
    fault = _probe_in_child()
    if fault:
        return Device("cpu", threads, f"a CUDA device is listed but does not work: {fault}{note}")
    return Device("cuda", threads, f"CUDA device works{note}", cuda_compute_type())


def physical_cores() -> int:
    """Cores this process may run on, counting hardware threads that share a core once."""
    try:
        allowed = os.sched_getaffinity(0)
    except AttributeError:  # not Linux
        return os.cpu_count() or 1
    return max(1, len({_siblings(cpu) for cpu in allowed}))


def _siblings(cpu: int) -> str:
    topology = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
    try:
        return topology.read_text().strip()
    except OSError:
        return str(cpu)


def _threads() -> tuple[int, str]:
    """The number of threads, and what to say about it."""
    wanted = os.environ.get(THREADS_VARIABLE, "").strip()
    if not wanted:
        return physical_cores(), ""
    if wanted.isdecimal() and 1 <= int(wanted) <= 256:
        return int(wanted), f" ({THREADS_VARIABLE}={wanted})"
    return physical_cores(), f" ({THREADS_VARIABLE} should be a number from 1 to 256, so it is ignored)"


def cuda_compute_type() -> str:
    import ctranslate2

    supported = ctranslate2.get_supported_compute_types("cuda")
    return next((kind for kind in ("float16", "int8") if kind in supported), "float32")


def _probe_in_child() -> str:
    """What is wrong with the CUDA device, or an empty string."""
    try:
        probe = subprocess.run(
            [sys.executable, "-P", "-m", "models.gpu_probe"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=PROBE_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return f"no answer within {PROBE_SECONDS} s"
    except OSError as error:
        return _first_line(error)
    if probe.returncode == 0:
        return ""
    lines = probe.stderr.strip().splitlines() or ["the test ended abruptly"]
    return lines[-1][:200]


def _first_line(problem: object) -> str:
    return (str(problem).strip().splitlines() or [type(problem).__name__])[0][:200]
