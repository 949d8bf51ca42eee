"""Audio is measured as it is, and heard in a copy that is easier to hear; what is stored stays as it was."""

from __future__ import annotations

import io
import itertools
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.dataset import audio_quality
from core.dataset.fingerprint import BYTES, fingerprint, likeness, likenesses
from core.dataset.measures import measured, share
from core.engine.filters import resample
from core.importing.segmentation import HARD_LIMIT, LEAD, chunks, probabilities, segments
from models.activity import FRAME, SileroActivity, Span
from store.audio.folder import AudioFolder, from_pcm16, pcm16
from store.audio.streaming import take_in
from tests.core.importing.driver import RATE, conversation, speech
from tests.properties import examples

Audio = NDArray[np.float32]


@pytest.fixture(scope="module")
def activity() -> SileroActivity:
    return SileroActivity()


@pytest.fixture(scope="module")
def voice() -> Audio:
    return speech()


def at(audio: Audio, level: float) -> Audio:
    """The audio at that loudness, in 16 bits."""
    return from_pcm16(pcm16(audio * np.float32(10 ** ((level - audio_quality.loudness(audio)) / 20))))


# --- the analysis copy --------------------------------------------------------------------------


@pytest.mark.parametrize("level", [-60, -40, -23, -14])
def test_the_copy_is_as_loud_whoever_speaks_and_the_original_is_untouched(voice: Audio, level: float) -> None:
    audio = at(voice, level) + np.float32(0.01)
    before = audio.copy()
    copy = audio_quality.analysis_copy(audio)
    assert audio_quality.loudness(copy) == pytest.approx(audio_quality.TARGET, abs=0.5)
    assert abs(copy.mean()) < 1e-4 and np.abs(copy).max() <= audio_quality.HIGHEST_PEAK + 1e-6
    np.testing.assert_array_equal(audio, before)
    assert copy.dtype == np.float32


def test_a_click_is_not_made_louder_than_full_scale(voice: Audio) -> None:
    audio = at(voice, -50)
    audio[1000] = 0.9
    assert np.abs(audio_quality.analysis_copy(audio)).max() <= audio_quality.HIGHEST_PEAK + 1e-6


