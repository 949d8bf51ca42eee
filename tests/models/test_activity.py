"""Voice activity on a person's voice, on quiet and on noise; streaming and batch agree."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.activity import BATCH, FRAME, SileroActivity, Span, spans, spoken
from models.errors import AudioError
from tests.places import DATA
from tests.properties import examples

SPEECH = DATA / "es_read_1.wav"


@pytest.fixture(scope="module")
def activity() -> SileroActivity:
    return SileroActivity()


@pytest.fixture(scope="module")
def person() -> NDArray[np.float32]:
    audio, rate = soundfile.read(SPEECH, dtype="float32")
    assert rate == 16_000
    return np.asarray(audio)


def streamed(activity: SileroActivity, audio: NDArray[np.float32]) -> list[float]:
    activity.reset()
    return [activity.probability(audio[i : i + FRAME]) for i in range(0, len(audio) - FRAME + 1, FRAME)]


def test_a_microphone_hears_what_the_whole_file_gives(
    activity: SileroActivity, person: NDArray[np.float32]
) -> None:
    from faster_whisper.vad import get_vad_model

    whole = np.pad(person, (0, -len(person) % FRAME))
    # The wheel's own function overwrites the end of its last frame, so that gets a frame more.
    theirs = get_vad_model()(np.pad(whole, (0, FRAME)))[:-1]
    assert np.abs(np.array(streamed(activity, whole)) - theirs).max() < 1e-5
    assert np.abs(activity.probabilities(person) - theirs).max() < 1e-5


def test_looking_at_a_file_does_not_disturb_the_microphone(
    activity: SileroActivity, person: NDArray[np.float32]
) -> None:
    undisturbed = streamed(activity, person[: 40 * FRAME])
    activity.reset()
    first = [activity.probability(person[i * FRAME : (i + 1) * FRAME]) for i in range(20)]
    activity.probabilities(np.ones(5 * FRAME, dtype=np.float32))
    then = [activity.probability(person[i * FRAME : (i + 1) * FRAME]) for i in range(20, 40)]
    assert first + then == undisturbed


def test_a_new_turn_starts_afresh(activity: SileroActivity, person: NDArray[np.float32]) -> None:
    assert streamed(activity, person[: 30 * FRAME]) == streamed(activity, person[: 30 * FRAME])


def test_hours_are_heard_as_one_recording(activity: SileroActivity, person: NDArray[np.float32]) -> None:
    """The seams between batches leave no trace."""
    long = np.tile(person, 20)
    assert len(long) > BATCH * FRAME
    live = streamed(activity, np.pad(long, (0, -len(long) % FRAME)))
    assert np.abs(activity.probabilities(long) - live).max() < 1e-5


def test_speech_is_found_where_it_is(activity: SileroActivity, person: NDArray[np.float32]) -> None:
    likely = activity.probabilities(person)
    assert spoken(likely)
    found = spans(likely, len(person))
    assert 0.8 * 16_000 < found[0].start < 1.3 * 16_000, "the first word begins at 0.96 s"
    assert any(span.start < 2.4 * 16_000 < span.end for span in found), "blanquecinas, 1.92-2.91 s"
    assert not any(span.start < 3.3 * 16_000 < span.end for span in found), "the pause, 2.91-3.62 s"


@pytest.mark.parametrize(
    "audio",
    [
        np.zeros(0, dtype=np.float32),
        np.zeros(48_000, dtype=np.float32),
        np.random.default_rng(0).normal(0, 0.05, 48_000).astype(np.float32),
        (0.3 * np.sin(2 * np.pi * 50 * np.arange(48_000) / 16_000)).astype(np.float32),
    ],
    ids=["nothing", "silence", "noise", "mains hum"],
)
def test_nobody_speaks(activity: SileroActivity, audio: NDArray[np.float32]) -> None:
    likely = activity.probabilities(audio)
    assert likely.shape == (-(-len(audio) // FRAME),)
    assert not spoken(likely)
    assert spans(likely, len(audio)) == []


@pytest.mark.parametrize(
    "frame",
    [
        np.zeros(FRAME - 1, dtype=np.float32),
        np.zeros((2, FRAME), dtype=np.float32),
        np.full(FRAME, np.nan, dtype=np.float32),
    ],
)
def test_what_is_no_frame_is_refused(activity: SileroActivity, frame: NDArray[np.float32]) -> None:
    with pytest.raises(AudioError, match="512 finite samples"):
        activity.probability(frame)


def test_a_flickering_probability_is_one_stretch() -> None:
    heard = np.array([0, 0.6, 0.4, 0.6, 0.4, 0.2, 0.4, 0.7], dtype=np.float32)
    assert spans(heard, 8 * FRAME - 100) == [Span(FRAME, 5 * FRAME), Span(7 * FRAME, 8 * FRAME - 100)]


@examples(60)
@given(st.lists(st.floats(0, 1, width=32), max_size=40), st.floats(0.2, 0.9))
def test_stretches_are_in_order_within_the_recording_and_hold_all_speech(
    heard: list[float], threshold: float
) -> None:
    samples = len(heard) * FRAME
    found = spans(np.array(heard, dtype=np.float32), samples, threshold)
    edges = [edge for span in found for edge in span]
    assert edges == sorted(edges) and all(0 <= edge <= samples for edge in edges)
    for index, probability in enumerate(np.array(heard, dtype=np.float32)):
        if probability >= threshold:
            assert any(span.start <= index * FRAME < span.end for span in found)
