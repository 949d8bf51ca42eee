"""Errors are a sentence made of what, remedy and place; they are told in full, and nobody takes one apart again."""

from __future__ import annotations

import ast
import json
import pickle
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from core import doctor
from core.conversation.scenario import ScenarioError
from core.demo.errors import DemoError
from core.engine.devices import SoundError
from core.errors import SENTENCES, TROUBLE, CoreError, fields
from core.runs.errors import TrainingRefused
from models.errors import AudioError, ModelError
from store.errors import EncodingError, StoreError
from store.text import known_as, shown
from tests.places import ROOT
from trainer.contract.errors import CheckpointError, DataError, JobError, TrainerError, TrainingError
from trainer.synthesis.espeak import EspeakError
from tui.cli.demo import _Lines
from tui.settings import SettingsError

ROOMS = ("core", "models", "store", "trainer", "tui")
BASES = (CoreError, ModelError, StoreError, TrainerError)
KINDS = (
    *BASES, AudioError, CheckpointError, DataError, DemoError, EspeakError, JobError, ScenarioError, SettingsError,
    SoundError, TrainingError, TrainingRefused,
)  # fmt: skip

SYSTEM = "what the system or a library says is all that is known"
CALLER = "a fault of the program, which a person can do nothing about"
INSIDE = "the remedy stands inside, as part of another sentence"
PLAIN = "nothing is to be done: it is said why nothing happened"
NO_REMEDY = {
    "A frame of voice activity is": CALLER,
    "A turn's {what} is": CALLER,
    "More than {MOST_REJECTED:,} rows": INSIDE,
    "No timing was stored": CALLER,
    "Nothing was stored, because the listening time": CALLER,
    "Nothing was stored, because the time of a word": CALLER,
    "Nothing was stored, because {what} is": CALLER,
    "Samples {start} to {end} are not a span of recording {recording}": CALLER,
    "Segment {card.row.id} has no reference any more": PLAIN,
    "Segment {card.row.id} has no {towards} one": PLAIN,
    "Segment {segment} was changed by": INSIDE,
    "TERTULIA_HOME names a person": PLAIN,
    "The audio holds numbers that are not sound": PLAIN,
    "The change was refused": SYSTEM,
    "The import was stopped": PLAIN,
    "The tutor {self.name} answered": CALLER,
    "The tutor {self.name} cannot answer this": SYSTEM,
    "There is no sound in the recording": PLAIN,
    "There is no {table[:-1]": PLAIN,
    "{audio}": INSIDE,
    "{event.text}": INSIDE,
    "{item.where} cannot be heard": INSIDE,
    "{name} cannot be read": SYSTEM,
    "{name} is cut off": INSIDE,
    "{name} was not promoted": INSIDE,
    "{path} cannot be read": INSIDE,
    "{path} cannot be written": INSIDE,
    "{path} is not TOML": INSIDE,
    "{shown(path)} cannot be read: {error": SYSTEM,
    "{shown(path)} could not be used": SYSTEM,
    "{shown(path)} has rows that lost their partner": PLAIN,
    "{shown(path)} holds no subtitles": INSIDE,
    "{shown(path)} is not a CHAT transcript that can be read": SYSTEM,
    "{shown(run.folder / missing)} is gone": INSIDE,
    "{shown(target)} cannot hold a cue's name": SYSTEM,
    "“{_short(find)}” is no regular expression": SYSTEM,
    "“{_short(replace)}” cannot stand": SYSTEM,
}
"""How the sentences begin that have no remedy of their own, and why."""

PARTING = {
    "endswith", "find", "index", "partition", "removeprefix", "removesuffix", "replace", "rpartition", "rsplit",
    "split", "startswith",
}  # fmt: skip
OTHERS = {
    ("optimising.py", "out of memory"): "torch has no class for it",
    ("optimising.py", "can't allocate memory"): "torch has no class for it",
    ("__main__.py", "No space left"): "safetensors has errors of its own, without a number",
}
"""Looks into the sentences of libraries that say it nowhere else."""


@dataclass(frozen=True)
class Site:
    """Where an error is made."""

    path: Path
    call: ast.Call
    kind: str

    @property
    def what(self) -> str:
        """Its first argument as text, with placeholders in braces."""
        return _text(self.call.args[0]) if self.call.args else ""

    @property
    def remedied(self) -> bool:
        """Whether it is given something to be done."""
        starred = any(isinstance(argument, ast.Starred) for argument in self.call.args)
        named = any(keyword.arg == "remedy" for keyword in self.call.keywords)
        return starred or named or len(self.call.args) > 1

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.call.lineno}: {self.what}"


