"""The starter voice's network and its synthesiser, both of which end up inside one ONNX graph."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from trainer.starter.voice.data import HOP, NOISE_BANDS, PULSE_BANDS, SAMPLE_RATE, band_centres

PULSE_SIZE = 512  # samples of one pulse's response
NOISE_SIZE = 2 * HOP
_ADVANCE = 16  # room before a pulse for the ringing of its sub-sample delay


def _interpolation(bands: int, bins: int) -> np.ndarray:
    """[bands, bins]: from values at the band centres to values at `bins` frequencies up to half the rate."""
    axis = np.linspace(0, SAMPLE_RATE / 2, bins)
    return np.stack([np.interp(axis, band_centres(bands), row) for row in np.eye(bands)])


def _minimum_phase(log_spectra: np.ndarray) -> np.ndarray:
    """Phases (radian) of the causal filters with these log spectra [n, bins]; linear in them."""
    cepstra = np.fft.irfft(log_spectra, axis=1)
    half = cepstra.shape[1] // 2
    cepstra[:, 1:half] *= 2
    cepstra[:, half + 1 :] = 0
    return np.asarray(np.fft.rfft(cepstra, axis=1).imag)


class Synth(nn.Module):
    """From frames of spectra to samples: a filtered pulse per pitch period, and filtered noise.

    Each pulse has the minimum phase of its spectrum, which sounds like a throat where equal phases buzz, and
    sits at its exact place between samples. Nothing here is learnt.
    """

    def __init__(self) -> None:
        super().__init__()
        bins = PULSE_SIZE // 2 + 1
        wide = _interpolation(PULSE_BANDS, bins)
        self.register_buffer("magnitude", torch.tensor(wide, dtype=torch.float32))
        self.register_buffer("phase", torch.tensor(_minimum_phase(wide), dtype=torch.float32))
        edge = np.ones(bins)
        edge[:2], edge[-1] = (0.0, 0.7), 0.0
        self.register_buffer("edge", torch.tensor(edge, dtype=torch.float32))
        fade = np.ones(PULSE_SIZE)
        fade[-128:] = 0.5 + 0.5 * np.cos(np.linspace(0, np.pi, 128))
        self.register_buffer("fade", torch.tensor(fade, dtype=torch.float32))
        noise_bins = NOISE_SIZE // 2 + 1
        self.register_buffer(
            "noise_magnitude", torch.tensor(_interpolation(NOISE_BANDS, noise_bins), dtype=torch.float32)
        )
        window = np.sin(np.pi * (np.arange(NOISE_SIZE) + 0.5) / NOISE_SIZE)  # its squares add up to 1
        angle = 2 * np.pi * np.outer(np.arange(noise_bins), np.arange(NOISE_SIZE)) / NOISE_SIZE
        scale = np.full((noise_bins, 1), math.sqrt(1 / NOISE_SIZE))
        scale[0] = scale[-1] = 0.0
        basis = np.concatenate([np.cos(angle) * scale, np.sin(angle) * scale]) * window
        self.register_buffer("noise_basis", torch.tensor(basis[:, None, :], dtype=torch.float32))

    def forward(self, pulse: Tensor, noise: Tensor, log_f0: Tensor, gate: Tensor, life: Tensor) -> Tensor:
        """Samples [T * HOP] of log spectra [T, bands], log f0 [T] and the loudness of the pulses [T].

        `life` [1], 0 to 1, makes no two pulses quite alike, as in a throat.
        """
        return self._pulses(pulse, log_f0, gate, life) + self._noise(noise)

    def _pulses(self, pulse: Tensor, log_f0: Tensor, gate: Tensor, life: Tensor) -> Tensor:
        hertz = functional.interpolate(torch.exp(log_f0)[None, None], scale_factor=float(HOP), mode="linear")[0, 0]
        step = hertz / SAMPLE_RATE
        # In double precision: a float32 sum of ten seconds would quantise the pitch.
        turns = torch.cumsum(step.double(), 0)
        whole = torch.floor(turns)
        begun = whole > torch.cat([torch.zeros_like(whole[:1]), whole[:-1]])
        at = torch.nonzero(begun)[:, 0]
        late = (turns - whole)[at].float() / step[at]  # samples since the pulse's true instant
        place = torch.clamp((at.float() + 0.5) / HOP - 0.5, min=0.0)
        left = torch.floor(place).long()
        right = torch.minimum(left + 1, torch.ones_like(left) * (log_f0.shape[0] - 1))
        share = (place - left.float())[:, None]
        dice = torch.randn_like(torch.stack([late, late]))
        late = late + 0.35 * life * dice[0].clamp(-2.0, 2.0)
        spectrum = pulse[left] * (1 - share) + pulse[right] * share
        loud = gate[left] * (1 - share[:, 0]) + gate[right] * share[:, 0]
        loud = loud * (1 + 0.04 * life * dice[1].clamp(-2.0, 2.0))
        # The inverse Fourier transform is a product below. The zero that depends on the input keeps the
        # exporter from storing its matrices, a quarter of the file, instead of making them at run time.
        bins = torch.arange(PULSE_SIZE // 2 + 1) + (log_f0[:1] * 0).long()
        turn = (2 * math.pi / PULSE_SIZE) * bins.float()
        size = torch.exp(spectrum @ self.magnitude) * self.edge * loud[:, None]
        angle = spectrum @ self.phase + turn[None] * (late - _ADVANCE)[:, None]
        grid = (bins[:, None] * torch.arange(PULSE_SIZE)[None]) % PULSE_SIZE
        wave = (2 * math.pi / PULSE_SIZE) * grid.float()
        response = (size * torch.cos(angle)) @ torch.cos(wave) - (size * torch.sin(angle)) @ torch.sin(wave)
        response = response * (2.0 / PULSE_SIZE) * self.fade
        index = at[:, None] + torch.arange(PULSE_SIZE)[None]
        length = log_f0.shape[0] * HOP
        line = torch.zeros_like(step).repeat(1)
        line = torch.cat([line, torch.zeros(PULSE_SIZE + _ADVANCE)])
        line = line.scatter_add(0, index.reshape(-1), response.reshape(-1))
        return line[_ADVANCE : length + _ADVANCE]

    def _noise(self, noise: Tensor) -> Tensor:
        size = torch.exp(noise @ self.noise_magnitude)  # [T, bins]
        size = torch.cat([size[:1], size])  # frame i is centred on sample i * HOP here: half a hop early
        size = 0.5 * (size + torch.cat([size[1:], size[-1:]]))
        grain = torch.randn_like(torch.cat([size, size], 1))
        parts = (torch.cat([size, size], 1) * grain).transpose(0, 1)[None]
        line = functional.conv_transpose1d(parts, self.noise_basis, stride=HOP)[0, 0]
        return line[HOP : HOP + noise.shape[0] * HOP]


CHANNELS, ENCODER = 144, 128
OUTPUTS = PULSE_BANDS + NOISE_BANDS + 2
_PLACE = 6  # numbers that tell where in its symbol a frame lies


def places(index: Tensor, edges: Tensor) -> Tensor:
    """[..., T, 6]: where each frame lies in its symbol; `index` [..., T], `edges` [..., P] (ends)."""
    ends = torch.gather(edges, -1, index)
    starts = torch.gather(torch.cat([torch.zeros_like(edges[..., :1]), edges[..., :-1]], -1), -1, index)
    now = torch.arange(index.shape[-1])
    since, until, size = (x.float() for x in (now - starts, ends - 1 - now, ends - starts))
    since, until, size = since.clamp(min=0), until.clamp(min=0), size.clamp(min=1)
    near = [torch.exp(-since / 3), torch.exp(-until / 3)]
    return torch.stack([(since + 0.5) / size, torch.log1p(since), torch.log1p(until), torch.log(size), *near], -1)


class Network(nn.Module):
    """Symbols to frames: an encoder of the whole sentence, a duration a symbol, convolutions over frames.

    No attention, no recurrence over frames: it runs in a small part of real time on one old core.
    """

    def __init__(self, symbols: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(symbols, ENCODER)
        self.reading = nn.ModuleList([nn.Conv1d(ENCODER, ENCODER, 5, padding=2) for _ in range(3)])
        self.memory = nn.GRU(ENCODER, ENCODER // 2, batch_first=True, bidirectional=True)
        self.duration = nn.Sequential(nn.Linear(ENCODER, 64), nn.GELU(), nn.Linear(64, 1))
        self.enter = nn.Linear(ENCODER + _PLACE, CHANNELS)
        dilations = (1, 2, 4, 1, 2, 1)
        self.frames = nn.ModuleList(
            [nn.Conv1d(CHANNELS, CHANNELS, 5, padding=2 * d, dilation=d) for d in dilations]
        )
        self.leave = nn.Linear(CHANNELS, OUTPUTS)
        self.dropout = nn.Dropout(0.05)
        self.register_buffer("mean", torch.zeros(OUTPUTS))
        self.register_buffer("deviation", torch.ones(OUTPUTS))

    def read(self, ids: Tensor, lengths: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Codes [B, P, ENCODER] and log(1 + frames) [B, P] of ids [B, P]; `lengths` [B] where padded."""
        codes = self.embedding(ids).transpose(1, 2)
        mask = None
        if lengths is not None:
            mask = (torch.arange(ids.shape[1])[None] < lengths[:, None])[:, None].float()
            codes = codes * mask
        for layer in self.reading:
            codes = codes + self.dropout(functional.gelu(layer(codes)))
            if mask is not None:
                codes = codes * mask
        codes = codes.transpose(1, 2)
        if lengths is None:
            remembered = self.memory(codes)[0]
        else:
            packed = nn.utils.rnn.pack_padded_sequence(codes, lengths, batch_first=True, enforce_sorted=False)
            remembered = nn.utils.rnn.pad_packed_sequence(
                self.memory(packed)[0], batch_first=True, total_length=ids.shape[1]
            )[0]
        codes = codes + remembered
        return codes, self.duration(codes)[..., 0]

    def draw(self, codes: Tensor, index: Tensor, edges: Tensor, mask: Tensor | None = None) -> Tensor:
        """Standardised outputs [B, T, OUTPUTS] of frames whose symbols are `index` [B, T]; `mask` [B, T]."""
        spread = torch.gather(codes, 1, index[..., None].expand(-1, -1, ENCODER))
        x = self.enter(torch.cat([spread, places(index, edges)], -1)).transpose(1, 2)
        for layer in self.frames:
            if mask is not None:
                x = x * mask[:, None]
            x = x + layer(functional.gelu(x))
        return self.leave(x.transpose(1, 2))


