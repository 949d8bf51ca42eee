"""Encodes silence with the starter recogniser on the GPU; any fault ends the process, which is then the answer.

`python -m models.gpu_probe` is started by `models.device` before anything relies on a GPU.
"""

from __future__ import annotations

from models.catalog import starter, verify
from models.device import Device, cuda_compute_type
from models.whisper.recogniser import WhisperRecogniser


def main() -> None:
    """See the module's docstring."""
    entry = starter("recogniser")
    recogniser = WhisperRecogniser(verify(entry), entry.name, Device("cuda", 1, "probe", cuda_compute_type()))
    recogniser.warm()


if __name__ == "__main__":
    main()
