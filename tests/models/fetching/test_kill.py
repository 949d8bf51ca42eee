"""A pull that is killed or stopped, as a process of its own, at any byte: whole or not there, and then whole."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.models.fetching import made_up
from tests.models.fetching.web import Web
from tests.patience import PATIENCE
from tests.places import ROOT

FILES = made_up.contents(1_000, 400_000, 90_000)
COMMAND = [sys.executable, "-m", "tests.models.fetching.pulling", "models", "pull", "made-up", "--progress", "json"]


def pull(home: Path) -> subprocess.Popen[str]:
    environment = {
        **os.environ, "TERTULIA_HOME": str(home), "PYTHONPATH": str(ROOT),
        "TERTULIA_MADE_UP": json.dumps(made_up.item(FILES)),
    }  # fmt: skip
    return subprocess.Popen(
        COMMAND,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    )


def place(home: Path) -> Path:
    return home / "models" / "recogniser" / "made-up"


def is_whole(home: Path) -> bool:
    return {path.name: path.read_bytes() for path in place(home).iterdir()} == FILES


def held(web: Web, dice: random.Random) -> tuple[str, int]:
    """Let the server stand still before a byte of one of the files, drawn by chance."""
    at = dice.randrange(sum(map(len, FILES.values())))
    for name, body in FILES.items():
        if at < len(body):
            web.hold(made_up.path(name), at)
            return name, at
        at -= len(body)
    raise AssertionError


def test_killed_at_ten_points_it_is_not_there_and_the_next_time_it_is_whole(
    web: Web, tmp_path: Path, dice: random.Random
) -> None:
    for n in range(10):
        home = tmp_path / str(n)
        made_up.publish(web, FILES)
        name, at = held(web, dice)
        process = pull(home)
        assert web.reached.wait(PATIENCE), f"never asked for byte {at} of {name}"
        process.kill()
        process.communicate(timeout=PATIENCE)
        web.go.set()
        assert not place(home).exists()
        again = pull(home)
        _, said = again.communicate(timeout=PATIENCE)
        assert again.returncode == 0, said
        assert is_whole(home) and [path.name for path in place(home).parent.iterdir()] == ["made-up"]
        shutil.rmtree(home)


def test_killed_before_its_place_is_given_it_is_put_there_the_next_time(web: Web, tmp_path: Path) -> None:
    partial = place(tmp_path).with_name(".made-up.partial")
    partial.mkdir(parents=True)
    for name, body in FILES.items():
        (partial / name).write_bytes(body)
    process = pull(tmp_path)
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said
    assert is_whole(tmp_path) and web.asked == []


def test_stopped_by_an_interrupt_it_says_that_it_goes_on(web: Web, tmp_path: Path) -> None:
    made_up.publish(web, FILES)
    web.hold(made_up.path("model-1.bin"), 200_000)
    process = pull(tmp_path)
    assert web.reached.wait(PATIENCE)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=PATIENCE)
    web.go.set()
    assert process.returncode == 130 and "Stopped. What has come is kept" in said, said
    assert not place(tmp_path).exists()
    again = pull(tmp_path)
    out, said = again.communicate(timeout=PATIENCE)
    assert again.returncode == 0, said
    assert is_whole(tmp_path) and len(web.ranges_of(made_up.path("model-0.bin"))) == 1
    assert json.loads(out)["models"][0] == {
        "name": "made-up", "part": "recogniser", "path": str(place(tmp_path)), "fetched": True, "chosen": False,
    }  # fmt: skip


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("unshare"), reason="a network of no use needs root")
def test_without_a_network_it_says_what_to_do_and_what_is_here_works(web: Web, tmp_path: Path) -> None:
    environment = {**os.environ, "TERTULIA_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    tertulia = ["unshare", "-n", sys.executable, "-m", "tui.cli"]
    for words, code, said in [
        (["models", "pull", "whisper-small"], 1, "when this machine is on the network"),
        (["models", "verify"], 0, "starter-voice is whole"),
    ]:
        done = subprocess.run(
            [*tertulia, *words], env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        if "unshare" in done.stderr:
            pytest.skip(done.stderr)
        assert done.returncode == code and said in done.stdout + done.stderr
