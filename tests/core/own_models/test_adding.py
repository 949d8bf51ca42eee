"""What somebody names is recognised, checked, and becomes one of their models; or it is said why not."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from core.own_models import adding
from core.own_models.adding import add, add_and_choose
from core.own_models.choosing import choose
from core.versions.active import RECOGNISER, TUTOR, VOICE, active, load_recogniser, load_tutor, load_voice
from models.errors import ModelError
from store.errors import StoreError
from store.files import locked
from tests import starters
from tests.core.own_models.own_models import recogniser, tree, tutor, voice
from tests.models import model_files
from tests.models.model_files import gguf


def test_a_file_is_linked_to_and_works(data: Path, tmp_path: Path) -> None:
    file = tutor(tmp_path / "Downloads", "Qwen 2.5 (mine).gguf")
    entry = add(data, file)
    assert (entry.name, entry.part) == ("Qwen-2.5--mine", TUTOR)
    assert tree(data) == {"tutor/Qwen-2.5--mine/Qwen-2.5--mine.gguf": str(file)}
    assert load_tutor(data, entry.name).name == entry.name
    assert active(data, TUTOR).name == "starter-tutor", "it is not in use by that"


def test_a_voice_is_linked_with_its_settings(data: Path, tmp_path: Path) -> None:
    file = voice(tmp_path / "voices")
    assert add(data, file.parent, "ana").name == "ana", "the one model in a folder is meant by the folder"
    assert tree(data) == {"voice/ana/ana.onnx": str(file), "voice/ana/ana.onnx.json": f"{file}.json"}
    assert load_voice(data, "ana").name == "ana"


def test_a_folder_is_linked_as_a_whole(data: Path, tmp_path: Path) -> None:
    folder = recogniser(tmp_path / "whisper-mine")
    assert add(data, folder).name == "whisper-mine"
    assert tree(data) == {"recogniser/whisper-mine": str(folder)}
    assert load_recogniser(data, "whisper-mine").name == "whisper-mine"


def test_a_copy_is_whole_and_stands_alone(data: Path, tmp_path: Path) -> None:
    said: list[float] = []
    for path in (tutor(tmp_path / "a"), voice(tmp_path / "b"), recogniser(tmp_path / "c")):
        add(data, path, "mine", copy=True, on_progress=lambda text, share: said.append(share or 0.0))
        shutil.rmtree(path if path.is_dir() else path.parent)
    assert said[-1] == 1.0 and len(said) > 3
    assert load_tutor(data, "mine") and load_voice(data, "mine") and load_recogniser(data, "mine")
    assert not [name for name in tree(data) if name.split("/")[1].startswith(".")]


def test_a_file_without_a_suffix_is_known_by_what_is_in_it(data: Path, tmp_path: Path) -> None:
    """As Ollama keeps them."""
    blob = tutor(tmp_path / "blobs", "sha256-60e05f21")
    assert add(data, blob, "llama3.2-3b").name == "llama3.2-3b"
    assert tree(data) == {"tutor/llama3.2-3b/llama3.2-3b.gguf": str(blob)}
    assert load_tutor(data, "llama3.2-3b")


def test_a_tutor_in_several_files_keeps_them_together(data: Path, tmp_path: Path) -> None:
    parts = [gguf(tmp_path / f"big-0000{n}-of-00002.gguf") for n in (1, 2)]
    assert add(data, parts[0], "mine").name == "mine"
    assert tree(data) == {f"tutor/mine/mine-0000{n}-of-00002.gguf": str(parts[n - 1]) for n in (1, 2)}
    with pytest.raises(ModelError, match="is a further part of a tutor: name its first part"):
        add(data, parts[1])


def cases() -> dict[str, tuple[Callable[[Path], Path], str]]:
    def write(name: str, body: bytes) -> Callable[[Path], Path]:
        def make(folder: Path) -> Path:
            (folder / name).write_bytes(body)
            return folder / name

        return make

    def loop(folder: Path) -> Path:
        (folder / "a").symlink_to(folder / "b")
        (folder / "b").symlink_to(folder / "a")
        return folder / "a"

    def pipe(folder: Path) -> Path:
        os.mkfifo(folder / "x.gguf")
        return folder / "x.gguf"

    def folder(*names: str) -> Callable[[Path], Path]:
        def make(folder: Path) -> Path:
            for name in names:
                gguf(folder / name)
            return folder

        return make

    def whisper(bands: int, settings: str, weights: str = "model.safetensors") -> Callable[[Path], Path]:
        def make(folder: Path) -> Path:
            (folder / "config.json").write_text('{"model_type": "whisper"}')
            (folder / "preprocessor_config.json").write_text(settings)
            model_files.safetensors(folder / weights, bands)
            return folder

        return make

    def english(folder: Path) -> Path:
        found = recogniser(folder / "base.en")
        tokens = (found / "vocabulary.json").read_text(encoding="utf-8")
        (found / "vocabulary.json").write_text(tokens.replace('""', '"<|nothing|>"'), encoding="utf-8")
        return found

    def other_bands(folder: Path) -> Path:
        found = recogniser(folder / "large-v3")
        (found / "preprocessor_config.json").write_text('{"feature_size": 128}')
        return found

    return {
        "nothing": (lambda folder: folder / "gone", "There is nothing at .*gone: check the path"),
        "a loop of links": (loop, "cannot be read .*: check the path"),
        "a text": (write("notes.txt", b"hola"), r"notes\.txt is no model that is known here: name the folder of"),
        "an empty file": (write("empty", b""), "is no model that is known here"),
        "a pickle": (
            write("model.pt", b"PK\x03\x04"),
            "file of PyTorch, which may hold programs and is never loaded",
        ),
        "a pickle in disguise": (write("model", b"\x80\x04K*."), "which may hold programs and is never loaded"),
        "an archive": (write("model.zip", b"PK\x03\x04"), "is an archive: take what `tertulia models pack` made"),
        "an onnx alone": (
            write("voice.onnx", b"\x08\x08"),
            "is an ONNX file without the settings of a voice beside it",
        ),
        "a gguf cut short": (
            write("x.gguf", b"GGUF\x03"),
            r"cannot be used \(it ends too early\): install it again",
        ),
        "whisper.cpp's": (write("ggml-base.bin", b"lmgg1234"), "is a Whisper for whisper.cpp, a format"),
        "a pipe": (pipe, "is neither a file nor a folder: name the folder of"),
        "an empty folder": (
            lambda folder: folder,
            "There is no model in .* that is known here: name the folder of",
        ),
        "two in a folder": (
            folder("a.gguf", "b.gguf"),
            r"There are several models in .*: a\.gguf, b\.gguf: name one",
        ),
        "80 bands for 128": (
            whisper(80, '{"feature_size": 128}'),
            "has weights for 80 mel bands and settings for 128 in",
        ),
        "128 bands for 80": (
            whisper(128, '{"feature_size": 80}'),
            "has weights for 128 mel bands and settings for 80 in",
        ),
        "converted, for others": (other_bands, "has weights for 80 mel bands and settings for 128"),
        "pickled weights": (
            whisper(80, "{}", "pytorch_model.bin"),
            "only as a file of PyTorch, which may hold programs",
        ),
        "English only": (english, "The recogniser base.en at .* knows no Spanish: choose another one"),
        "a projector": (
            lambda folder: gguf(folder / "mmproj.gguf", {"general.architecture": "clip"}),
            "is a part of a model that sees pictures, and cannot answer: choose an instruct",
        ),
        "a part of a recogniser": (
            lambda folder: recogniser(folder / "w") / "model.bin",
            "is a part of a recogniser: name its folder",
        ),
        "the starter": (
            lambda folder: starters.path("tutor"),
            "is starter-tutor, which is built in: choose it with",
        ),
    }


@pytest.mark.parametrize(("make", "sentence"), cases().values(), ids=cases())
def test_what_is_no_model_is_refused_with_a_sentence(
    data: Path, tmp_path: Path, make: Callable[[Path], Path], sentence: str
) -> None:
    (tmp_path / "in").mkdir()
    with pytest.raises(ModelError, match=sentence):
        add(data, make(tmp_path / "in"))
    assert not tree(data)


def test_a_gguf_is_no_recogniser(data: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is a tutor, and no recogniser: name the folder of a CTranslate2 Whisper"):
        add(data, tutor(tmp_path), part=RECOGNISER)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("../out", "cannot be the name of a model"),
        ("a/b", "cannot be the name of a model"),
        (".hidden", "cannot be the name of a model"),
        ("a:b", "cannot be the name of a model"),
        ("red\x1b[31m", "cannot be the name of a model"),
        ("x" * 200, "cannot be the name of a model"),
        ("starter-voice", "starter-voice is the name of a model that is built in: choose another with --name"),
        ("taken", "There is something called taken in .* already: choose another with --name"),
    ],
)
def test_names_that_climb_out_or_are_taken(data: Path, tmp_path: Path, name: str, sentence: str) -> None:
    (data / "models" / "tutor" / "taken").mkdir(parents=True)
    with pytest.raises(ModelError, match=sentence):
        add(data, tutor(tmp_path / "in"), name)
    assert not tree(data) and not (tmp_path / "out").exists()


def test_a_recogniser_is_not_called_like_a_version(data: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="v3 is what versions made by training are called"):
        add(data, recogniser(tmp_path / "v3"))


def test_what_is_there_already_says_so(data: Path, tmp_path: Path) -> None:
    file = tutor(tmp_path / "in")
    entry = add(data, file)
    assert entry.path is not None
    for path in (file, entry.path, entry.path.parent):
        with pytest.raises(
            ModelError, match="in your models folder already: choose it with `tertulia models use mine`"
        ):
            add(data, path, "other")
    loose = voice(data / "models" / "voice", "loose")
    with pytest.raises(ModelError, match="is loose, which is in your models folder already"):
        add(data, loose)
    with pytest.raises(ModelError, match=r"There is no model in|holds your models folder"):
        add(data, data / "models")
    assert len(tree(data)) == 3


def test_a_disk_that_is_full_leaves_nothing_half(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = recogniser(tmp_path / "in")
    monkeypatch.setattr(adding, "BLOCK", 1_000_000)

    def full(text: str, share: float | None) -> None:
        if share is not None and share > 0.5:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(data))

    with pytest.raises(StoreError, match=r"The disk is full, so .* was not written: free some space"):
        add(data, folder, "mine", copy=True, on_progress=full)
    assert not tree(data) and not list((data / "models" / "recogniser").iterdir())


def test_without_room_for_it_nothing_is_begun(data: Path, tmp_path: Path) -> None:
    file = tutor(tmp_path / "in")
    with file.open("ab") as grown:
        grown.truncate(1 << 43)  # and nothing on the disk
    with pytest.raises(StoreError, match=r"MB do not fit into .*: make room, or add it without --copy"):
        add(data, file, copy=True)
    assert not tree(data)


def test_a_folder_that_cannot_be_written_says_so(data: Path, tmp_path: Path) -> None:
    (data / "models").mkdir(parents=True)
    (data / "models" / "tutor").touch()
    with pytest.raises(StoreError, match=r"tutor.* could not be used: "):
        add(data, tutor(tmp_path / "in"))


def test_two_at_once_do_not_collide(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.own_models import folder

    monkeypatch.setattr(folder, "SECONDS", 0.0)
    (data / "models").mkdir(parents=True)
    file = tutor(tmp_path / "in")
    with (
        locked(data / "models" / ".lock"),
        pytest.raises(ModelError, match="Another Tertulia is adding or removing models: try again when it is done"),
    ):
        add(data, file)
    assert add(data, file).installed


def test_a_whisper_of_hugging_face_is_converted(data: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    folder = shutil.copytree(starters.path("recogniser").with_name("recogniser"), tmp_path / "whisper-mine")
    said: list[str] = []
    assert add(data, folder, on_progress=lambda text, share: said.append(text)).part == RECOGNISER
    assert said and load_recogniser(data, "whisper-mine").name == "whisper-mine"
    assert not [name for name in tree(data) if "/." in name]


def test_a_path_is_added_and_chosen_or_nothing_is(data: Path, tmp_path: Path) -> None:
    file = voice(tmp_path / "in")
    assert add_and_choose(data, file).name == "mine" == active(data, VOICE).name
    assert add_and_choose(data, file.parent).name == "mine", "once more changes nothing"
    assert len(tree(data)) == 2
    broken = voice(tmp_path / "broken", "broken")
    broken.write_bytes(model_files.onnx(tmp_path / "x", ["input", "input_lengths", "scales"]).read_bytes())
    with pytest.raises(ModelError):
        add_and_choose(data, broken)
    assert len(tree(data)) == 2 and active(data, VOICE).name == "mine"
    assert add_and_choose(data, starters.path("voice")).name == "starter-voice" == active(data, VOICE).name
    assert choose(data, VOICE, "mine").name == "mine"
