"""A transcript may name any file of the machine: one outside what is imported is taken only when that is said."""

from __future__ import annotations

import csv
import json
import shutil
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pympi.Elan import Eaf

from core.importing.importer import Imported, import_path
from store.database import Store
from tests.core.importing.driver import SPEECH, rows

TEXTGRID = """File type = "ooTextFile"
Object class = "TextGrid"

0
3
<exists>
2
"IntervalTier"
"Ana"
0
3
1
0
3
"hola"
"TextTier"
"tertulia audio"
0
3
1
0
"{audio}"
"""


def described(folder: Path, kind: str, audio: str) -> Path:
    """A transcript of that kind in a folder, of a recording that it names like that."""
    folder.mkdir(parents=True, exist_ok=True)
    match kind:
        case "nemo":
            text = json.dumps({"audio_filepath": audio, "text": "hola", "duration": 3.0}) + "\n"
            (folder / "manifest.json").write_text(text)
        case "csv":
            with (folder / "segments.csv").open("w", newline="") as file:
                csv.writer(file).writerows([("audio_path", "transcript"), (audio, "hola")])
        case "audiofolder":
            (folder / "metadata.csv").write_text(f"file_name,transcription\n{audio},hola\n")
        case "kaldi":
            (folder / "wav.scp").write_text(f"uno {audio}\n")
            (folder / "text").write_text("uno hola\n")
        case "label-studio":
            task = {"data": {"audio": f"/data/local-files/?d={audio}"}, "annotations": []}
            (folder / "label-studio.json").write_text(json.dumps([task]))
        case "elan":
            eaf = Eaf()
            eaf.add_linked_file(Path(audio).as_uri(), mimetype="audio/x-wav")
            eaf.add_tier("Ana")
            eaf.add_annotation("Ana", 0, 3000, "hola")
            eaf.to_file(str(folder / "charla.eaf"))
        case "textgrid":
            (folder / "charla.TextGrid").write_text(TEXTGRID.format(audio=audio))
    return folder


KINDS = ("nemo", "csv", "audiofolder", "kaldi", "label-studio", "elan", "textgrid")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "home") as store:
        yield store


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """Something of the user's that is nobody's business."""
    (tmp_path / "private").mkdir()
    return Path(shutil.copy(SPEECH, tmp_path / "private" / "secreto.wav"))


def refused(store: Store, done: Imported) -> str:
    """The reason why all of it was refused, and nothing of it is there."""
    assert done.imported == 0 and rows(store) == []
    assert not list(store.folder.rglob("*.flac"))
    [rejected] = done.rejected
    return rejected.reason


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_elsewhere_is_not_taken_unless_that_is_said(
    store: Store, tmp_path: Path, secret: Path, kind: str
) -> None:
    folder = described(tmp_path / "corpus", kind, str(secret))
    done = import_path(store, folder)
    assert "outside" in refused(store, done) and "--allow-outside" in done.rejected[0].reason
    assert done.outside == 1
    done = import_path(store, folder, allow_outside=True)
    assert (done.imported, done.outside) == (1, 0)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("suffix", [".zip", ".tar.gz"])
def test_an_archive_names_nothing_outside_itself_whatever_is_said(
    store: Store, tmp_path: Path, secret: Path, kind: str, suffix: str
) -> None:
    folder = described(tmp_path / "corpus", kind, str(secret))
    archive = tmp_path / f"corpus{suffix}"
    if suffix == ".zip":
        with zipfile.ZipFile(archive, "w") as packed:
            for path in folder.iterdir():
                packed.write(path, path.name)
    else:
        with tarfile.open(archive, "w:gz") as tar:
            for path in folder.iterdir():
                tar.add(path, path.name)
    for allow in (False, True):
        reason = refused(store, import_path(store, archive, allow_outside=allow))
        assert "outside the archive" in reason and "--allow-outside" not in reason
    # Nor one of the data folder: an archive comes from somebody who has no business there.
    inside = shutil.copy(secret, store.folder / "mine.wav")
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as packed:
        for path in described(tmp_path / "b", kind, str(inside)).iterdir():
            packed.write(path, path.name)
    assert "outside the archive" in refused(store, import_path(store, tmp_path / "b.zip"))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", ["below the folder", "in the data folder"])
def test_whole_paths_of_ones_own_are_taken_as_ever(store: Store, tmp_path: Path, kind: str, place: str) -> None:
    folder = tmp_path / "corpus" if place == "below the folder" else store.folder
    (folder / "sonido").mkdir(parents=True)
    audio = Path(shutil.copy(SPEECH, folder / "sonido" / "uno.wav"))
    described(tmp_path / "corpus", kind, str(audio))
    done = import_path(store, tmp_path / "corpus")
    assert (done.imported, done.rejected) == (1, [])


def test_the_folder_of_a_file_is_what_is_imported(store: Store, tmp_path: Path, secret: Path) -> None:
    folder = described(tmp_path / "corpus", "nemo", str(shutil.copy(secret, tmp_path / "a.wav")))
    assert import_path(store, folder / "manifest.json").outside == 1
    described(tmp_path, "nemo", str(tmp_path / "a.wav"))
    assert import_path(store, tmp_path / "manifest.json").imported == 1


def test_a_folder_that_is_a_link_is_where_it_leads_to(store: Store, tmp_path: Path, secret: Path) -> None:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "link").symlink_to(secret.parent)
    described(folder, "nemo", str(folder / "link" / "secreto.wav"))
    assert "outside" in refused(store, import_path(store, folder))
    (tmp_path / "way").symlink_to(folder)
    shutil.copy(secret, folder / "uno.wav")
    described(folder, "nemo", str(folder / "uno.wav"))
    assert import_path(store, tmp_path / "way").imported == 1


def test_one_row_that_leads_away_costs_only_itself(store: Store, tmp_path: Path, secret: Path) -> None:
    folder = tmp_path / "corpus"
    folder.mkdir()
    shutil.copy(SPEECH, folder / "uno.wav")
    names = ("uno.wav", str(secret), str(secret))
    lines = [json.dumps({"audio_filepath": name, "text": "hola", "duration": 3.0}) for name in names]
    (folder / "manifest.json").write_text("\n".join(lines))
    done = import_path(store, folder)
    assert (done.imported, len(done.rejected), done.outside) == (1, 2, 2)


def test_private_names_are_not_read_before_they_are_refused(
    store: Store, tmp_path: Path, secret: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.importing.intake import Intake

    begun: list[Path] = []
    monkeypatch.setattr(Intake, "begin", lambda self, path: begun.append(path))
    import_path(store, described(tmp_path / "corpus", "nemo", str(secret)))
    assert begun == []