def product() -> Iterator[tuple[Path, ast.Module]]:
    """Every file of the product."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def families() -> dict[str, ast.ClassDef | None]:
    """The classes of our errors by name, with their definitions; None for the four bases."""
    classes = [node for _, tree in product() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    found: dict[str, ast.ClassDef | None] = {base.__name__: None for base in BASES}
    while new := [
        each
        for each in classes
        if each.name not in found and any(isinstance(base, ast.Name) and base.id in found for base in each.bases)
    ]:
        found.update({each.name: each for each in new})
    return found


def sites() -> Iterator[Site]:
    """Where our errors are made, those that make their own sentence by what they hand to their base."""
    known = families()
    own = {name for name, node in known.items() if node and any(isinstance(s, ast.FunctionDef) for s in node.body)}
    for path, tree in product():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {*known} - own:
                yield Site(path, node, node.func.id)
            if isinstance(node, ast.ClassDef) and node.name in own:
                for call in (each for each in ast.walk(node) if isinstance(each, ast.Call)):
                    if isinstance(call.func, ast.Attribute) and ast.unparse(call.func) == "super().__init__":
                        yield Site(path, call, node.name)


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(map(_text, node.values))
    if isinstance(node, ast.FormattedValue):
        return f"{{{ast.unparse(node.value)}{':' + _text(node.format_spec) if node.format_spec else ''}}}"
    return f"{{{ast.unparse(node)}}}"


@pytest.mark.parametrize("kind", KINDS)
def test_the_text_is_made_of_the_fields(kind: type[CoreError | ModelError | StoreError | TrainerError]) -> None:
    error = kind("a.csv has no header", "name its columns", Path("a.csv"))
    assert (error.what, error.remedy, error.place) == ("a.csv has no header", "name its columns", Path("a.csv"))
    assert str(error) == "a.csv has no header: name its columns."
    assert str(kind("a.csv is empty")) == "a.csv is empty." and kind("a.csv is empty").place == ""
    assert str(kind("a.csv is huge", "is it the right file?")) == "a.csv is huge: is it the right file?"
    assert str(kind("Row 3 cannot be heard: It is empty: leave it out.")).endswith("leave it out.")
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.what, again.remedy, again.place) == (str(error), *error.__dict__.values())


def test_every_error_of_ours_but_the_trainers_is_caught_at_the_edges() -> None:
    assert all(issubclass(kind, SENTENCES) for kind in KINDS if not issubclass(kind, TrainerError))
    assert (*SENTENCES, OSError) == TROUBLE


def test_each_error_says_what_to_do() -> None:
    found = list(sites())
    assert len(found) > 300
    bare = [site for site in found if not site.remedied and not site.what.startswith(tuple(NO_REMEDY))]
    assert not bare, "\n".join(map(str, bare))
    unused = [start for start in NO_REMEDY if not any(site.what.startswith(start) for site in found)]
    assert not unused


def test_no_field_holds_the_whole_sentence() -> None:
    whole = [site for site in sites() if site.remedied and site.what.endswith((".", ":"))]
    assert not whole, "\n".join(map(str, whole))


def errors_in(tree: ast.Module) -> set[str]:
    """The names that exceptions have in a file: those that are caught, and parameters that are one."""
    caught = {node.name for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler) and node.name}
    given = [node for node in ast.walk(tree) if isinstance(node, ast.arg) and node.annotation]
    return caught | {
        node.arg for node in given if node.annotation and re.search("Error|Exception", ast.unparse(node.annotation))
    }


def test_nobody_takes_the_text_of_an_error_apart() -> None:
    parted, looked = [], set()
    for path, tree in product():
        texts = {text for name in errors_in(tree) for text in (f"str({name})", f"{name}.what", f"{name}.remedy")}
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Attribute(attr=attr, value=value)) if attr in PARTING:
                    parts = {ast.unparse(part) for part in ast.walk(value) if isinstance(part, ast.expr)}
                    if parts & texts:
                        parted.append(f"{path.relative_to(ROOT)}:{node.lineno}: {ast.unparse(node)}")
                case ast.Compare(ops=[ast.In() | ast.NotIn()], left=left, comparators=[within]):
                    if ast.unparse(within) in texts:
                        looked.add((path.name, _text(left)))
    assert not parted, "\n".join(parted)
    assert looked == set(OTHERS)


def test_the_doctor_shows_the_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str, needed: bool) -> doctor.Check:
        raise ModelError("The recogniser a: b is damaged", "fetch c: d again")

    monkeypatch.setattr(doctor, "_LOOKS", (("recogniser", False, broken),))
    [check] = doctor.checks()
    assert (check.detail, check.remedy) == ("The recogniser a: b is damaged", "fetch c: d again")


def test_json_has_the_fields_beside_the_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    error = DemoError("The engine says nothing more", "engine.log says why", Path("engine.log"))
    _Lines().fail(error)
    assert json.loads(capsys.readouterr().out) == {"event": "error", "message": str(error), **fields(error)}
    assert fields(error)["place"] == "engine.log"


def test_text_in_another_encoding_says_which_it_may_be() -> None:
    error = EncodingError("It is not UTF-8", "if “ñ” is right", "cp1252", "save it anew", "a.csv, line 3")
    assert str(error) == "It is not UTF-8: if “ñ” is right, add --encoding cp1252; otherwise save it anew."
    assert (error.suspicion, error.encoding, error.otherwise) == ("if “ñ” is right", "cp1252", "save it anew")


def test_what_lies_in_an_archive_is_called_by_the_archive(tmp_path: Path) -> None:
    inside = tmp_path / "unpacked-1" / "a.csv"
    with known_as(tmp_path / "unpacked-1", tmp_path / "a.zip"):
        assert shown(inside) == str(tmp_path / "a.zip" / "a.csv")
        assert shown(tmp_path / "unpacked-10") == str(tmp_path / "unpacked-10")
    assert shown(inside) == str(inside)
