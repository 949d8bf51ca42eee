"""`tertulia import` and `tertulia export` as a person or a script uses them."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from core.processes.events import Event, Failed, Notice, Progress, decode_event
from core.words import clock
from store.database import Store
from tests.core.importing.driver import RATE, rows, speech, write
from tui.cli import main
from tui.cli.progress import ProgressLine


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TERTULIA_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    write(tmp_path / "in" / "uno.wav", speech()[: 4 * RATE])
    write(tmp_path / "in" / "dos.wav", speech()[5 * RATE :])
    path = tmp_path / "in" / "segments.csv"
    path.write_text("audio_path,transcript\nuno.wav,¿Qué tal?\ndos.wav,\nnada.wav,Nada.\n")
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, dict[str, Any], str]:
    """The exit code, the JSON on the last line, and what was said on standard error."""
    try:
        code = main([str(argument) for argument in arguments])
    except SystemExit as ended:
        code = int(str(ended.code))
    out, err = capsys.readouterr()
    lines = out.splitlines()
    return code, json.loads(lines[-1]) if lines and lines[-1].startswith("{") else {}, err


def test_import_transcribes_and_says_what_it_did(
    table: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, done, said = run(capsys, "import", table, "--speaker", "Ana", "--json")
    assert code == 0
    [rejected] = done.pop("rejected")
    assert done == {"imported": 2, "duplicates": 0, "recordings": 2, "segments": 2, "transcribed": 2}
    assert rejected["where"] == "segments.csv, row 4" and "is not there" in rejected["reason"]
    assert "segments.csv, row 4" in said
    with Store.open(home) as store:
        found = rows(store)
        assert {row["speaker"] for row in found} == {"Ana"} and all(row["heard"] for row in found)
        assert sorted(row["status"] for row in found) == ["corrected", "new"]
    code, done, _ = run(capsys, "import", table, "--json")
    assert code == 0 and (done["imported"], done["duplicates"], done["transcribed"]) == (0, 2, 0)


def test_what_is_left_to_a_later_time_is_transcribed_by_the_next_import(
    table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(capsys, "import", table, "--no-transcribe", "--json")[1]["transcribed"] == 0
    assert run(capsys, "import", table, "--json")[1]["transcribed"] == 2


def test_without_a_recogniser_the_import_stands(
    table: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERTULIA_RECOGNISER", "none such")
    code, done, said = run(capsys, "import", table, "--json")
    assert code == 0 and done["imported"] == 2 and done["transcribed"] == 0
    assert "Nothing was transcribed. There is no recogniser called" in said


def test_what_cannot_be_imported_is_a_sentence_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "roto.wav").write_bytes(b"nada" * 200)
    for arguments, sentence in (
        ((tmp_path / "nada",), "There is no file or folder"),
        ((tmp_path / "roto.wav",), "not sound that can be read"),
        ((tmp_path / "roto.wav", "--format", "word"), "invalid choice"),
        ((), "required: PATH"),
    ):
        code, done, said = run(capsys, "import", *arguments, "--no-transcribe", "--json")
        assert code == 2 and sentence in said and not done.get("imported")


def test_export_writes_what_import_takes_back(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, "import", table, "--no-transcribe")
    code, done, _ = run(capsys, "export", tmp_path / "out", "--format", "mls", "--json")
    assert code == 0 and (done["segments"], done["format"]) == (1, "mls")
    assert all(Path(name).is_file() for name in done["files"])
    code, _, said = run(capsys, "export", tmp_path / "out", "--format", "mls")
    assert code == 2 and "not an empty folder" in said
    code, _, said = run(capsys, "export", tmp_path / "two", "--format", "csv", "--split", "test")
    assert code == 2 and "no segment to export" in said
    assert run(capsys, "export", tmp_path / "all", "--format", "json", "--status", "all", "--link")[0] == 0
    assert run(capsys, "import", tmp_path / "all", "--no-transcribe", "--json")[1]["duplicates"] == 2


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_line_of_progress_is_seen_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    for screen, expected in ((Terminal(), "\rclase.wav"), (io.StringIO(), "")):
        monkeypatch.setattr(sys, "stderr", screen)
        with ProgressLine() as line:
            line.show("clase\x1b[2J.wav")
            line.show("too soon to be seen")
        assert screen.getvalue().startswith(expected) and "too soon" not in screen.getvalue()
        assert screen.getvalue().endswith("\r" if expected else "")


def test_a_bar_fills_up_where_the_end_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    for share, bar in ((0.0, "░" * 20), (0.5, "█" * 10 + "░" * 10), (1.0, "█" * 20), (7.0, "█" * 20)):
        monkeypatch.setattr(sys, "stderr", screen := Terminal())
        with ProgressLine() as line:
            line.show("clase.wav", share)
        assert screen.getvalue().startswith(f"\r{bar} clase.wav")


def test_durations_are_read_as_clocks_show_them() -> None:
    assert [clock(seconds) for seconds in (0, 59.9, 60, 3599, 3600, 36_061)] == [
        "0:00", "0:59", "1:00", "59:59", "1:00:00", "10:01:01",
    ]  # fmt: skip


def test_a_program_follows_an_import_by_json_lines_and_the_output_stays_one_object(table: Path) -> None:
    def followed(*arguments: object) -> tuple[int, str, list[Event | None]]:
        command = [sys.executable, "-P", "-m", "tui.cli", *map(str, arguments), "--json", "--progress", "json"]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        return ran.returncode, ran.stdout, [decode_event(line) for line in ran.stderr.splitlines()]

    code, printed, events = followed("import", table)
    assert code == 0 and json.loads(printed)["rejected"] and len(printed.splitlines()) == 1
    assert any(isinstance(event, Progress) and event.text.startswith("uno.wav: ") for event in events)
    [said] = [event for event in events if isinstance(event, Notice)]
    assert [{"where": said.place, "reason": said.text}] == json.loads(printed)["rejected"]
    code, printed, events = followed("import", table.parent / "nada")
    [failed] = events
    assert code == 2 and not printed and isinstance(failed, Failed) and "There is no file or folder" in failed.what
    code, printed, events = followed("export", table.parent / "out", "--format", "csv")
    assert code == 0 and json.loads(printed)["segments"] == 1
    assert events == [Progress("segment 1 of 1", 1.0)]
