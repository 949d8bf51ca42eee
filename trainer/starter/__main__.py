"""Every starter model from nothing: `python -m trainer.starter`, which is what `make starter` runs.

The parts do not depend on each other and each can be built alone; together they take about four hours on two
processor cores. `--work` keeps checkpoints, so an interrupted build goes on where it was.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

SHIPPED = Path(__file__).parents[2] / "models" / "starter"


def commands(work: Path) -> list[list[str]]:
    return [
        ["trainer.starter.voice.train", "--out", str(SHIPPED / "voice"), "--work", str(work / "voice")],
        ["trainer.starter.tutor.train", "--out", str(SHIPPED / "tutor"), "--work", str(work / "tutor")],
        ["trainer.starter.recogniser.train", "--work", str(work / "recogniser"), "--resume"],
        ["trainer.starter.recogniser.export", "--work", str(work / "recogniser"), "--out", str(SHIPPED)],
        ["models.catalog", "--write-checksums"],
        ["trainer.starter.recogniser.evaluation"],
    ]


def main() -> int:
    """Run every part; the first that fails ends it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=Path("build/starter"), help="checkpoints and logs")
    work = parser.parse_args().work.absolute()
    for command in commands(work):
        print("→ python -m", *command, flush=True)
        status = subprocess.run([sys.executable, "-P", "-m", *command], check=False).returncode
        if status:
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main())
