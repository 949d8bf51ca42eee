"""What each step hears is drawn from the seed and the step alone, and padded as the recogniser pads."""

from __future__ import annotations

import dataclasses
import random
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="the training extra is not installed")

from models.audio import padded  # noqa: E402
from models.units import WINDOW  # noqa: E402
from models.whisper.level import audible  # noqa: E402
from models.whisper.windows import FULL, Windows, frames_for  # noqa: E402
from tests.trainer.jobs import BASE, clip  # noqa: E402
from trainer import augment  # noqa: E402
from trainer.batches import BatchPlan  # noqa: E402
from trainer.contract.clips import Clip, ClipWord  # noqa: E402
from trainer.contract.job import Job  # noqa: E402
from trainer.data import Data  # noqa: E402
from trainer.labels import IGNORE, Labels, TimedText  # noqa: E402
from trainer.manifest import waveform  # noqa: E402

TEXT = "Mañana vamos a la playa."


@pytest.fixture(scope="module")
def labels() -> Labels:
    return Labels(BASE)


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> list[Clip]:
    folder, dice = tmp_path_factory.mktemp("audio"), np.random.default_rng(3)
    found = []
    for number in range(30):
        samples = int(dice.uniform(1.0, 6.0) * 16_000)
        pcm = (augment.noise(samples, number) * 4000).astype(np.int16)
        origin = "learner" if number < 10 else "replay"
        row: dict[str, Any] = clip(folder, pcm, TEXT, "train", f"r{number}", origin=origin)
        found.append(Clip(**{**row, "audio": Path(row["audio"]), "words": ()}))
    return found


def made(clips: list[Clip], labels: Labels, folder: Path, **knobs: Any) -> Data:
    return Data(clips, dataclasses.replace(Job(BASE), batch=4, epochs=6, **knobs), labels, folder, 80)


def test_a_step_draws_the_same_whatever_was_drawn_before(clips: list[Clip], labels: Labels, tmp_path: Path) -> None:
    one, other = (made(clips, labels, tmp_path / name) for name in "ab")
    for step in (9, 0, 17):
        (left, frames), (right, others) = one.drawn(step), other.drawn(step)
        assert (left, frames) == (right, others)
        for a, b in zip(one.tensors(left, frames), other.tensors(right, frames), strict=True):
            assert torch.equal(a, b)
    assert one.drawn(0) != made(clips, labels, tmp_path / "c", seed=2).drawn(0)


def test_everything_of_the_learner_is_heard_each_epoch_and_all_the_replay_in_turn(clips: list[Clip]) -> None:
    job = dataclasses.replace(Job(BASE), batch=4, epochs=4, replay=0.5, noise=0.2)
    plan = BatchPlan(clips, job)
    heard: Counter[int] = Counter()
    for step in range(plan.steps):
        batch = plan.batch(step)
        assert len(batch.items) <= 4
        heard.update(number for item in batch.items for number in item)
        heard[-1] += sum(not item for item in batch.items)
    assert all(heard[number] == 4 for number in range(10))
    assert all(heard[number] == 1 for number in range(10, 30))  # 4 epochs of 5 replay clips each
    assert heard[-1] == 4 * 2  # and two without speech


@given(st.integers(0, 1000), st.lists(st.floats(0.1, 30), min_size=1, max_size=60))
def test_packed_windows_hold_every_clip_once_and_never_overflow(seed: int, seconds: list[float]) -> None:
    clips = [
        Clip(Path("/a"), 0, max(1, int(s * 16_000)), TEXT, (), "train", "Ana", str(n), "", "learner")
        for n, s in enumerate(seconds)
    ]
    job = dataclasses.replace(Job(BASE), pack=True, noise=0.0, epochs=1, seed=seed)
    plan = BatchPlan(clips, job)
    items = [item for step in range(plan.steps) for item in plan.batch(step).items]
    assert sorted(number for item in items for number in item) == list(range(len(clips)))
    assert all(len(item) == 1 or sum(clips[n].seconds + 0.4 for n in item) < 29.1 for item in items)


@given(st.integers(0, 10**6), st.integers(1, WINDOW))
def test_a_changed_clip_still_fits_the_window(seed: int, samples: int) -> None:
    change = augment.draw(random.Random(seed), dataclasses.replace(Job(BASE), speed=0.4, silence=5.0), samples)
    assert 0 < change.samples(samples) <= WINDOW


@given(st.integers(0, 10**6), st.integers(400, 40_000))
def test_a_change_makes_as_many_samples_as_it_says(seed: int, samples: int) -> None:
    change = augment.draw(random.Random(seed), dataclasses.replace(Job(BASE), augment=1.0, noisy=1.0), samples)
    audio = augment.noise(samples, seed) * np.float32(0.1)
    changed = augment.applied(audio, change)
    assert len(changed) == change.samples(samples)
    assert changed.dtype == np.float32
    assert float(np.abs(changed).max()) <= 1


def test_faster_speech_is_higher_and_shorter() -> None:
    tone = np.sin(2 * np.pi * 400 * np.arange(16_000) / 16_000).astype(np.float32)
    faster = augment.resampled(tone, 12_800)
    assert np.argmax(np.abs(np.fft.rfft(faster))) * 16_000 / 12_800 == 500


