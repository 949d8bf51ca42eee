"""The choice of recogniser, tutor and voice is a row of the store, made once a model has been tried."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from core.own_models import choosing
from core.own_models.choosing import choose, chosen, part_of
from core.versions import registry
from core.versions.active import PARTS, RECOGNISER, TUTOR, VARIABLES, VOICE, ModelChoice, active, load_voice
from models.errors import ModelError
from store.database import Store
from store.versions import promotions, versions
from tests.core.own_models.own_models import recogniser, tutor, voice


def in_use(data: Path, part: str, name: str) -> bool:
    with Store.open(data) as store:
        return choosing.in_use(store, part, name)


def test_each_part_is_chosen_and_stays_chosen(data: Path) -> None:
    recogniser(data / "models" / "recogniser" / "mine")
    tutor(data / "models" / "tutor")
    voice(data / "models" / "voice")
    for part in PARTS:
        with Store.open(data) as store:
            assert not chosen(store, part)
        assert choose(data, part, "mine").name == "mine"
        assert active(data, part).name == "mine" and in_use(data, part, "mine")
        with Store.open(data) as store:
            assert chosen(store, part)
        assert choose(data, part, "mine").name == "mine", "once more changes nothing"
    with Store.open(data) as store:
        assert [len(promotions(store, part)) for part in PARTS] == [2, 1, 1]


def test_the_starters_can_be_chosen_back(data: Path) -> None:
    tutor(data / "models" / "tutor")
    for name in ("mine", "starter-tutor", "mine", "starter-tutor"):
        assert choose(data, TUTOR, name).name == name == active(data, TUTOR).name
    with Store.open(data) as store:
        assert len(versions(store, TUTOR)) == 2 and len(promotions(store, TUTOR)) == 4


def test_a_speaker_that_was_chosen_stays_chosen(data: Path) -> None:
    path = voice(data / "models" / "voice")
    settings = path.with_name(f"{path.name}.json")
    body = json.loads(settings.read_text(encoding="utf-8"))
    body |= {"num_speakers": 2, "speaker_id_map": {"ana": 0, "luis": 1}}
    settings.write_text(json.dumps(body), encoding="utf-8")
    # Its network knows of no speakers, so it is not tried: what is chosen is what counts here.
    with pytest.raises(ModelError, match="has no speaker called 'eva': choose ana, luis"):
        choose(data, VOICE, "mine:eva")
    with Store.open(data) as store:
        assert not chosen(store, VOICE)


def test_a_model_that_does_not_work_is_not_chosen(data: Path) -> None:
    file = voice(data / "models" / "voice")
    choose(data, VOICE, "mine")
    other = voice(data / "models" / "voice", "other")
    other.write_bytes(file.read_bytes()[:-5000])
    whisper = recogniser(data / "models" / "recogniser" / "mine")
    (whisper / "model.bin").write_bytes((whisper / "model.bin").read_bytes()[:-1000])
    for part, name in ((VOICE, "other"), (RECOGNISER, "mine"), (TUTOR, "nothing")):
        with pytest.raises(ModelError):
            choose(data, part, name)
    assert load_voice(data).name == "mine"
    with Store.open(data) as store:
        assert not chosen(store, RECOGNISER) and not chosen(store, TUTOR)


def test_a_variable_goes_before_the_choice_and_that_is_said(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tutor(data / "models" / "tutor")
    monkeypatch.setenv(VARIABLES[TUTOR], "starter-tutor")
    said: list[str] = []
    choose(data, TUTOR, "mine", said.append)
    assert said == ["TERTULIA_TUTOR names starter-tutor, which answers as long as it is set; mine does after."]
    assert active(data, TUTOR).name == "starter-tutor"
    monkeypatch.delenv(VARIABLES[TUTOR])
    assert active(data, TUTOR).name == "mine"


def test_what_was_chosen_and_is_gone_leaves_its_place_with_a_sentence(data: Path) -> None:
    file = tutor(data / "models" / "tutor")
    choose(data, TUTOR, "mine")
    shutil.move(file, data / "away.gguf")
    said: list[str] = []
    assert active(data, TUTOR, warn=said.append).name == "starter-tutor"
    assert "'mine'" in said[0] and said[0].endswith("Until then the one before it answers.")


def test_what_a_name_is_for(data: Path) -> None:
    tutor(data / "models" / "tutor", "both.gguf")
    voice(data / "models" / "voice", "both")
    voice(data / "models" / "voice", "alone")
    assert part_of(data, "alone") == VOICE and part_of(data, "starter-ear") == RECOGNISER
    assert part_of(data, "both", TUTOR) == TUTOR
    with pytest.raises(
        ModelError, match="There is a tutor and a voice called 'both': say which, with --part tutor"
    ):
        part_of(data, "both")
    with pytest.raises(ModelError, match="There is no model called 'nothing': see `tertulia models list`"):
        part_of(data, "nothing")
    with pytest.raises(ModelError, match="There is no voice called 'nothing'"):
        part_of(data, "nothing", VOICE)
    with pytest.raises(ModelError, match="The recogniser whisper-small is not on this machine"):
        part_of(data, "whisper-small")


@pytest.mark.parametrize("part", PARTS)
def test_what_goes_while_it_is_tried_is_not_chosen(data: Path, part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    recogniser(data / "models" / "recogniser" / "mine")
    tutor(data / "models" / "tutor")
    voice(data / "models" / "voice")

    def gone(choice: ModelChoice) -> None:
        shutil.rmtree(data / "models" / part)

    monkeypatch.setattr(choosing, "try_out", gone)
    monkeypatch.setattr(registry, "try_out", gone)
    with pytest.raises(ModelError):
        choose(data, part, "mine")
    with Store.open(data) as store:
        assert not chosen(store, part)
