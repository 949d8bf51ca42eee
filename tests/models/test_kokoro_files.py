"""What may lie where a Kokoro voice should: a sentence for all that is none; nothing of it is run or followed."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from models import catalog, kinds
from models.errors import ModelError
from models.kokoro import kind, styles
from tests import starters
from tests.models.small_kokoro import RATE, folder, network, style
from tests.tones import pitch


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    return folder(tmp_path / "mine", ana=440, luis=220)


def test_a_folder_is_found_and_described(whole: Path) -> None:
    models = whole.parent / "models" / "voice"
    models.mkdir(parents=True)
    shutil.move(whole, models)
    (entry,) = (each for each in catalog.entries(models.parent) if each.name == "mine")
    assert (entry.format, entry.part, entry.path) == (kind.FORMAT, "voice", models / "mine")
    assert catalog.speakers(entry) == ("ana", "luis") and catalog.verify(entry) == models / "mine"
    about = kind.describe(models / "mine")
    assert (about.spanish, about.licence, about.size_mb) == (True, "Apache-2.0", 1)
    for path in (models / "mine").iterdir():
        assert kinds.matching(path, "voice") is None, "its files are no voices by themselves"


def test_describing_loads_no_library(whole: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom models import kinds\n"
        f"print(kinds.matching(Path({str(whole)!r}), 'voice').describe(Path({str(whole)!r})).speakers)\n"
        "print(sorted({'onnxruntime', 'piper', 'numpy'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines() == ["('ana', 'luis')", "[]"]


def test_several_files_of_speakers_are_joined_and_the_first_counts(whole: Path) -> None:
    np.savez(whole / "voices-v1.0.npz", ef_dora=style(330), ana=style(110))
    (whole / "voices-v1.0.npz").rename(whole / "voices-v1.0.bin")
    (whole / "voices.npz").rename(whole / "a.npz")
    assert kind.describe(whole).speakers == ("ef_dora", "ana", "luis")
    for speaker, hertz in [("", 330), ("ana", 440), ("luis", 220)]:
        (part,) = kind.load(whole, "mine", speaker).speak("Hola.")
        assert pitch(part, RATE) == pytest.approx(hertz, abs=5)


def test_a_piper_voice_is_no_kokoro(tmp_path: Path, whole: Path) -> None:
    piper = starters.path("voice")
    shutil.copytree(piper.parent, tmp_path / "piper")
    np.savez(tmp_path / "piper" / "voices.npz", ana=style(440))
    assert not kind.matches(tmp_path / "piper")
    shutil.copy(piper, whole / "kokoro.onnx")
    with pytest.raises(ModelError, match=r"kokoro\.onnx of the voice mine is no Kokoro network: install it again"):
        kind.load(whole, "mine")


@pytest.mark.parametrize("name", ["gone", "empty", "file.onnx"])
def test_what_is_no_folder_of_a_voice_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file.onnx").write_bytes(b"x")
    assert not kind.matches(tmp_path / name)
    with pytest.raises(ModelError, match=r"The voice mine has no network \(\.onnx\) in"):
        kind.check(tmp_path / name, "mine")


def test_a_folder_that_lacks_something_is_told_what(whole: Path) -> None:
    (whole / "voices.npz").rename(whole / "speakers.zip")
    assert kind.matches(whole)
    with pytest.raises(ModelError, match=r"has no speakers in .*: put the file of its speakers"):
        kind.check(whole, "mine")
    shutil.copy(whole / "kokoro.onnx", whole / "kokoro-fp16.onnx")
    with pytest.raises(ModelError, match=r"several networks in .* \(kokoro-fp16\.onnx, kokoro\.onnx\): leave one"):
        kind.check(whole, "mine")
    (whole / "kokoro-fp16.onnx").unlink()
    (whole / "kokoro.onnx").write_bytes(b"")
    with pytest.raises(ModelError, match=r"empty file in .*kokoro\.onnx: install it again"):
        kind.check(whole, "mine")


@pytest.mark.parametrize("body", [b"x", b"<!DOCTYPE html>", b"\x08\x07" * 500], ids=["short", "a page", "binary"])
def test_a_damaged_network_is_refused(whole: Path, body: bytes) -> None:
    (whole / "kokoro.onnx").write_bytes(body)
    with pytest.raises(ModelError, match=r"mine at .*kokoro\.onnx cannot be loaded: install it again"):
        kind.load(whole, "mine")


def test_half_a_network_is_refused(whole: Path) -> None:
    file = whole / "kokoro.onnx"
    file.write_bytes(file.read_bytes()[:-3000])
    with pytest.raises(ModelError, match=r"kokoro\.onnx cannot be loaded: install it again"):
        kind.load(whole, "mine")


# --- speakers -----------------------------------------------------------------------------------------


def archive(members: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", compression) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return body.getvalue()


def npz(**arrays: np.ndarray) -> bytes:
    body = io.BytesIO()
    np.savez(body, allow_pickle=True, **arrays)
    return body.getvalue()


def npy(header: bytes) -> bytes:
    """An array with a header of one's own, and as many bytes as a speaker has."""
    header = header.ljust(118) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + bytes(styles.BYTES)


