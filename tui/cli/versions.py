"""`tertulia versions`: the recognisers that were made here, how good they are, and which is in use."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from tui.cli import verdicts

if TYPE_CHECKING:
    from store.database import Store
    from store.versions import ModelVersion

HELP = "list the versions of the recogniser; delete or tag one"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--delete", metavar="V", help="remove a version's files; what it was stays known")
    what.add_argument(
        "--tag",
        nargs="+",
        metavar=("V", "TAG"),
        help="give a version these marks and no others; none takes them away",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a version")


def run(options: argparse.Namespace) -> int:
    """List the versions, the newest first; with --delete or --tag only the one that was changed."""
    from core.versions import registry
    from store.database import Store
    from store.paths import data_folder

    with Store.open(data_folder()) as store:
        registry.settle(store)
        if options.delete is not None:
            registry.delete(store, options.delete)
            found = [registry.find(store, options.delete)]
        elif options.tag is not None:
            name, *tags = options.tag
            found = [registry.tag(store, name, tags)]
        else:
            found = registry.all_versions(store)
        active = registry.active(store)
        for version in found:
            on = active is not None and active.id == version.id
            fields = _figures(store, version, on)
            print(json.dumps(fields, ensure_ascii=False) if options.json else _line(fields, version))
    if not options.json and options.delete is None and options.tag is None:
        print(
            "● listens   ○ kept   × deleted"
            if found
            else "No version was made yet: `tertulia train` makes the first."
        )
    return 0


def _figures(store: Store, version: ModelVersion, active: bool) -> dict[str, Any]:
    from store.versions import version as numbered

    return {
        "version": version.name,
        "active": active,
        "deleted": version.deleted,
        "created": version.created_at,
        "base": None if version.base is None else numbered(store, version.base).name,
        "run": version.run,
        "folder": str(store.folder / version.folder),
        "sha256": version.sha256,
        "tags": list(version.tags),
        **verdicts.scores(version),
        "sentence": version.scores.get("sentence"),
    }


def _line(fields: dict[str, Any], version: ModelVersion) -> str:
    mark = "×" if version.deleted else "●" if fields["active"] else "○"
    origin = "of the catalog" if version.run is None else f"run {version.run}"
    origin += f", from {fields['base']}" if fields["base"] else ""
    tags = f"  #{' #'.join(version.tags)}" if version.tags else ""
    day = version.created_at[:16].replace("T", " ")
    return f"{mark} {version.name:12} {day}  {origin:28} {verdicts.scored(version)}{tags}"
