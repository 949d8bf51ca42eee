"""What the GPU says of itself: its memory, whoever uses it, how busy and how hot it is.

PyTorch knows only of its own memory; NVIDIA's management library (NVML) knows the card. Where either is missing
there is nothing to say, and training goes on all the same.
"""

from __future__ import annotations

import contextlib
import time
from typing import Any

import torch

EVERY = 1.0
"""Seconds between two readings; steps may be shorter."""


class Gpu:
    """The card that a device of PyTorch's is; silent for a processor."""

    def __init__(self, device: torch.device) -> None:
        self._nvml: Any = None
        self._handle: Any = None
        self._last: dict[str, Any] | None = None
        self._read_at = -EVERY
        if device.type != "cuda":
            return
        with contextlib.suppress(Exception):  # no library, no driver, no permission: then it says nothing
            import pynvml

            pynvml.nvmlInit()
            # By its identity: NVML counts all cards, PyTorch those that this process may see.
            identity = str(torch.cuda.get_device_properties(device).uuid)
            self._handle = pynvml.nvmlDeviceGetHandleByUUID(f"GPU-{identity.removeprefix('GPU-')}")
            self._nvml = pynvml

    def now(self) -> dict[str, Any] | None:
        """Its state, at most a second old; None where nothing is known."""
        if self._nvml is not None and time.monotonic() - self._read_at >= EVERY:
            self._read_at = time.monotonic()
            with contextlib.suppress(Exception):
                self._last = self._read()
        return self._last

    def _read(self) -> dict[str, Any]:
        nvml, handle = self._nvml, self._handle
        memory = nvml.nvmlDeviceGetMemoryInfo(handle)
        name = nvml.nvmlDeviceGetName(handle)
        found: dict[str, Any] = {
            "name": name.decode() if isinstance(name, bytes) else name,
            "memory_used_mb": memory.used >> 20,
            "memory_total_mb": memory.total >> 20,
        }
        # Not every card measures everything.
        with contextlib.suppress(Exception):
            found["utilisation"] = nvml.nvmlDeviceGetUtilizationRates(handle).gpu
        with contextlib.suppress(Exception):
            found["temperature"] = nvml.nvmlDeviceGetTemperature(handle, nvml.NVML_TEMPERATURE_GPU)
        with contextlib.suppress(Exception):
            found["watts"] = round(nvml.nvmlDeviceGetPowerUsage(handle) / 1000, 1)
        return found
