"""What comes out of a run is a version that the app's own recogniser loads, as strong as dev allows."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="the training extra is not installed")

from models.device import choose  # noqa: E402
from models.whisper.recogniser import WhisperRecogniser  # noqa: E402
from tests.trainer import jobs  # noqa: E402
from trainer import export, finishing, strength  # noqa: E402
from trainer.adapter import load_base, set_strength, with_adapter  # noqa: E402
from trainer.contract.clips import read_manifest  # noqa: E402
from trainer.contract.job import Job  # noqa: E402
from trainer.decoding import hear  # noqa: E402
from trainer.events import Events  # noqa: E402
from trainer.labels import Labels  # noqa: E402
from trainer.manifest import waveform  # noqa: E402
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
    assert done["verified"]["unlike"] < 0.4
    assert done["strength"] in strength.STRENGTHS
    return job


def test_the_apps_recogniser_loads_the_version_and_hears_with_it(folder: Path) -> None:
    recogniser = WhisperRecogniser(folder / "version" / "recogniser-ct2", "tuned", choose())
    clip = next(clip for clip in read_manifest(folder / "manifest.jsonl")[0] if clip.split == "dev")
    assert recogniser.recognise(waveform(clip)).words


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
    ("general", "tried"),
    [
        ([0.1, 0.104], [0.0, 1.0]),
        ([0.1, 0.2, 0.15, 0.12, 0.1], [0.0, 1.0, 0.85, 0.7, 0.5]),
        ([0.1, 0.5, 0.4, 0.3, 0.25, 0.2], [0.0, 1.0, 0.85, 0.7, 0.5, 0.25]),
        ([None, None], [0.0, 1.0]),
    ],
)
def test_the_greatest_strength_that_harms_nobody_is_taken(general: list[float | None], tried: list[float]) -> None:
    rates = iter(general)
    best, all_of_them = strength.choose_strength(lambda value: (0.4 - 0.2 * value, next(rates)))
    assert [one.strength for one in all_of_them] == tried
    assert best == all_of_them[-1]


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
