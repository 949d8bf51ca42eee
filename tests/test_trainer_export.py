"""What comes out of a run is a version that the app's own recogniser loads, as strong as dev allows."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="the training extra is not installed")

from models.device import choose  # noqa: E402
from models.recogniser import WhisperRecogniser  # noqa: E402
from models.scoring import Errors  # noqa: E402
from tests import trainer_jobs as jobs  # noqa: E402
from trainer import export, finishing, strength  # noqa: E402
from trainer.adapter import load_base, set_strength, with_adapter  # noqa: E402
from trainer.decoding import Heard, hear  # noqa: E402
from trainer.events import Events  # noqa: E402
from trainer.job import Job  # noqa: E402
from trainer.labels import Labels  # noqa: E402
from trainer.manifest import read_manifest, waveform  # noqa: E402
from trainer.run import run  # noqa: E402
from trainer.stopping import StopRequest  # noqa: E402
from trainer.world import World  # noqa: E402

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A job that was trained for three steps."""
    rows = jobs.learner(tmp_path_factory.mktemp("audio"), train=12, dev=3, replay=6)
    rows[-1]["split"] = "dev"  # somebody else's speech, not to be forgotten
    knobs: dict[str, Any] = {"batch": 4, "max_steps": 3, "evaluate_every": 3, "full_windows": 0.0}
    job = jobs.job(tmp_path_factory.mktemp("job"), rows, **knobs)
    done = run(job, False, Events(job / "events.jsonl"), StopRequest(job), World())
    assert done["verified"]["unlike"] <= export.UNLIKE
    assert done["strength"] in strength.STRENGTHS
    return job


def test_the_apps_recogniser_loads_the_version_and_hears_with_it(folder: Path) -> None:
    ear = WhisperRecogniser(folder / "version" / "recogniser-ct2", "tuned", choose())
    clip = next(clip for clip in read_manifest(folder / "manifest.jsonl")[0] if clip.split == "dev")
    assert ear.recognise(waveform(clip)).words


def test_the_merged_folder_is_the_bases_own_but_for_the_weights(folder: Path) -> None:
    merged = folder / "version" / "recogniser"
    names = {path.name for path in jobs.BASE.iterdir()} - {"CARD.md"}
    assert {path.name for path in merged.iterdir()} == names
    for name in names - {"model.safetensors"}:
        assert (merged / name).read_bytes() == (jobs.BASE / name).read_bytes(), name
    size = (merged / "model.safetensors").stat().st_size
    assert size == pytest.approx((jobs.BASE / "model.safetensors").stat().st_size, rel=0.01)
    before, after = load_base(jobs.BASE).state_dict(), load_base(merged).state_dict()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed
    assert all("layers." in name for name in changed)


def test_without_strength_the_adapter_is_the_base() -> None:
    torch.manual_seed(0)
    base, labels = load_base(jobs.BASE), Labels(jobs.BASE)
    clips = [("sí", torch.randn(80, 120).half().numpy())]
    plain = hear(base, labels, clips, CPU, lambda: None).texts
    model = with_adapter(base, Job(jobs.BASE))
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.5)
    assert hear(model, labels, clips, CPU, lambda: None).texts != plain
    set_strength(model, 0.0)
    assert hear(model, labels, clips, CPU, lambda: None).texts == plain


@pytest.mark.parametrize(
    ("general", "chosen"),
    [
        ({0.0: 0.10, 1.0: 0.10, 0.85: 0.10, 0.7: 0.10, 0.5: 0.10, 0.25: 0.10}, 1.0),
        ({0.0: 0.10, 1.0: 0.20, 0.85: 0.18, 0.7: 0.15, 0.5: 0.11, 0.25: 0.10}, 0.5),
        ({0.0: 0.10, 1.0: 0.50, 0.85: 0.45, 0.7: 0.40, 0.5: 0.30, 0.25: 0.20}, 0.25),
    ],
)
def test_the_strength_helps_the_learner_and_harms_nobody(
    monkeypatch: pytest.MonkeyPatch, general: dict[float, float], chosen: float
) -> None:
    own, now = {0.0: 0.40, 0.25: 0.35, 0.5: 0.30, 0.7: 0.25, 0.85: 0.22, 1.0: 0.20}, [0.0]

    def heard(model: Any, labels: Any, clips: list[str], *others: Any) -> Heard:
        rates = own if clips == ["own"] else general
        return Heard([], [Errors(round(100 * rates[now[0]]), 0, 0, 100)], [])

    monkeypatch.setattr(strength, "hear", heard)
    monkeypatch.setattr(strength, "set_strength", lambda model, value: now.__setitem__(0, value))
    mine: Any = ["own"]
    theirs: Any = ["general"]
    nothing: Any = None
    best, tried = strength.choose_strength(None, nothing, mine, theirs, CPU, lambda: None)
    assert best.strength == chosen == now[0]
    assert len(tried) == 6


def test_a_conversion_that_hears_something_else_is_refused(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = tmp_path / "job"
    shutil.copytree(folder, again)
    (again / "version").rename(tmp_path / "first")
    true = finishing.convert

    def wrong(hf: Path, ct2: Path, quantization: str) -> None:
        true(hf, ct2, quantization)
        other = load_base(hf)
        with torch.no_grad():
            for parameter in other.parameters():
                parameter.zero_()
        other.half().save_pretrained(str(hf))

    monkeypatch.setattr(finishing, "convert", wrong)
    with pytest.raises(export.ExportError, match="differs from the trained one"):
        run(again, True, Events(None), StopRequest(again), World())
    assert {path.name for path in again.iterdir()} == {path.name for path in folder.iterdir()} - {"version"}

    monkeypatch.setattr(finishing, "convert", true)  # what caused it is gone: the same version comes out
    run(again, True, Events(None), StopRequest(again), World())
    for name in ("recogniser/model.safetensors", "recogniser-ct2/model.bin", "verified.json"):
        assert (again / "version" / name).read_bytes() == (tmp_path / "first" / name).read_bytes()
