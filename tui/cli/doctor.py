"""`tertulia doctor`: what works here, and what to do about the rest."""

from __future__ import annotations

import argparse
import dataclasses
import json

HELP = "check what works on this machine, and what to install"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object a check")


def run(options: argparse.Namespace) -> int:
    """Print every check as it is made; exit code 1 when something fails that even typing needs."""
    from core.doctor import checks

    failed = False
    for check in checks():
        failed = failed or (check.needed and not check.ok)
        if options.json:
            print(json.dumps(dataclasses.asdict(check), ensure_ascii=False), flush=True)
        else:
            mark = "ok  " if check.ok else ("FAIL" if check.needed else "-   ")
            print(f"{mark} {check.check:14} {check.detail}", flush=True)
            if check.remedy:
                print(f"{'':19}→ {check.remedy}", flush=True)
    return 1 if failed else 0
