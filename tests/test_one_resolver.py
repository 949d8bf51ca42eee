"""Which models are in use is decided in one place: nobody else in the app makes one, or looks for one."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.places import ROOT

FREE = ("core/versions/", "core/own_models/", "core/bench/")
"""Folders that may: the one place, where models are added, tried and removed, and the benches, which make models in
many ways to compare them."""
NAMES = {
    "models.whisper.recogniser": {"WhisperRecogniser"},
    "models.tutor.llama": {"LlamaTutor"},
    "models.piper.voice": {"PiperVoice"},
    "models.piper.kind": {"load"},
    "models.tutor.kind": {"load"},
    "models.whisper.kind": {"load"},
    "models.kinds": {"find", "recogniser", "tutor", "voice", "matching"},
    "models.catalog": {"at", "entries", "find"},
    "models.discovery": {"found"},
}
"""What makes a model, or looks for one to choose, by module."""
MAKERS = {"WhisperRecogniser", "LlamaTutor", "PiperVoice"}
"""Those that are known by their names alone, wherever they come from."""


def uses(source: str) -> Iterator[int]:
    """Lines in which code gets hold of one of NAMES, however: imported, as an attribute, or by a string."""
    tree = ast.parse(source)
    modules: dict[str, str] = {}  # what a name in this file stands for
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                top = name.name.partition(".")[0]
                modules[name.asname or top] = name.name if name.asname else top
        elif isinstance(node, ast.ImportFrom):
            for name in node.names:
                if name.name in NAMES.get(node.module or "", ()) or (name.name == "*" and node.module in NAMES):
                    yield node.lineno
                modules[name.asname or name.name] = f"{node.module}.{name.name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            of = _dotted(node.value, modules)
            if node.attr in NAMES.get(of, ()) or node.attr in MAKERS:
                yield node.lineno
        elif isinstance(node, ast.Constant) and (node.value in NAMES or node.value in MAKERS):
            yield node.lineno  # importlib, getattr


def _dotted(node: ast.expr, modules: dict[str, str]) -> str:
    """The module that an expression names, its aliases resolved; empty for anything else."""
    if isinstance(node, ast.Name):
        return modules.get(node.id, "")
    if isinstance(node, ast.Attribute) and (of := _dotted(node.value, modules)):
        return f"{of}.{node.attr}"
    return ""


def test_nobody_else_makes_a_model_or_looks_for_one() -> None:
    files = [path for room in ("core", "tui") for path in (ROOT / room).rglob("*.py")]
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in files
        if not path.relative_to(ROOT).as_posix().startswith(FREE)
        for line in uses(path.read_text(encoding="utf-8"))
    ]
    assert len(files) > 100 and not found, "ask core.versions.active instead"


def test_nobody_else_reads_the_environment_for_one() -> None:
    names = [f"TERTULIA_{part}" for part in ("RECOGNISER", "TUTOR", "VOICE")]
    found = {
        path.relative_to(ROOT).as_posix()
        for room in ("core", "tui", "models", "store", "trainer")
        for path in (ROOT / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value in names
    }
    assert found <= {"core/versions/active.py"}


@pytest.mark.parametrize(
    "source",
    [
        "from models.whisper.recogniser import WhisperRecogniser",
        "from models.whisper.recogniser import WhisperRecogniser as W\nW(folder, name, device)",
        "def late():\n    from models.tutor.llama import LlamaTutor as T",
        "import models.whisper.recogniser\nmodels.recogniser.WhisperRecogniser(folder, name, device)",
        "import models.piper.voice as v\nv.PiperVoice(path, name)",
        "from models.piper import voice\nvoice.PiperVoice(path, name)",
        "from models import kinds\nkinds.voice('Piper ONNX').load(path, name)",
        "from models.piper import kind\nkind.load(path, name)",
        "from models import catalog as c\nc.find('tutor', name)",
        "import models\nmodels.catalog.entries()",
        "from models import catalog\nhave = catalog\nmake = have.starter\nlook = catalog.find",
        "from models.catalog import find as look_for",
        "from models.whisper.recogniser import *",
        "import importlib\nimportlib.import_module('models.whisper.recogniser')",
        "import models.tutor.llama as t\nother = t\nother.LlamaTutor(path, name, device)",
    ],
)
def test_every_way_to_do_it_is_seen(source: str) -> None:
    assert list(uses(source))


def test_what_is_allowed_is_allowed() -> None:
    source = (
        "from models.whisper.recogniser import Recogniser\n"
        "from models import catalog\n"
        "from core.versions.active import load_recogniser\n"
        "catalog.starter('tutor'); catalog.verify(entry); 'text'.find('x')\n"
        "load_recogniser(data).recognise(audio)\n"
    )
    assert not list(uses(source))