HEADER = b"{'descr': '<f4', 'fortran_order': False, 'shape': (510, 1, 256), }"
AT_A_GLANCE: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "a page": lambda: b"<!DOCTYPE html>",
    "truncated": lambda: npz(ana=style(1))[:-400],
    "no speakers": lambda: archive({}),
    "half as long": lambda: npz(ana=style(1)[:255]),
    "another width": lambda: npz(ana=np.zeros((510, 1, 128), np.float32)),
    "float64": lambda: npz(ana=style(1).astype(np.float64)),
    "pickled": lambda: npz(ana=np.array([{"a": 1}], dtype=object)),
    "a bomb": lambda: archive({"ana.npy": bytes(200_000_000)}, zipfile.ZIP_DEFLATED),
    "a name that climbs": lambda: archive({"../ana.npy": npy(HEADER)}),
    "a name nobody can write": lambda: archive({"\x1b[31m.npy": npy(HEADER)}),
    "a name with a colon": lambda: archive({"a:b.npy": npy(HEADER)}),
}
"""What the list of the archive shows."""
ON_READING: dict[str, Callable[[], bytes]] = {
    "another shape": lambda: archive({"ana.npy": npy(HEADER.replace(b"510, 1", b"255, 2"))}),
    "an endless shape": lambda: archive({"ana.npy": npy(HEADER.replace(b"510", b"9" * 30))}),
    "another type": lambda: archive({"ana.npy": npy(HEADER.replace(b"<f4", b"<i4"))}),
    "objects": lambda: archive({"ana.npy": npy(HEADER.replace(b"<f4", b"|O"))}),
    "big-endian": lambda: archive({"ana.npy": npy(HEADER.replace(b"<f4", b">f4"))}),
    "code": lambda: archive({"ana.npy": npy(b"__import__('os').abort()")}),
    "brackets": lambda: archive({"ana.npy": npy(b"(" * 118)}),
    "no array": lambda: archive({"ana.npy": bytes(styles.BYTES + 128)}),
    "not numbers": lambda: npz(ana=style(float("nan"))),
    "a wrong checksum": lambda: npz(ana=style(1)).replace(style(1).tobytes()[:400], style(2).tobytes()[:400], 1),
}
"""What shows only when a speaker is read."""


@pytest.mark.parametrize("body", AT_A_GLANCE.values(), ids=AT_A_GLANCE)
def test_a_file_of_no_speakers_is_seen_before_loading(whole: Path, body: Callable[[], bytes]) -> None:
    (whole / "voices.npz").write_bytes(body())
    for ask in (kind.describe, lambda path: kind.check(path, "mine"), lambda path: kind.load(path, "mine")):
        with pytest.raises(ModelError, match=r"mine has no usable speakers in .*voices\.npz: install it again"):
            ask(whole)


@pytest.mark.parametrize("body", ON_READING.values(), ids=ON_READING)
def test_a_damaged_speaker_is_refused(whole: Path, body: Callable[[], bytes]) -> None:
    (whole / "voices.npz").write_bytes(body())
    with pytest.raises(ModelError, match=r"mine has no usable speakers in .*voices\.npz: install it again"):
        kind.load(whole, "mine")


def test_a_folder_that_may_not_be_listed_gets_a_sentence(whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(self: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", forbidden)
    with pytest.raises(ModelError, match=r"mine at .* cannot be read \(Permission denied\): check the folder"):
        kind.check(whole, "mine")


# --- data outside the file ----------------------------------------------------------------------------


def elsewhere(place: str) -> bytes:
    """A network, one number of which lies in another file."""
    import onnx

    model = network()
    tensor = model.graph.initializer[0]
    onnx.external_data_helper.set_external_data(tensor, place, 0, 4)
    tensor.ClearField("raw_data")
    return bytes(model.SerializeToString())


def hidden(place: str) -> bytes:
    """The same in a constant deep inside."""
    import onnx

    model = network()
    inner = onnx.helper.make_graph([], "inner", [], [])
    node = onnx.helper.make_node("Constant", [], ["unused"])
    node.attribute.append(onnx.helper.make_attribute("value", model.graph.initializer[0]))
    onnx.external_data_helper.set_external_data(node.attribute[0].t, place, 0, 4)
    inner.node.append(node)
    outer = onnx.helper.make_node("If", ["yes"], ["unused"])
    outer.attribute.append(onnx.helper.make_attribute("then_branch", inner))
    model.graph.node.append(outer)
    return bytes(model.SerializeToString())


def padded(place: str) -> bytes:
    """The same with the length of the key in two bytes instead of one, which is allowed."""
    return elsewhere(place).replace(b"\x0a\x08location", b"\x0a\x88\x00location")


@pytest.mark.parametrize("make", [elsewhere, hidden, padded])
@pytest.mark.parametrize("place", ["secret", "../secret", "/etc/hostname"])
def test_data_in_other_files_are_not_followed(whole: Path, make: Callable[[str], bytes], place: str) -> None:
    (whole / "secret").write_bytes(bytes(4))
    (whole.parent / "secret").write_bytes(bytes(4))
    (whole / "kokoro.onnx").write_bytes(make(place))
    with pytest.raises(ModelError, match=r"kokoro\.onnx keeps data in other files: choose one that is a single"):
        kind.load(whole, "mine")


def test_a_word_that_looks_like_it_is_no_reason(whole: Path) -> None:
    import onnx

    model = network()
    model.graph.doc_string = "allocation, location"
    onnx.save(model, str(whole / "kokoro.onnx"))
    assert list(kind.load(whole, "mine").speak("Hola."))