@examples(60)
@given(st.integers(0, 9000), st.floats(-1, 1, width=32), st.floats(0, 1, width=32), st.integers(0, 9))
def test_whatever_the_samples_measures_are_numbers(length: int, offset: float, level: float, seed: int) -> None:
    noise = np.random.default_rng(seed).uniform(-level, level, length).astype(np.float32)
    audio = np.clip(noise + np.float32(offset), -1, 1)
    copy = audio_quality.analysis_copy(audio)
    assert np.isfinite(copy).all() and copy.shape == audio.shape
    likely = np.full(-(-length // FRAME), 0.9, np.float32)
    found = audio_quality.measure(audio, likely, 0.0)
    assert np.isfinite(found.loudness) and 0 <= found.clipped <= 1
    assert found.snr is None or np.isfinite(found.snr)
    assert found.band is None or 0 <= found.band <= RATE / 2
    assert len(found.fingerprint) in (0, BYTES)


# --- measures -----------------------------------------------------------------------------------


@pytest.mark.parametrize("noise", [0, 10, 20, 30])
def test_the_distance_between_speech_and_noise_is_found(activity: SileroActivity, noise: int) -> None:
    audio = conversation(2, noise=0)
    likely = probabilities(activity, audio)
    spoken = np.repeat(likely >= audio_quality.SPOKEN, FRAME)[: len(audio)]
    power = float(np.mean(np.square(audio[spoken])))
    hiss = np.random.default_rng(2).normal(0, np.sqrt(power / 10 ** (noise / 10)), len(audio))
    found = measured(activity, (audio + hiss).astype(np.float32)).snr
    assert found is not None and abs(found - noise) < 1.5


@pytest.mark.parametrize("rate", [16_000, 44_100])
@pytest.mark.parametrize("gain", [1.0, 0.5, 0.31])
def test_clipping_is_found_even_after_it_was_made_quieter(
    voice: Audio, tmp_path: Path, rate: int, gain: float
) -> None:
    sound = resample(voice, RATE, rate)
    limit = float(np.quantile(np.abs(sound), 0.98))
    damaged = np.clip(sound, -limit, limit) * np.float32(gain)
    damaged[: rate // 2] = 0
    soundfile.write(tmp_path / "a.wav", np.stack([damaged, damaged], 1), rate)
    soundfile.write(tmp_path / "b.wav", sound, rate)
    counts = take_in(AudioFolder(tmp_path), tmp_path / "a.wav").clipped
    assert 0.01 < share(counts, Span(0, len(voice))) < 0.021
    assert share(counts, Span(0, 4 * 1600)) == 0
    assert share(take_in(AudioFolder(tmp_path), tmp_path / "b.wav").clipped, Span(0, len(voice))) < 1e-4


def test_a_turn_that_is_clipped_is_measured_so(activity: SileroActivity, voice: Audio) -> None:
    assert measured(activity, voice).clipped < 1e-4
    limit = float(np.quantile(np.abs(voice), 0.98))
    assert 0.01 < measured(activity, np.clip(voice, -limit, limit)).clipped < 0.021


@pytest.mark.parametrize(("rate", "limit"), [(16_000, 7600), (11_025, 5500), (8_000, 4000)])
@pytest.mark.parametrize("level", [-20, -45])
def test_the_band_of_a_telephone_is_told_from_that_of_a_microphone(
    voice: Audio, rate: int, limit: float, level: float
) -> None:
    audio = resample(resample(voice, RATE, rate), rate, RATE)
    found = audio_quality.band_limit(at(audio, level))
    assert found is not None and abs(found - limit) < 800


def test_silence_and_scraps_have_little_to_measure(activity: SileroActivity) -> None:
    for audio in (np.zeros(RATE, np.float32), np.zeros(0, np.float32), np.full(3000, 0.2, np.float32)):
        found = measured(activity, audio)
        assert (found.loudness, found.snr, found.clipped, found.fingerprint) == (
            audio_quality.SILENCE, None, found.clipped, b"",
        )  # fmt: skip


# --- fingerprints -------------------------------------------------------------------------------


def coded(audio: Audio, kind: str, rate: int = RATE) -> Audio:
    file = io.BytesIO()
    soundfile.write(file, resample(audio, RATE, rate), rate, format=kind)
    file.seek(0)
    back, _ = soundfile.read(file, dtype="float32")
    return resample(back, rate, RATE)


def test_the_same_sound_is_known_again(voice: Audio) -> None:
    print_ = fingerprint(voice)
    assert likeness(print_, print_) == 1
    for changed in (
        voice * 0.03,
        coded(voice, "MP3"),
        coded(voice, "OGG"),
        coded(voice, "WAV", 8000),
        np.concatenate([np.zeros(5000, np.float32), voice]),
        voice[2000:],
        voice + np.random.default_rng(0).normal(0, 1e-3, len(voice)).astype(np.float32),
    ):
        assert likeness(print_, fingerprint(changed)) > 0.7


def test_other_sounds_have_nothing_in_common(voice: Audio) -> None:
    parts = [voice[start : start + 2 * RATE] for start in range(0, len(voice) - 2 * RATE, 2 * RATE)]
    prints = [fingerprint(part) for part in parts]
    others = np.stack([np.frombuffer(each, dtype=np.uint8) for each in prints])
    for number, each in enumerate(prints):
        alike = likenesses(each, others)
        assert alike[number] == 1
        assert np.delete(alike, number).max() < 0.6
    assert likeness(b"", prints[0]) == 0


# --- segments -----------------------------------------------------------------------------------


@examples(80)
@given(st.lists(st.tuples(st.floats(0, 1, width=32), st.integers(1, 2000)), max_size=40), st.integers(0, FRAME - 1))
def test_segments_are_in_order_apart_and_short_enough(runs: list[tuple[float, int]], rest: int) -> None:
    likely = np.concatenate([np.zeros(0, np.float32), *(np.full(n, p, np.float32) for p, n in runs)])
    samples = max(0, len(likely) * FRAME - rest)
    found = segments(likely, samples)
    for start, end in found:
        assert 0 <= start < end <= samples and end - start <= HARD_LIMIT
    assert all(before.end <= after.start for before, after in itertools.pairwise(found))
    covered = np.zeros(samples, dtype=bool)
    for start, end in found:
        covered[start:end] = True
    first = 0
    for probability, frames in runs:  # nothing spoken is lost, however long it lasts
        if probability >= 0.5 and frames > 3:
            assert covered[first * FRAME : (first + frames) * FRAME].all()
        first += frames


def test_a_long_recording_is_heard_in_chunks_as_in_one_piece(activity: SileroActivity) -> None:
    audio = conversation(16)
    parts = [
        probabilities(activity, audio[max(0, start - LEAD) : end], min(start, LEAD))
        for start, end in chunks(len(audio))
    ]
    assert len(parts) > 2
    whole = probabilities(activity, audio)
    assert np.mean((np.concatenate(parts) >= 0.5) == (whole >= 0.5)) > 0.995
