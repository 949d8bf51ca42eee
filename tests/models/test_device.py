"""The choice of device, with its reason, on machines with and without a GPU."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from models import device


def test_without_a_gpu_the_processor_is_used_and_the_reason_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    import ctranslate2

    monkeypatch.delenv(device.THREADS_VARIABLE, raising=False)
    monkeypatch.setattr(ctranslate2, "get_cuda_device_count", lambda: 0)
    chosen = device.choose()
    assert (chosen.kind, chosen.threads, chosen.compute_type) == ("cpu", device.physical_cores(), "int8")
    assert str(chosen).endswith("int8: no usable CUDA device")


def test_a_gpu_that_is_listed_but_dead_does_not_bring_the_app_down(monkeypatch: pytest.MonkeyPatch) -> None:
    import ctranslate2

    if ctranslate2.get_cuda_device_count():
        pytest.skip("this machine has a real CUDA device")
    monkeypatch.setattr(ctranslate2, "get_cuda_device_count", lambda: 1)
    chosen = device.choose()
    assert chosen.kind == "cpu"
    assert "listed but does not work" in chosen.reason
    assert "\n" not in str(chosen) and len(str(chosen)) < 400


def test_a_broken_library_is_a_reason_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ctranslate2", None)
    chosen = device.choose()
    assert chosen.kind == "cpu" and "ctranslate2" in chosen.reason


def test_threads_are_the_cores_that_this_process_may_use() -> None:
    cores = device.physical_cores()
    assert 1 <= cores <= (os.cpu_count() or 1)
    if hasattr(os, "sched_getaffinity"):
        one = min(os.sched_getaffinity(0))
        code = f"import os, models.device as d; os.sched_setaffinity(0, [{one}]); print(d.physical_cores())"
        alone = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert alone.stdout.strip() == "1"


@pytest.mark.parametrize(
    ("value", "threads", "shown"),
    [
        ("3", 3, "TERTULIA_THREADS=3"),
        ("0", None, "ignored"),
        ("many", None, "ignored"),
        ("-1", None, "ignored"),
    ],
)
def test_a_person_may_set_the_threads(
    monkeypatch: pytest.MonkeyPatch, value: str, threads: int | None, shown: str
) -> None:
    monkeypatch.setenv(device.THREADS_VARIABLE, value)
    chosen = device.choose()
    assert chosen.threads == (threads or device.physical_cores())
    assert shown in str(chosen)


def test_one_thread_is_spelled_so() -> None:
    assert str(device.Device("cpu", 1, "asked for")) == "cpu, 1 thread, int8: asked for"
