"""`tertulia versions`, `promote` and `rollback`, as somebody types them, on versions that nobody trained."""

from __future__ import annotations

import json
import time
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from core.versions import registry
from store.database import Store
from tests import learner_store as makings
from tests.patience import PATIENCE
from tests.tui.cli.driver import tertulia
from tui.cli.following import Follower, follow


def lines(done: CompletedProcess[str]) -> list[dict[str, Any]]:
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def refused(done: CompletedProcess[str]) -> tuple[int, str]:
    """The exit code, and the one sentence on standard error."""
    [sentence] = done.stderr.splitlines()
    assert done.stdout == ""
    return done.returncode, sentence


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A better version, and a harmful one that was trained after it and is not yet registered."""
    worse = makings.heard("run", makings.seldom, general=makings.often)
    with Store.open(tmp_path) as store:
        makings.version(store)
        makings.finished_run(store, after=worse)
    return tmp_path


def test_versions_are_listed_with_what_they_are_worth(home: Path) -> None:
    second, first = (one for one in lines(tertulia(home, "versions", "--json")) if one["run"])
    assert (first["version"], first["verdict"], first["active"]) == ("v1", "better", False)
    assert (second["version"], second["verdict"], second["deleted"]) == ("v2", "harmful", False)
    assert first["wer_low"] <= first["wer"] <= first["wer_high"] < first["wer_before"]
    assert first["base"] == "starter-ear"
    assert Path(first["folder"], "recogniser-ct2", "model.bin").is_file()
    shown = tertulia(home, "versions").stdout
    assert "○ v1" in shown
    assert "better" in shown
    assert "run 2, from starter-ear" in shown


def test_the_better_one_is_promoted_and_rolled_back_from(home: Path) -> None:
    [put] = lines(tertulia(home, "promote", "v1", "--no-rehear", "--json"))
    assert (put["version"], put["before"], put["promoted"], put["rehearing"]) == ("v1", "starter-ear", True, False)
    assert put["change_high"] < 0
    assert tertulia(home, "promote", "v1").stdout == "v1 is the recogniser in use already.\n"
    assert "● v1" in tertulia(home, "versions").stdout

    code, sentence = refused(tertulia(home, "promote", "v2"))
    assert code == 1
    assert "v2 was not promoted" in sentence
    assert tertulia(home, "promote", "v2", "--force", "--no-rehear").stdout == "v2 listens from now on.\n"
    code, sentence = refused(tertulia(home, "versions", "--delete", "v2"))
    assert (code, "v2 is the recogniser in use" in sentence) == (2, True)

    [back] = lines(tertulia(home, "rollback", "--no-rehear", "--json"))
    assert (back["version"], back["before"]) == ("v1", "v2")
    assert tertulia(home, "rollback", "--no-rehear").stdout == "starter-ear listens from now on.\n"
    code, sentence = refused(tertulia(home, "rollback"))
    assert code == 1
    assert "no recogniser to go back to" in sentence


def test_what_waits_is_transcribed_again_with_the_new_version(home: Path) -> None:
    makings.corrected(home, train=0, dev=0, test=0, waiting=2).close()
    done = tertulia(home, "promote", "v1")
    assert done.stdout == ("v1 listens from now on. The queue is transcribed again with it, in the background.\n")
    until = time.monotonic() + PATIENCE
    with Store.open(home) as store:
        while store.execute("SELECT count(*) AS n FROM hypotheses WHERE model = 'v1'")[0]["n"] < 2:
            assert time.monotonic() < until
            time.sleep(0.1)


def test_a_run_that_was_to_be_promoted_is_if_it_is_better(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[Path] = []
    monkeypatch.setattr("core.versions.rehear.begin_rehearing", begun.append)
    with Store.open(tmp_path) as store:
        good = makings.finished_run(store)
        bad = makings.finished_run(store, after=makings.heard("run", makings.seldom, general=makings.often))
    assert follow(tmp_path, Follower(bad, False), as_json=False, promote=True) == 0
    shown = capsys.readouterr().out.splitlines()
    assert "Run 2 has finished and made the version v2." in shown
    assert any(line.startswith("Harmful: ") for line in shown)
    assert any(line.startswith("    change  +") and line.endswith("not by chance") for line in shown)
    assert shown[-1] == "It was not promoted; `tertulia promote v2 --force` does it all the same."
    assert begun == []

    assert follow(tmp_path, Follower(good, True), as_json=True, promote=True) == 0
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (last["event"], last["version"], last["verdict"], last["promoted"]) == ("done", "v1", "better", True)
    assert last["change_high"] < 0
    assert (last["general_before"], last["general_after"]) == (0, 0)
    assert last["rehearing"]
    assert begun == [tmp_path]
    with Store.open(tmp_path) as store:
        here = registry.active(store)
        assert here is not None
        assert here.name == "v1"


def test_a_recogniser_that_the_environment_names_goes_before_and_is_named(home: Path) -> None:
    done = tertulia(home, "promote", "v1", "--no-rehear", TERTULIA_RECOGNISER="starter-ear")
    assert done.returncode == 0, done.stderr
    assert "TERTULIA_RECOGNISER names starter-ear, which goes before it" in done.stdout


def test_versions_are_tagged_and_deleted(home: Path) -> None:
    [tagged] = lines(tertulia(home, "versions", "--tag", "v1", "de  marzo", "mejor", "--json"))
    assert tagged["tags"] == ["de-marzo", "mejor"]
    assert "#mejor" in tertulia(home, "versions").stdout
    [bare] = lines(tertulia(home, "versions", "--tag", "v1", "--json"))
    assert bare["tags"] == []
    [gone] = lines(tertulia(home, "versions", "--delete", "v1", "--json"))
    assert gone["deleted"]
    assert not Path(gone["folder"]).exists()
    code, sentence = refused(tertulia(home, "promote", "v1"))
    assert code == 2
    assert "v1 was deleted" in sentence
    assert "× v1" in tertulia(home, "versions").stdout


@pytest.mark.parametrize(
    "arguments", [["promote", "v9"], ["versions", "--delete", "v9"], ["versions", "--tag", "v9"]]
)
def test_an_unknown_version_is_refused_with_the_names_of_those_there_are(home: Path, arguments: list[str]) -> None:
    code, sentence = refused(tertulia(home, *arguments))
    assert code == 2
    assert "v9" in sentence
    assert "v1" in sentence


def test_before_there_is_any_the_commands_say_so(tmp_path: Path) -> None:
    assert "`tertulia train` makes the first" in tertulia(tmp_path, "versions").stdout
    assert tertulia(tmp_path, "versions", "--json").stdout == ""
    assert refused(tertulia(tmp_path, "rollback"))[0] == 1
    code, sentence = refused(tertulia(tmp_path, "promote", "v1"))
    assert code == 2
    assert "`tertulia train` makes the first" in sentence
