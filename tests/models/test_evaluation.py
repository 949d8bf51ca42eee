"""How well a model hears: found out by listening, kept as JSON, and refused where the JSON cannot be true."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.audio import Audio
from models.device import Device
from models.errors import AudioError, ModelError
from models.evaluation.evaluate import (
    CHARACTERS,
    FLOOR,
    NOWHERE,
    TIMED,
    Evaluation,
    EvaluationStopped,
    HeardClip,
    Silence,
    TestClip,
    band,
    blocks,
    evaluate,
    level,
    rate,
    timed,
)
from models.evaluation.scoring import Errors, character_errors, difference, normalise, word_errors
from models.evaluation.silences import LEVELS, silences
from models.evaluation.spoken import RULE, STRICT
from models.whisper.heard import Hypothesis, Word
from models.whisper.recogniser import WhisperRecogniser
from store.audio.folder import from_pcm16
from tests.learner_store import sentences, spoken
from tests.properties import examples
from tests.starters import load_recogniser

DEVICE = Device("cpu", 1, "asked for by a test")


@pytest.fixture(scope="module")
def recogniser() -> WhisperRecogniser:
    return load_recogniser(DEVICE)


def clip(number: int, name: str = "test") -> TestClip:
    """A sentence of the learner's, three to a recording."""
    text = sentences()[number]
    return TestClip(lambda: from_pcm16(spoken(text)), text, f"recording {number // 3}", "Ana", name)


@pytest.fixture(scope="module")
def found(recogniser: WhisperRecogniser) -> Evaluation:
    """What the starter hears of six sentences of a learner's, and one as Spanish at large."""
    return evaluate(recogniser, [*map(clip, range(6)), clip(6, "general")])


class Parrot:
    """A recogniser that always says the same."""

    name = "parrot"

    def __init__(self, text: str = "") -> None:
        self.text = text

    def recognise(self, audio: Audio) -> Hypothesis:
        words = tuple(Word(word, 0.0, 0.1, 0.9) for word in self.text.split())
        return Hypothesis(self.text, words, len(audio) / 16_000, 0.0, self.name)


# --- listening ------------------------------------------------------------------------------------


def test_every_figure_comes_from_one_listening(recogniser: WhisperRecogniser, found: Evaluation) -> None:
    assert found.model == "starter-ear" and found.compute_type == recogniser.compute_type != ""
    assert [one.reference for one in found.sets["test"]] == list(sentences()[:6])
    assert [one.reference for one in found.sets["general"]] == [sentences()[6]]
    for one in found.sets["test"]:
        assert one.heard == recogniser.recognise(from_pcm16(spoken(one.reference))).text
        assert one.words == word_errors(one.reference, one.heard)
        assert one.characters == character_errors(one.reference, one.heard)
        assert one.seconds == pytest.approx(len(spoken(one.reference)) / 16_000, abs=1e-3)
        assert -60 < one.loudness < 0
    wer = found.wer("test")
    assert wer.blocks == 2 and wer.words == sum(len(normalise(text).split()) for text in sentences()[:6])
    # The learner has an accent that the starter mishears, but it hears something.
    assert 0.1 < wer.value < 0.9 and wer.low <= wer.value <= wer.high
    assert 0 < found.cer("test").value < wer.value
    assert found.kinds("test").count / wer.words == wer.value
    assert found.silence == Silence(25, 0), "the starter has no ghosts"
    assert found.timestamps is not None and found.timestamps > 0.8
    assert found.seconds > 0


def test_nothing_to_hear_is_nothing_known(recogniser: WhisperRecogniser) -> None:
    found = evaluate(recogniser, [])
    assert found.sets == {} and found.timestamps is None and found.silence.clips == 25
    assert found.wer("test") == NOWHERE and found.kinds("test") == Errors(0, 0, 0, 0)
    assert found.by_speaker("test") == found.by_loudness("test") == {}


def test_ghosts_are_counted_and_only_a_whisper_is_asked_for_timestamps() -> None:
    found = evaluate(Parrot("Subtítulos por la comunidad."), [clip(0)])
    assert found.silence == Silence(25, 100)
    assert found.timestamps is None and found.compute_type == ""


def test_progress_is_told_of_every_set_to_its_end() -> None:
    progress: list[tuple[str, int, int]] = []
    evaluate(Parrot(), [clip(0), clip(1, "general"), clip(2)], lambda *what: progress.append(what))
    assert progress[:5] == [("test", 0, 2), ("test", 1, 2), ("test", 2, 2), ("general", 0, 1), ("general", 1, 1)]
    assert progress[-1] == ("silence", 25, 25)


def test_it_stops_when_it_is_told_to_and_when_a_clip_is_none(recogniser: WhisperRecogniser) -> None:
    heard: list[str] = []
    with pytest.raises(EvaluationStopped):
        evaluate(Parrot(), [clip(0), clip(1)], lambda *what: heard.append(what[0]), lambda: len(heard) >= 1)
    assert heard == ["test"]
    broken = TestClip(lambda: np.full(16_000, math.nan, np.float32), "Hola.", "one", "Ana", "test")
    with pytest.raises(AudioError):
        evaluate(recogniser, [broken])


