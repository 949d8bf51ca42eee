"""Names the files that import each other in circles: `python -m tests.import_circles`, a part of `make lint`.

Every import counts, those inside functions and under TYPE_CHECKING too: a circle that does not bite when it is run
still says that a name lives in the wrong file. `from room import thing` is an import of the file `room/thing.py`
where there is one, else of `room/__init__.py`; a package that is only passed through on the way is not imported.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.places import ROOT

ROOMS = ("tui", "core", "trainer", "store", "models", "tests")
Graph = Mapping[str, set[str]]
"""What each file imports; all go by the names they are imported by."""


def read(root: Path) -> Graph:
    """The imports among all files of the rooms below a folder. Raises OSError or SyntaxError."""
    files = {name_of(path.relative_to(root)): path for room in ROOMS for path in (root / room).rglob("*.py")}
    return {name: imports(name, path.read_text(encoding="utf-8"), files) for name, path in files.items()}


def name_of(path: Path) -> str:
    """What a file is imported by; its path begins at the folder of the rooms."""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(name: str, text: str, files: Iterable[str]) -> set[str]:
    """Those of the files that a file's text imports, itself left out."""
    known, wanted = set(files), set[str]()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            wanted |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            wanted |= {one if one in known else node.module for one in inner}
    return wanted & known - {name}


def circles(graph: Graph) -> list[tuple[list[str], int]]:
    """A shortest way round in each group of files that import each other, and how many files the group has."""
    reached = {name: _reached(graph, name) for name in graph}
    found, seen = [], set[str]()
    for start in sorted(graph):
        if start in reached[start] and start not in seen:
            group = {one for one in reached[start] if start in reached[one]}
            found.append((min((_round(graph, one) for one in sorted(group)), key=len), len(group)))
            seen |= group
    return found


def _reached(graph: Graph, start: str) -> set[str]:
    """All that a file imports, by however many others."""
    reached, waiting = set[str](), [start]
    while waiting:
        new = graph[waiting.pop()] - reached
        reached |= new
        waiting += new
    return reached


def _round(graph: Graph, start: str) -> list[str]:
    """The shortest way from a file back to itself, which there must be."""
    ways, seen = [[start]], set[str]()
    for way in ways:  # grows while it is walked
        if start in graph[way[-1]]:
            return [*way, start]
        new = sorted(graph[way[-1]] - seen)
        seen.update(new)
        ways += [[*way, one] for one in new]
    raise ValueError(f"{start} is in no circle")


def main() -> int:
    """Print the circles; 1 where there are any."""
    graph = read(ROOT if len(sys.argv) < 2 else Path(sys.argv[1]))
    found = circles(graph)
    for way, size in found:
        print(" → ".join(way) + (f"  ({size} files import each other so)" if size >= len(way) else ""))
    if not found:
        print(f"no circles among {len(graph)} files")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
