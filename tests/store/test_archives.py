"""Archives: whole ones are unpacked and tidied away, hostile ones leave nothing behind."""

from __future__ import annotations

import io
import os
import resource
import signal
import stat
import struct
import tarfile
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.audio.archives import SUFFIXES, Limits, is_archive, unpacked
from store.errors import StoreError
from tests.properties import examples

FILES = {"clips/uno.wav": b"uno" * 5000, "clips/dos ñ.wav": b"", "metadata.csv": b"file_name,text\n"}


def make(path: Path, files: dict[str, bytes], top: str = "") -> Path:
    """An archive of the kind that its name says."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in files.items():
                archive.writestr(top + name, data)
    else:
        kind = {"ar": "", "gz": "gz", "z2": "bz2", "xz": "xz"}[path.name[-2:]]
        with tarfile.open(path, f"w:{kind}") as tar:  # type: ignore[call-overload]
            for name, data in files.items():
                member = tarfile.TarInfo(top + name)
                member.size = len(data)
                tar.addfile(member, io.BytesIO(data))
    return path


def tar_with(path: Path, name: str, kind: bytes, target: str = "") -> Path:
    """A tar archive of one member that is no plain file."""
    with tarfile.open(path, "w") as tar:
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, target
        tar.addfile(member)
    return path


def refused(path: Path, said: str, limits: Limits | None = None) -> None:
    """See that an archive is refused with that sentence, and that nothing is left behind or written elsewhere."""
    into = path.parent / "into"
    before = sorted(path.parent.iterdir())
    with pytest.raises(StoreError, match=said) as error, unpacked(path, into, limits or Limits()):
        pytest.fail("it was unpacked")
    assert str(error.value).count(". ") == 0 and str(error.value).endswith(".")
    assert list(into.iterdir()) == []
    assert sorted(each for each in path.parent.iterdir() if each != into) == [
        each for each in before if each != into
    ]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_was_packed_is_there_for_the_length_of_the_block(tmp_path: Path, suffix: str) -> None:
    path = make(tmp_path / f"datos{suffix}", FILES)
    assert is_archive(path)
    with unpacked(path, tmp_path / "into") as folder:
        found = {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}
        assert found == FILES
        assert not stat.S_IMODE(folder.stat().st_mode) & 0o077
    assert list((tmp_path / "into").iterdir()) == []


def test_the_one_folder_inside_is_what_is_given(tmp_path: Path) -> None:
    shadow = {"__MACOSX/corpus/es/._uno.wav": b"x", "corpus/es/._uno.wav": b"x"}
    path = make(tmp_path / "corpus.zip", {f"corpus/es/{name}": data for name, data in FILES.items()} | shadow)
    with unpacked(path, tmp_path / "into") as folder:
        assert folder.name == "es"
        assert sorted(each.name for each in folder.iterdir()) == ["clips", "metadata.csv"]


def test_an_error_in_the_block_tidies_up_too(tmp_path: Path) -> None:
    path = make(tmp_path / "a.zip", FILES)
    with pytest.raises(ZeroDivisionError), unpacked(path, tmp_path / "into"):
        raise ZeroDivisionError
    assert list((tmp_path / "into").iterdir()) == []


def test_what_a_killed_process_left_is_removed_and_what_a_living_one_uses_is_not(tmp_path: Path) -> None:
    path = make(tmp_path / "a.zip", FILES)
    dead = tmp_path / "into" / "unpacked-dead"
    dead.mkdir(parents=True)
    (dead / "half.wav").write_bytes(b"x")
    with unpacked(path, tmp_path / "into") as living:
        for each in (tmp_path / "into").iterdir():
            os.utime(each, (0, 0))
        with unpacked(path, tmp_path / "into"):
            assert living.exists() and not dead.exists()


@pytest.mark.parametrize(
    "name", ["../out.wav", "a/../../out.wav", "/tmp/out.wav", "..\\out.wav", "C:\\out.wav", "c:out"]
)
@pytest.mark.parametrize("suffix", [".zip", ".tar", ".tgz"])
def test_names_that_lead_elsewhere(tmp_path: Path, name: str, suffix: str) -> None:
    refused(make(tmp_path / f"a{suffix}", {"fine.wav": b"x", name: b"x"}), "leads out of its folder")


def test_links_and_devices_in_tar(tmp_path: Path) -> None:
    for kind, said in (
        (tarfile.SYMTYPE, "is a link"),
        (tarfile.LNKTYPE, "is a link"),
        (tarfile.CHRTYPE, "is a device"),
        (tarfile.FIFOTYPE, "is a device or a pipe"),
    ):
        refused(tar_with(tmp_path / "a.tar", "x.wav", kind, "/etc/passwd"), said)


def test_links_in_zip(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        member = zipfile.ZipInfo("x.wav")
        member.create_system, member.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(member, "/etc/passwd")
    refused(tmp_path / "a.zip", "“x.wav” is a link")


def test_an_encrypted_archive(tmp_path: Path) -> None:
    path = make(tmp_path / "a.zip", {"x.wav": b"x"})
    data = bytearray(path.read_bytes())
    for signature, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(signature) + flags] |= 1
    path.write_bytes(data)
    refused(path, "it is encrypted")


@pytest.mark.parametrize("suffix", [".zip", ".tar.gz", ".tar.bz2", ".tar.xz"])
def test_a_bomb_is_stopped_by_what_it_really_becomes(tmp_path: Path, suffix: str) -> None:
    bomb = make(tmp_path / f"a{suffix}", {"zeros.wav": bytes(20 << 20)})
    refused(bomb, "becomes more than 1 MB", Limits(free=1 << 20, ratio=2))
    refused(bomb, "becomes more than 2 MB", Limits(bytes=2 << 20))
    with unpacked(bomb, tmp_path / "into") as folder:
        assert (folder / "zeros.wav").stat().st_size == 20 << 20


def test_a_zip_that_lies_about_its_sizes(tmp_path: Path) -> None:
    path = make(tmp_path / "a.zip", {"zeros.wav": bytes(20 << 20)})
    data = bytearray(path.read_bytes())
    for signature, size in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        struct.pack_into("<I", data, data.index(signature) + size, 100)
    path.write_bytes(data)
    refused(path, "damaged|becomes more", Limits(free=1 << 20, ratio=2))


def test_a_tar_whose_headers_or_holes_are_the_bomb(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "header.tar.gz", "w:gz", format=tarfile.PAX_FORMAT) as tar:
        member = tarfile.TarInfo("x.wav")
        member.pax_headers = {"comment": "x" * (30 << 20)}
        tar.addfile(member)
    refused(tmp_path / "header.tar.gz", "becomes more than")

    with tarfile.open(tmp_path / "holes.tar", "w", format=tarfile.PAX_FORMAT) as tar:
        member = tarfile.TarInfo("x.wav")
        member.size = 512
        member.pax_headers = {"GNU.sparse.map": "0,1", "GNU.sparse.size": str(10**15), "GNU.sparse.name": "x.wav"}
        tar.addfile(member, io.BytesIO(bytes(512)))
    refused(tmp_path / "holes.tar", "becomes more than 1 MB", Limits(free=1 << 20, ratio=1))


def test_too_many_files_and_files_that_are_there_twice(tmp_path: Path) -> None:
    path = make(tmp_path / "a.tar", FILES)
    refused(path, "more than 2 files", Limits(files=2))
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("x", b"1")
        archive.writestr("x/y", b"2")
    refused(tmp_path / "b.zip", "“x/y” twice")
    with tarfile.open(tmp_path / "c.tar", "w") as tar:
        for _ in range(2):
            tar.addfile(tarfile.TarInfo("x.wav"))
    refused(tmp_path / "c.tar", "“x.wav” twice")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_breaks_off_or_is_something_else(tmp_path: Path, suffix: str) -> None:
    path = make(tmp_path / f"a{suffix}", FILES)
    data = path.read_bytes()
    for part in (b"", b"not an archive" * 100, data[: len(data) // 2]):
        path.write_bytes(part)
        refused(path, "damaged or no archive")


def test_a_tar_with_a_spoilt_header_is_not_half_imported(tmp_path: Path) -> None:
    path = make(tmp_path / "a.tar", {"uno.wav": b"1" * 512, "dos.wav": b"2" * 512})
    data = bytearray(path.read_bytes())
    data[1024:1030] = b"spoilt"
    path.write_bytes(data)
    refused(path, "damaged")


def test_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.zip")
    for name in ("pipe.zip", "missing.zip"):
        assert not is_archive(tmp_path / name)
        with pytest.raises(StoreError), unpacked(tmp_path / name, tmp_path / "into"):
            pass


@examples(60)
@given(
    st.sampled_from([".zip", ".tar", ".tar.gz"]),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=5),
)
def test_scratched_archives_are_refused_with_a_sentence(suffix: str, scratches: list[tuple[float, int]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = make(Path(name) / f"a{suffix}", FILES)
        data = bytearray(path.read_bytes())
        for place, value in scratches:
            data[round(place * (len(data) - 1))] = value
        path.write_bytes(data)
        try:
            with unpacked(path, Path(name) / "into"):
                pass
        except StoreError as error:
            assert str(error).endswith(".")
        assert list((Path(name) / "into").iterdir()) == []


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path) -> None:
    path = make(tmp_path / "a.tar", {"x.wav": bytes(4 << 20)})
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    previous = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # the system then says that the file is too large
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, hard))
    try:
        refused(path, "could not be used: File too large")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, previous)
