"""Nobody but `models.fetching` reaches for the network: what import-linter cannot tell from urllib.parse."""

from __future__ import annotations

import ast

from tests.places import ROOT

ROOMS = ("tui", "core", "store", "models")
OURS = ROOT / "models" / "fetching"


def test_only_fetching_imports_urllib_request() -> None:
    found = []
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            if OURS in path.parents:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.ImportFrom) and node.module:
                    names = [f"{node.module}.{alias.name}" for alias in node.names]
                found += [
                    str(path) for name in names if f"{name}.".startswith(("urllib.request.", "urllib.error."))
                ]
    assert found == []
