"""A Piper voice with several speakers: who is in it, who speaks where nobody is named, and who when somebody is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from core.versions.active import active, load_voice
from models import kinds
from models.errors import ModelError
from models.piper.settings import speakers
from models.piper.voice import PiperVoice
from tests import starters

TEXT = "Buenos días."


@pytest.fixture(scope="module")
def duo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter voice with two speakers, as Piper has them; the second is the first turned over."""
    onnx = pytest.importorskip("onnx", reason="the training extra is not installed")
    from onnx import TensorProto, helper, numpy_helper

    source = starters.path("voice")
    model = onnx.load(str(source))
    graph = model.graph
    output = graph.output[0].name
    for node in graph.node:
        node.output[:] = ["alone" if name == output else name for name in node.output]
    graph.input.append(helper.make_tensor_value_info("sid", TensorProto.INT64, [1]))
    graph.initializer.append(numpy_helper.from_array(np.array([1.0, -1.0], np.float32), "signs"))
    graph.node.append(helper.make_node("Gather", ["signs", "sid"], ["sign"]))
    graph.node.append(helper.make_node("Mul", ["alone", "sign"], [output]))
    path = tmp_path_factory.mktemp("voice") / "es-duo.onnx"
    onnx.save(model, str(path))
    settings = json.loads(source.with_name(source.name + ".json").read_text(encoding="utf-8"))
    settings |= {"num_speakers": 2, "speaker_id_map": {"M": 0, "F": 1}}
    path.with_name(path.name + ".json").write_text(json.dumps(settings), encoding="utf-8")
    return path


def said(voice: Any) -> NDArray[np.float32]:
    return np.concatenate([*voice.speak(TEXT)])


def test_each_speaker_is_heard_and_the_first_where_nobody_is_named(duo: Path) -> None:
    assert kinds.find("Piper ONNX").describe(duo).speakers == ("M", "F")
    man, woman = (said(PiperVoice(duo, "duo", speaker)) for speaker in ("M", "F"))
    assert len(man) and np.array_equal(woman, -man)
    assert np.array_equal(said(PiperVoice(duo, "duo")), man)
    with pytest.raises(ModelError, match="The voice duo has no speaker called 'X': choose M, F"):
        PiperVoice(duo, "duo", "X")


def test_the_voices_own_choice_speaks_first(duo: Path, tmp_path: Path) -> None:
    other = tmp_path / duo.name
    other.symlink_to(duo)
    settings = json.loads(duo.with_name(duo.name + ".json").read_text(encoding="utf-8"))
    other.with_name(other.name + ".json").write_text(json.dumps(settings | {"default_speaker_id": 1}))
    assert kinds.find("Piper ONNX").describe(other).speakers == ("F", "M")
    assert np.array_equal(said(PiperVoice(other, "duo")), said(PiperVoice(duo, "duo", "F")))


@pytest.mark.parametrize("by_path", [False, True])
def test_a_speaker_is_chosen_behind_the_name_or_the_path(duo: Path, tmp_path: Path, by_path: bool) -> None:
    folder = tmp_path / "models" / "voice"
    folder.parent.mkdir()
    folder.symlink_to(duo.parent)
    name = str(duo) if by_path else "es-duo"
    assert active(tmp_path, "voice", name).name == "es-duo"
    man, woman = (load_voice(tmp_path, f"{name}:{speaker}") for speaker in ("M", "F"))
    assert (man.name, woman.name) == ("es-duo:M", "es-duo:F")
    assert np.array_equal(said(woman), -said(man))


@pytest.mark.parametrize(
    ("settings", "known"),
    [
        ({}, {}),
        ({"num_speakers": 1, "speaker_id_map": {"M": 0}}, {}),
        ({"num_speakers": 3}, {"0": 0, "1": 1, "2": 2}),
        ({"num_speakers": 2, "speaker_id_map": {"F": 1, "M": 0}}, {"M": 0, "F": 1}),
        ({"num_speakers": 2, "speaker_id_map": {"M": 0, "F": 1}, "default_speaker_id": 1}, {"F": 1, "M": 0}),
        ({"num_speakers": 2, "speaker_id_map": {"M": 0, "F": 2, "X": -1, "Y": "1", "Z": True}}, {"M": 0}),
        ({"num_speakers": 2, "speaker_id_map": {"\x1b[31m": 0, "": 1, " F": 1}}, {"0": 0, "1": 1}),
        ({"num_speakers": 2, "speaker_id_map": ["M", "F"]}, {"0": 0, "1": 1}),
        ({"num_speakers": 10**9, "speaker_id_map": {"M": 0}}, {}),
        ({"num_speakers": "2"}, {}),
        ({"num_speakers": True}, {}),
        ({"num_speakers": 2, "default_speaker_id": 99}, {"0": 0, "1": 1}),
    ],
)
def test_whatever_the_settings_say_only_real_speakers_are_offered(
    settings: dict[str, Any], known: dict[str, int]
) -> None:
    assert list(speakers(settings).items()) == list(known.items())
