"""Is it worth it? What somebody is told before a training, in what situation."""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.runs import costs
from core.runs.errors import TrainingRefused
from core.runs.presets import checked
from core.runs.snapshot import CORRECTED, RunChoice, snapshot
from core.runs.worth import worth
from core.versions import registry
from store.database import Store
from store.runs import Run, add_run
from store.segments.splits import set_blocks, set_split
from store.segments.table import add_hypothesis
from store.versions import ModelVersion, promote
from tests import learner_store as learner
from trainer.contract.clips import Clip, line_of
from trainer.contract.job import BASE_FILES
from tui.cli import train
from tui.train.reads import prospect

BASE = learner.BASE


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """40 sentences to train on, 4 of dev, and 40 of test, which have more than 200 words."""
    folder = tmp_path_factory.mktemp("spoken") / "data"
    learner.corrected(folder, train=40, dev=4, test=40).close()
    return folder


@pytest.fixture
def store(spoken: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setattr("core.runs.presets.present", lambda: "cpu")
    monkeypatch.setattr("core.runs.costs.free_memory", lambda: 16_000_000_000)
    shutil.copytree(spoken, tmp_path / "data")
    with Store.open(tmp_path / "data") as store:
        yield store


def larger(folder: Path, width: int, layers: int) -> Path:
    """A base of another size. Nobody looks into its weights here, so they are the starter's."""
    shutil.copytree(BASE, folder)
    config = json.loads((BASE / "config.json").read_text())
    for half in ("encoder", "decoder"):
        config.update({f"{half}_layers": layers, f"{half}_ffn_dim": 4 * width})
    config.update(d_model=width, vocab_size=51_865)
    (folder / "config.json").write_text(json.dumps(config))
    assert all((folder / name).is_file() for name in BASE_FILES)
    return folder


def trained(store: Store, base: Path = BASE, *, speech: float = 3000.0, **step: Any) -> Run:
    """A run that stopped after ten steps of a second each."""
    run = add_run(store, "minutes")
    run.folder.mkdir(parents=True)
    (run.folder / "job.json").write_text(json.dumps({"version": 1, "base": str(base)}))
    event = {"event": "step", "steps": 10, "loss": 1.0, "lr": 1e-3, "seconds": 1.0, "speech_seconds": speech / 10,
             "memory_mb": 2500, **step}  # fmt: skip
    events = [{"event": "hello", "device": "cpu", "base": str(base)}, *({**event, "step": n} for n in range(1, 11))]
    (run.folder / "events.jsonl").write_text("".join(json.dumps(one) + "\n" for one in events))
    return run


def promoted(store: Store, learnt: list[Clip]) -> ModelVersion:
    """A version that was trained on these clips, and listens now."""
    made = learner.version(store)
    assert made.run is not None
    lines = "".join(map(line_of, learnt))
    (store.folder / "runs" / f"{made.run:04d}" / "manifest.jsonl").write_text(lines, encoding="utf-8")
    promote(store, made.id, "chosen")
    return made


def test_with_enough_to_prove_it_training_is_worth_it(store: Store) -> None:
    would, shot = worth(store, RunChoice()), snapshot(store, RunChoice())
    assert would.good
    assert would.snapshot == shot and shot.clips == {"train": 40, "dev": 4, "test": 40}
    assert shot.words["test"] >= 200
    assert (shot.preset.name, shot.base.name) == ("minutes", "starter-ear")
    # Half of every held-out sentence was misheard, of dev and of test.
    assert would.wer is not None and would.wer.low < 0.47 < would.wer.high
    assert would.wer.words == would.words == shot.words["dev"] + shot.words["test"]
    assert would.gain is not None and 0 < would.gain[0] < would.gain[1] < 0.55
    assert f"mishears {100 * would.wer.value:.0f} %" in would.advice
    assert f"{100 * would.gain[0]:.0f} to {100 * would.gain[1]:.0f} % of the errors" in would.advice
    assert not would.measured and 1 < would.minutes < 20


def skip_tests(store: Store, left: int) -> None:
    """Leave only so many sentences in the test."""
    tests = [row["id"] for row in store.execute("SELECT id FROM segments WHERE split = 'test' ORDER BY id")]
    for number in tests[left:]:
        store.execute("UPDATE segments SET status = 'skipped', reference = NULL WHERE id = ?", (number,))


def test_where_a_gain_cannot_be_proven_it_says_what_is_missing(store: Store) -> None:
    skip_tests(store, left=10)
    would, words = worth(store, RunChoice()), sum(snapshot(store, RunChoice()).words.values())
    assert not would.good and 0 < would.snapshot.words["test"] < 200
    assert f"{would.snapshot.words['test']} words are set aside for the test, and 200 are needed" in would.advice
    # A tenth of all is set aside, so there must be 2,000 words in all.
    assert 1000 < 2000 - words < 2000
    more = math.ceil((2000 - words) / 10) * 10
    assert f"For those {200 - would.snapshot.words['test']} correct about {more:,} words more" in would.advice


def test_without_a_test_nothing_can_be_proven(store: Store) -> None:
    skip_tests(store, left=0)
    would = worth(store, RunChoice())
    assert not would.good and would.snapshot.words["test"] == 0
    assert "0 words are set aside" in would.advice and would.wer is not None


def test_an_ear_that_hardly_mishears_has_little_to_gain(store: Store) -> None:
    for row in store.execute("SELECT id, reference FROM segments WHERE split IN ('dev', 'test')"):
        add_hypothesis(store, row["id"], "starter-ear", row["reference"], [], 0.1)
    store.execute("UPDATE segments SET errors = 0 WHERE split IN ('dev', 'test')")
    would = worth(store, RunChoice())
    assert not would.good and "0.0 % of your words: there is hardly anything to gain" in would.advice


def test_what_another_ear_heard_says_nothing_of_this_one(store: Store) -> None:
    store.execute("UPDATE segments SET model = 'another'")
    would = worth(store, RunChoice())
    assert would.wer is None and would.words == 0
    assert would.good and "is not known yet, but comparable runs took" in would.advice


def test_where_nothing_can_be_trained_the_reason_is_told(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store, pytest.raises(TrainingRefused, match="Nothing is corrected yet"):
        worth(store, RunChoice())


# --- the recogniser in use, and other bases --------------------------------------------------------------


def test_what_the_ear_has_learnt_already_brings_nothing_again(store: Store) -> None:
    first = worth(store, RunChoice())
    rows = [row for row in snapshot(store, RunChoice()).rows if row.split == "train"]
    promoted(store, rows)
    would = worth(store, RunChoice())
    assert would.gain == (0.0, 0.0) and not would.good
    assert "has learnt nearly all of this already" in would.advice
    assert would.wer is not None and would.words == registry.standing(store).words, "as the new version was tested"

    texts = learner.sentences()[100:140]
    new = learner.talked(store, texts)
    learner.correct(store, new, texts)
    set_blocks(store, {store.get("segments", new[0])["recording_id"]: "another day"})
    set_split(store, new, "train")
    more = worth(store, RunChoice())
    assert more.good and more.gain is not None and first.gain is not None
    assert 0 < more.gain[1] < first.gain[1] * 1.5


def test_a_text_that_was_corrected_again_is_new(store: Store) -> None:
    rows = [row for row in snapshot(store, RunChoice()).rows if row.split == "train"]
    promoted(store, [dataclasses.replace(row, text=f"{row.text} no") for row in rows])
    would = worth(store, RunChoice())
    assert would.gain is not None and would.gain[0] > 0


def test_of_a_base_that_the_ear_was_not_made_from_nobody_can_say(store: Store, tmp_path: Path) -> None:
    base = larger(tmp_path / "whisper-like", 384, 4)
    would = worth(store, RunChoice(base=str(base)))
    assert would.gain is None and not would.good and would.snapshot.base.name == "whisper-like"
    assert "Nobody can say beforehand" in would.advice


def listening(monkeypatch: pytest.MonkeyPatch, base: Path) -> RunChoice:
    """A base that the recogniser in use came from: a folder, its deployed form beside it."""
    deployed = base.with_name(f"{base.name}-ct2")
    shutil.copytree(learner.DEPLOYED, deployed)
    monkeypatch.setenv("TERTULIA_RECOGNISER", str(deployed))
    return RunChoice()


def test_memory_is_estimated_as_it_was_measured_elsewhere(store: Store, tmp_path: Path) -> None:
    for name, width, layers, gigabytes in (("tiny", 384, 4, 1.27), ("base", 512, 6, 2.0)):
        shot = snapshot(store, RunChoice(base=str(larger(tmp_path / name, width, layers))))
        least = costs.cost(store, shot).least_memory_mb
        assert least / 1000 == pytest.approx(gigabytes, rel=0.15), name


@pytest.mark.parametrize(("width", "layers", "least"), [(384, 4, 0.01), (1024, 24, -0.1)])
def test_a_real_whisper_needs_more_speech(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, width: int, layers: int, least: float
) -> None:
    small = worth(store, RunChoice())
    would = worth(store, listening(monkeypatch, larger(tmp_path / "whisper", width, layers)))
    assert not would.good and "2.0 minutes are little for a network of this size" in would.advice
    assert would.gain is not None and (would.gain[0] < 0) == (least < 0)
    assert would.minutes > 1.5 * small.minutes and would.disk_mb > small.disk_mb


def test_a_large_whisper_may_get_worse(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.runs.worth.LITTLE", 60)
    would = worth(store, listening(monkeypatch, larger(tmp_path / "whisper", 1024, 24)))
    assert would.gain is not None and would.gain[0] < 0 < would.gain[1]
    assert not would.good and "in some comparable runs it got worse" in would.advice


# --- what it takes --------------------------------------------------------------------------------


def test_time_and_memory_are_as_a_run_here_took(store: Store, tmp_path: Path) -> None:
    guess = worth(store, RunChoice())
    trained(store, larger(tmp_path / "other", 384, 4), speech=1.0)
    (tmp_path / "gone").mkdir()
    trained(store, tmp_path / "gone", speech=1.0)
    assert worth(store, RunChoice()) == guess, "runs of other networks tell nothing"
    trained(store, seconds=0.1)
    assert not worth(store, RunChoice()).measured, "a second of training tells nothing"

    trained(store, speech=3000.0)
    quick = worth(store, RunChoice())
    trained(store, speech=30.0)
    slow = worth(store, RunChoice())
    assert quick.measured and slow.measured
    assert quick.memory_mb == 2500
    heard = (
        quick.steps * 30 * quick.snapshot.seconds["train"] / quick.snapshot.clips["train"]
    )  # seconds of speech, about
    assert slow.minutes - quick.minutes == pytest.approx(heard * (1 / 3 - 1 / 300) / 60, rel=0.15)


def test_more_passes_take_longer(store: Store) -> None:
    short, long = (worth(store, RunChoice(knobs={"epochs": epochs})) for epochs in (2, 40))
    assert long.steps == 20 * short.steps
    assert long.minutes > short.minutes + 1
    assert worth(store, RunChoice(knobs={"max_steps": 3})).steps == 3


def test_the_regions_speech_takes_steps_of_its_own(store: Store) -> None:
    own = worth(store, RunChoice(knobs={"epochs": 4}))
    said = learner.sentences()[200:212]
    for number in range(0, 12, 4):
        texts = said[number : number + 4]
        made = learner.talked(store, texts, "Lola")
        learner.correct(store, made, texts)
        recording = store.get("segments", made[0])["recording_id"]
        set_blocks(store, {recording: f"Lola {number}"})
        set_split(store, made, "train")
    both = worth(store, RunChoice(regional=("Lola",), knobs={"epochs": 4, "transfer_epochs": 5}))
    assert both.snapshot.clips["train"] == own.snapshot.clips["train"]
    assert both.steps == own.steps + 5 * 3, (
        "12 clips, four times as many of others, in batches of 30: three, five times"
    )
    assert both.minutes > own.minutes


def test_too_little_memory_is_said_first(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.runs.costs.free_memory", lambda: 300_000_000)
    none = worth(store, RunChoice())
    assert not none.good and "0.3 GB are free: close other programs" in none.advice
    monkeypatch.setattr("core.runs.costs.free_memory", lambda: 2_000_000_000)
    scarce = worth(store, RunChoice())
    assert scarce.good and scarce.memory_mb > scarce.free_memory_mb == 2000 and "Memory is scarce" in scarce.advice


def test_a_full_disk_is_said_too(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(store.folder)
    monkeypatch.setattr("shutil.disk_usage", lambda path: usage._replace(free=50_000_000))
    would = worth(store, RunChoice())
    assert not would.good and would.disk_mb > 50 and "50 MB are free: delete old runs" in would.advice


def test_all_weights_take_more_than_an_adapter(store: Store) -> None:
    adapter, full = worth(store, RunChoice()), worth(store, RunChoice(knobs={"full": True}))
    assert full.disk_mb > adapter.disk_mb and full.memory_mb > adapter.memory_mb


def test_an_estimated_adapter_is_as_large_as_peft_makes_it(store: Store) -> None:
    from peft import LoraConfig, get_peft_model
    from transformers import WhisperForConditionalGeneration

    job = {"rank": 8, "targets": ["q_proj", "out_proj", "fc1"]}
    model = WhisperForConditionalGeneration.from_pretrained(BASE)
    model = get_peft_model(model, LoraConfig(r=8, target_modules=job["targets"]))
    made = sum(p.numel() for p in model.parameters() if p.requires_grad)
    config = json.loads((BASE / "config.json").read_text())
    assert costs._adapter(config, checked(job, "the job")) == made


@pytest.mark.parametrize(
    ("knobs", "says"),
    [
        ({"batch": "many"}, "The job: “batch” is 'many', not of type int: correct it"),
        ({"threads": None}, "“threads” is None"),
        ({"targets": 3}, "“targets” must be a list"),
        ({"bacth": 3}, "The job has no meaning for “bacth”: correct its spelling"),
    ],
)
def test_knobs_that_are_none_are_refused_before_there_is_a_run(
    store: Store, knobs: dict[str, Any], says: str
) -> None:
    with pytest.raises(TrainingRefused, match=says):
        worth(store, RunChoice(knobs=knobs))


def test_a_look_takes_one_snapshot(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = []
    execute = Store.execute

    def counted(self: Store, sql: str, *parameters: Any) -> Any:
        taken.extend([sql] * (sql == CORRECTED))
        return execute(self, sql, *parameters)

    monkeypatch.setattr(Store, "execute", counted)
    assert prospect(RunChoice())(store).worth is not None
    assert len(taken) == 1
    options = argparse.Namespace(
        preset="auto",
        base="",
        job=None,
        set=[],
        regional=[],
        replay=[],
        plan=True,
        detach=False,
        promote=False,
        json=True,
    )
    monkeypatch.setenv("TERTULIA_HOME", str(store.folder))
    assert train.run(options) == 0
    assert len(taken) == 2