class PiperGraph(nn.Module):
    """The graph that piper runs: ids [1, P], their count [1], scales [3] to audio [1, 1, n], frames [1, P].

    Of the scales, noise makes pitch and pulses uneven, as in a living voice; length stretches time and leaves
    the pitch alone; the third is not used: durations do not roll dice.
    """

    def __init__(self, network: Network, untimed: list[int], gain: float) -> None:
        super().__init__()
        self.network, self.synth, self.gain = network, Synth(), gain
        timed = torch.ones(network.embedding.num_embeddings)
        timed[untimed] = 0.0
        self.register_buffer("timed", timed)

    def forward(self, ids: Tensor, lengths: Tensor, scales: Tensor) -> tuple[Tensor, Tensor]:
        network = self.network
        flat = ids[0, : lengths[0]].clamp(0, network.embedding.num_embeddings - 1)
        # Padding says nothing; the first symbol stays in any case, so that there is always one.
        keep = torch.nonzero((flat != 0) | (torch.arange(flat.shape[0]) == 0))[:, 0]
        kept = flat[keep]
        codes, length = network.read(kept[None])
        time = (torch.exp(length[0].clamp(max=5.0)) - 1).clamp(min=0) * self.timed[kept]
        edges = torch.round(torch.cumsum(time * scales[1].clamp(0.1, 10.0), 0)).long()
        last = torch.arange(edges.shape[0]) == edges.shape[0] - 1
        edges = edges + last * (8 - edges[-1]).clamp(min=0)  # never nothing: piper takes a maximum
        now = torch.arange(edges[-1])
        index = (now[:, None] >= edges[None]).long().sum(1)
        out = network.draw(codes, index[None], edges[None])[0] * network.deviation + network.mean
        pulse, noise, log_f0, gate = out.split([PULSE_BANDS, NOISE_BANDS, 1, 1], 1)
        seconds = now.float() * (HOP / SAMPLE_RATE)
        sway = torch.sin(seconds * 45.0) + torch.sin(seconds * 29.5 + 1.0) + torch.sin(seconds * 79.8 + 2.0)
        life = scales[:1].clamp(0.0, 2.0)
        log_f0 = log_f0[:, 0].clamp(4.2, 6.1) + 0.004 * life * sway
        loud = torch.sigmoid((gate[:, 0] - 0.5) * 12.0)
        audio = self.synth(pulse.clamp(-12.0, 6.0), noise.clamp(-12.0, 0.5), log_f0, loud, life) * self.gain
        audio = 0.98 * torch.tanh(audio / 0.98)  # never above 1, and loud peaks bend instead of breaking
        frames = edges - torch.cat([torch.zeros_like(edges[:1]), edges[:-1]])
        spread = torch.zeros_like(flat).scatter(0, keep, frames)
        return audio[None, None], spread[None].float()