def test_windows_are_padded_as_the_recogniser_pads(clips: list[Clip], labels: Labels, tmp_path: Path) -> None:
    from faster_whisper.feature_extractor import FeatureExtractor

    data = made(clips, labels, tmp_path, augment=0.0, mask_time=0.0, mask_bands=0, full_windows=1.0, noise=0.0)
    windows, frames = data.drawn(0)
    assert frames == FULL
    ours = data.tensors(windows, frames)[0].numpy()
    for window, mel in zip(windows, ours, strict=True):
        theirs = FeatureExtractor(feature_size=80)(padded(audible(waveform(window.parts[0][0]))))[:, :FULL]
        assert np.abs(theirs - mel).max() < 2e-3


def test_short_windows_are_as_short_as_their_speech(clips: list[Clip], labels: Labels, tmp_path: Path) -> None:
    data = made(clips, labels, tmp_path, full_windows=0.0, margin=0.5)
    for step in range(8):
        windows, frames = data.drawn(step)
        longest = -(-max(window.samples for window in windows) // 160)
        assert longest <= frames < longest + 100
        assert max(data.features(window).shape[1] for window in windows) == longest + 1  # half of it is silence
    assert [frames_for(n) for n in (1, 8_000, 8_001, WINDOW)] == [50, 50, 100, FULL]


def test_windows_grow_up_to_those_that_the_base_needs(clips: list[Clip], labels: Labels, tmp_path: Path) -> None:
    data = made(clips, labels, tmp_path, full_windows=0.0, margin=0.5, hears=Windows(2.0, 10.0))
    wider = []
    for step in range(8):
        windows, frames = data.drawn(step)
        longest = max(window.samples for window in windows)
        assert frames_for(longest) <= frames <= frames_for(longest, 2.0, 10.0)
        wider.append(frames - frames_for(longest, 0.5))
    assert max(wider) > 50


def test_packed_clips_share_a_window_each_with_its_own_times(
    clips: list[Clip], labels: Labels, tmp_path: Path
) -> None:
    data = made(clips[:10], labels, tmp_path, pack=True, timestamps=1.0, augment=0.0, noise=0.0)
    windows, frames = data.drawn(0)
    features, given, _ = data.tensors(windows, frames)
    assert features.shape == (len(windows), 80, frames)
    for row, window in zip(given.tolist(), windows, strict=True):
        stamps = [token for token in row if token > labels.no_timestamps]
        assert len(stamps) == 2 * len(window.parts)
        assert stamps == sorted(stamps)
        assert (stamps[-1] - stamps[0]) * 0.02 == pytest.approx(window.samples / 16_000, abs=0.03)
    assert sum(len(window.parts) for window in windows) == 10
    assert len(windows) < 4


def test_features_are_kept_and_a_torn_file_is_made_anew(clips: list[Clip], labels: Labels, tmp_path: Path) -> None:
    data = made(clips, labels, tmp_path)
    first = np.array(data.cached(clips[0]))
    assert isinstance(data.cached(clips[0]), np.memmap)
    [path] = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:100])
    assert np.array_equal(data.cached(clips[0]), first)


def test_the_labels_are_whispers_own(labels: Labels) -> None:
    end, (start, spanish, task) = labels.end, labels.prompt
    given, wanted = labels.pair([TimedText(TEXT, 0, 2)], timestamps=False)
    assert given[:4] == [start, spanish, task, labels.no_timestamps]
    assert start not in given[1:]  # one start of the transcript, not two
    assert wanted[:3] == [spanish, IGNORE, IGNORE]
    assert wanted[3:] == [*given[4:], end]  # and the end is learnt
    assert labels.words(given) == TEXT

    silent, nothing = labels.pair([], timestamps=True)
    assert silent == [start, spanish, task, labels.no_timestamps]
    assert nothing[-1] == end
    assert nothing[0] not in (spanish, IGNORE)  # no speech

    pair = labels.batch([(given, wanted), (silent, nothing)])
    assert [tensor.shape for tensor in pair] == [(2, len(given))] * 2
    assert (pair[1][1, 4:] == IGNORE).all()


def test_timestamps_follow_the_words_through_speed_and_silence(
    clips: list[Clip], labels: Labels, tmp_path: Path
) -> None:
    from trainer.data import Window

    words = (ClipWord("Mañana", 0.5, 1.0), ClipWord("vamos", 1.0, 2.0))
    spoken = dataclasses.replace(clips[0], text="Mañana vamos", words=words)
    change = augment.Augmentation(speed=0.5, lead=16_000)
    given, wanted = made(clips, labels, tmp_path).pair(Window(((spoken, change),), timestamps=True))
    first = given[3] - 100  # <|2.00|>: a second of silence, and half a second said half as fast
    assert wanted[-2] == first + 250  # <|5.00|>
    assert wanted[2] == given[3]
    assert labels.words(given) == "Mañana vamos"


def test_a_base_without_timestamps_is_taught_without(labels: Labels, tmp_path: Path) -> None:
    body = (BASE / "tokenizer.json").read_text("utf-8")
    (tmp_path / "tokenizer.json").write_text(body.replace("<|0.00|>", "<|gone|>"), encoding="utf-8")
    bare = Labels(tmp_path)
    assert bare.pair([TimedText(TEXT, 0, 2)], True) == labels.pair([TimedText(TEXT, 0, 2)], False)


def test_what_is_hidden_is_little_and_leaves_the_cache_alone() -> None:
    mel = np.random.default_rng(1).normal(size=(80, 300)).astype(np.float16)
    before = mel.copy()
    hidden = augment.masked(mel, random.Random(5), dataclasses.replace(Job(BASE), mask_time=0.1, mask_bands=8))
    assert np.array_equal(mel, before)
    assert 0 < (hidden != mel).mean() < 0.45