def test_timestamps_are_asked_for_all_over(recogniser: WhisperRecogniser, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    many = 2 * TIMED - 1
    clips = [
        TestClip(partial(np.full, 1600, number / 100, np.float32), "", str(number), "Ana", "test")
        for number in range(many)
    ]

    def noted(recogniser: WhisperRecogniser, audio: Audio) -> bool:
        asked.append(round(float(audio[0] * 100)))
        return True

    monkeypatch.setattr("models.evaluation.evaluate.timed", noted)
    monkeypatch.setattr(recogniser, "recognise", Parrot().recognise)
    assert evaluate(recogniser, clips).timestamps == 1.0
    assert len(asked) == len(set(asked)) == TIMED and asked == sorted(asked)
    assert max(b - a for a, b in zip(asked, [*asked[1:], many], strict=True)) <= 2


def test_a_timestamp_must_make_sense(recogniser: WhisperRecogniser, monkeypatch: pytest.MonkeyPatch) -> None:
    audio = from_pcm16(spoken(sentences()[0]))
    assert timed(recogniser, audio)
    begin, seconds = recogniser._tokenizer.timestamp_begin, len(audio) / 16_000
    for tokens, sense in (
        ([begin, 50, begin + int(seconds / 0.02)], True),
        ([begin, 50, begin + int((seconds + 5) / 0.02)], False),
        ([begin, 50, 51], False),  # it ends with a word
        ([begin], False),
        ([], False),
    ):
        result = type("Result", (), {"sequences_ids": [tokens]})()
        said = type("Model", (), {"generate": lambda self, *a, result=result, **k: [result]})()
        whisper = type("Whisper", (), {"encode": lambda self, features: features, "model": said})()
        monkeypatch.setattr(recogniser, "_whisper", whisper)
        assert timed(recogniser, audio) is sense


def test_silences_are_always_the_same_and_hold_no_clipping() -> None:
    first, second = list(silences()), list(silences())
    assert len(first) == 25 and all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    for number, sound in enumerate(first[:-1]):
        assert level(sound) == pytest.approx(LEVELS[number // 4], abs=0.1)
        assert 16_000 <= len(sound) <= 6 * 16_000 and np.abs(sound).max() < 1
    assert not first[-1].any() and level(first[-1]) == FLOOR


# --- figures --------------------------------------------------------------------------------------


def made(text: str, heard: str, recording: str = "one", speaker: str = "Ana", loudness: float = -25.0) -> HeardClip:
    return HeardClip(
        recording, speaker, 2.0, loudness, text, heard, word_errors(text, heard), character_errors(text, heard)
    )


def evaluation(*heard: HeardClip, name: str = "test") -> Evaluation:
    return Evaluation("ear", "int8_float32", {name: heard}, Silence(25, 1), 0.5, 3.0)


def test_recordings_are_the_blocks() -> None:
    clips = [made("uno dos", "uno dos", "a"), made("tres", "seis", "b"), made("cuatro", "", "a")]
    assert blocks(clips) == [Errors(0, 0, 1, 3), Errors(1, 0, 0, 1)]
    assert rate(clips).value == 0.5 and rate(clips).blocks == 2
    assert rate(clips, CHARACTERS).words == len("uno dos") + len("tres") + len("cuatro")


def test_one_recording_and_no_words_leave_everything_open() -> None:
    one = rate([made("uno dos tres", "uno dos")])
    assert one.value == pytest.approx(1 / 3) and (one.low, one.high, one.blocks) == (0.0, 1.0, 1)
    ghosts = rate([made("uno", "uno dos tres cuatro")])
    assert (ghosts.value, ghosts.high) == (3.0, 3.0)
    assert rate([]) == rate([made("", "ghost")]) == rate([made("¿…?", "")]) == NOWHERE


def test_speakers_and_loudness_stand_apart() -> None:
    found = evaluation(
        made("uno dos", "uno", "a", "Luis", -35), made("uno dos", "uno dos", "b", "Ana", -10),
        made("uno dos", "", "c", "Luis", -22),
    )  # fmt: skip
    speakers = found.by_speaker("test")
    assert list(speakers) == ["Luis", "Ana"], "the one with the most clips first"
    assert (speakers["Luis"].value, speakers["Ana"].value) == (0.75, 0.0)
    loudness = found.by_loudness("test")
    assert [(name, one.value) for name, one in loudness.items()] == [("quiet", 0.5), ("loud", 0.5)]
    assert (band(-30.1), band(-30.0), band(-22.1), band(-22.0), band(3.0)) == (
        "quiet", "middle", "middle", "loud", "loud",
    )  # fmt: skip


def test_loudness_is_that_of_the_whole_clip() -> None:
    wave = np.sin(np.arange(16_000) / 5).astype(np.float32)
    assert level(wave) == pytest.approx(-3.01, abs=0.05)
    assert level(np.concatenate([wave, np.zeros_like(wave)])) == pytest.approx(-6.02, abs=0.05)
    assert level(np.zeros(0, np.float32)) == level(np.full(9, 1e-9, np.float32)) == FLOOR


def test_the_rates_of_two_evaluations_can_be_compared_pairwise(found: Evaluation) -> None:
    same = blocks(found.sets["test"])
    change = difference(same, same)
    assert (change.low, change.value, change.high) == (0, 0, 0)


# --- JSON -----------------------------------------------------------------------------------------


def test_what_is_kept_is_what_was_found(found: Evaluation) -> None:
    assert Evaluation.from_json(json.loads(json.dumps(found.as_json()))) == found
    silent = evaluate(Parrot(), [])
    assert Evaluation.from_json(json.loads(json.dumps(silent.as_json(), allow_nan=False))) == silent


BODY = evaluation(made("Sí, uno dos.", "uno dos tres"), made("cuatro", "", "two")).as_json()


def changed(*path: Any, value: Any) -> dict[str, Any]:
    """The body with one thing changed."""
    body = copy.deepcopy(BODY)
    here: Any = body
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = value
    return body


def without(*path: Any) -> dict[str, Any]:
    """The body without one thing."""
    body = copy.deepcopy(BODY)
    here: Any = body
    for step in path[:-1]:
        here = here[step]
    del here[path[-1]]
    return body


CLIP = ("sets", "test", 0)


@pytest.mark.parametrize(
    "damaged",
    [
        lambda: None, lambda: [], lambda: "text", lambda: 3, dict,
        partial(without, "model"), partial(without, "silence", "words"), partial(without, *CLIP, "heard"),
        partial(changed, "sets", value=[]), partial(changed, "sets", value={"test": 3}),
        partial(changed, "timestamps", value=1.5), partial(changed, "timestamps", value=True),
        partial(changed, "silence", "words", value=-1), partial(changed, "silence", "clips", value=2.0),
        partial(changed, "seconds", value=math.nan), partial(changed, "compute_type", value=None),
        partial(changed, "seconds", value=10**400), partial(changed, *CLIP, "loudness", value=-1000.0),
        partial(changed, *CLIP, "seconds", value="long"),
        partial(changed, *CLIP, "recording", value=7), partial(changed, *CLIP, "reference", value="Otra cosa."),
        partial(changed, *CLIP, "heard", value="Sí, uno dos."),
        partial(changed, *CLIP, "words", value=[0, 0, 0, 3]),
        partial(changed, *CLIP, "words", value=[1, 1]), partial(changed, *CLIP, "words", value=[0, 1, 1, True]),
        partial(changed, *CLIP, "characters", value=[0, 0, 0, 10**30]),
    ],
)  # fmt: skip
def test_what_cannot_be_true_is_refused(damaged: Callable[[], Any]) -> None:
    with pytest.raises(ModelError, match=r"An evaluation is damaged .*: evaluate the model again"):
        Evaluation.from_json(damaged())


def test_a_whole_body_is_none_of_those() -> None:
    assert Evaluation.from_json(copy.deepcopy(BODY)).kinds("test") == Errors(0, 1, 2, 4)
    assert Evaluation.from_json(changed("timestamps", value=None)).timestamps is None


def test_one_of_before_there_was_a_rule_is_strict_and_says_so() -> None:
    clip = made("Tengo tres hijos.", "Tengo 3 hijos.")
    now = evaluation(clip)
    assert (now.rule, now.wer("test").value, now.strict("test").value) == (RULE, 0.0, pytest.approx(1 / 3))
    counts = {"words": [1, 0, 0, 3], "characters": [1, 0, 3, 16]}
    old = now.as_json() | {"sets": {"test": [now.as_json()["sets"]["test"][0] | counts]}}
    del old["rule"]
    found = Evaluation.from_json(old)
    assert (found.rule, found.wer("test").value) == (STRICT, pytest.approx(1 / 3))
    assert found.strict("test") == found.wer("test")
    assert Evaluation.from_json(found.as_json()) == found
    with pytest.raises(ModelError, match="do not fit its texts"):
        Evaluation.from_json(old | {"rule": RULE})
    assert Evaluation.from_json(old | {"rule": "spoken 0"}).rule == "spoken 0"


def places(body: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where there is something in a body that could be damaged."""
    inner = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    return [place for key, value in inner for place in [(*path, key), *places(value, (*path, key))]]


PLAIN = st.sampled_from([None, True, -1, 0, 2**60, 10**400, -0.0, 1e308, math.inf, math.nan, "", "Sí."])
NESTED = st.lists(PLAIN, max_size=4) | st.dictionaries(st.sampled_from(["test", "clips", "words"]), PLAIN)


@examples(200)
@given(where=st.sampled_from(places(BODY)), value=PLAIN | NESTED)
def test_whatever_is_put_in_it_is_refused_or_can_be_reckoned_with(where: tuple[Any, ...], value: Any) -> None:
    try:
        found = Evaluation.from_json(changed(*where, value=value))
    except ModelError:
        return
    assert Evaluation.from_json(found.as_json()) == found
    for name in found.sets:
        assert found.wer(name).low <= found.wer(name).value <= found.wer(name).high
