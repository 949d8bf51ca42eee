"""A Whisper all of whose weights learn, with the few methods of a peft model that the trainer calls.

What was learnt is the difference from the base. At a strength between 0 and 1 the weights lie between the
base's and the trained ones on a straight line, which often keeps more of what the base knew at little cost
(Wortsman et al. 2022, arXiv:2109.01903).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import nn

TUNED = "tuned.safetensors"


class Whole(nn.Module):
    """The base, to be trained in place.

    What Whisper itself keeps fixed stays so: the encoder's position table, of which short windows see a part.
    """

    def __init__(self, base: Any) -> None:
        super().__init__()
        self.whisper = base
        base.get_encoder().embed_positions.requires_grad_(False)  # loading from a file undoes it
        # Beside the module's own state: neither trained nor saved. On the processor, where there is more room.
        self._base = {name: p.detach().cpu().clone() for name, p in self._learning()}
        self._tuned: dict[str, torch.Tensor] = {}

    def get_base_model(self) -> Any:
        return self.whisper

    def forward(self, **named: Any) -> Any:
        return self.whisper(**named)

    def set_strength(self, strength: float) -> None:
        """Go to a place on the line from the base (0) to what was trained (1); the first call ends training."""
        if not self._tuned:
            self._tuned = {name: p.detach().cpu().clone() for name, p in self._learning()}
        with torch.no_grad():
            for name, p in self._learning():
                p.copy_(torch.lerp(self._base[name], self._tuned[name], strength))

    @contextmanager
    def disable_adapter(self) -> Iterator[None]:
        """Within it the weights are the base's."""
        kept = {name: p.data for name, p in self._learning()}
        try:
            for name, p in self._learning():
                p.data = self._base[name].to(p.device)
            yield
        finally:
            for name, p in self._learning():
                p.data = kept[name]

    def merge_and_unload(self, safe_merge: bool = False) -> Any:
        """The Whisper with the weights as they are."""
        return self.whisper

    def save_pretrained(self, folder: str) -> None:
        """Write the trained weights, by the Whisper's own names."""
        from safetensors.torch import save_file

        weights = {name: p.detach().cpu().contiguous() for name, p in self._learning()}
        save_file(weights, str(Path(folder) / TUNED))

    def _learning(self) -> Iterator[tuple[str, nn.Parameter]]:
        return ((name, p) for name, p in self.whisper.named_parameters() if p.requires_grad)
