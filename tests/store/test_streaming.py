"""Audio of any length is taken in a piece at a time, and is the recording that reading it as a whole would give."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from store.audio.folder import AudioFolder, read_audio
from store.audio.streaming import take_in
from store.errors import StoreError
from tests.store.test_audio import RATE, tone


@pytest.mark.parametrize("level", [0.5, 4.0])
@pytest.mark.parametrize("rate", [RATE, 44_100])
def test_a_file_taken_in_is_the_recording_that_reading_and_putting_it_gives(
    tmp_path: Path, level: float, rate: int
) -> None:
    path = tmp_path / "voz.wav"
    soundfile.write(
        path, np.stack([tone(70, rate, level=level), tone(70, rate, 300, level)], 1), rate, subtype="FLOAT"
    )
    audio = AudioFolder(tmp_path / "data")
    kept = take_in(audio, path)
    assert kept.sha256 == AudioFolder(tmp_path / "other").put(read_audio(path))
    assert kept.samples == len(audio.get(kept.sha256)) and audio.holds(kept.sha256)
    assert take_in(audio, path).sha256 == kept.sha256
    assert not list((tmp_path / "data" / "incoming").iterdir())


def test_a_file_that_turns_out_bad_at_its_end_leaves_nothing(tmp_path: Path) -> None:
    samples = tone(65)
    samples[-1] = np.nan
    soundfile.write(tmp_path / "nan.wav", samples, RATE, subtype="FLOAT")
    soundfile.write(tmp_path / "cut.flac", tone(65), RATE)
    (tmp_path / "cut.flac").write_bytes((tmp_path / "cut.flac").read_bytes()[:-9000])
    audio = AudioFolder(tmp_path / "data")
    with pytest.raises(StoreError, match="NaN"):
        take_in(audio, tmp_path / "nan.wav")
    with pytest.raises(StoreError, match="cut off"):
        take_in(audio, tmp_path / "cut.flac")
    assert not [path for path in (tmp_path / "data").rglob("*") if path.is_file()]


def test_a_full_disk_is_named_while_a_file_is_taken_in(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "voz.wav", np.random.default_rng(0).uniform(-0.5, 0.5, 60 * RATE), RATE)
    script = (
        "import resource, signal, sys; from pathlib import Path; from store.audio.folder import AudioFolder\n"
        "from store.audio.streaming import take_in\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "try: take_in(AudioFolder(Path(sys.argv[2])), Path(sys.argv[1]))\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    command = [sys.executable, "-c", script, tmp_path / "voz.wav", tmp_path / "data"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("StoreError") and "File too large" in done.stdout and not done.stderr
    assert not [path for path in (tmp_path / "data").rglob("*") if path.is_file()]


def test_an_hour_is_taken_in_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "lecture.wav"
    soundfile.write(path, tone(0.1), RATE)
    size = 3600 * RATE * 2
    header = bytearray(path.read_bytes()[:44])
    header[4:8], header[40:44] = (size + 36).to_bytes(4, "little"), size.to_bytes(4, "little")
    path.write_bytes(header)
    os.truncate(path, size + 44)
    script = (
        "import resource, sys; from pathlib import Path; import av, numpy, soundfile\n"
        "from store.audio.folder import AudioFolder; from store.audio.streaming import take_in\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "print(take_in(AudioFolder(Path(sys.argv[2])), Path(sys.argv[1])).samples)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    command = [sys.executable, "-c", script, path, tmp_path / "data"]
    samples, kilobytes = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert int(samples) == 3600 * RATE
    assert int(kilobytes) < 60_000  # the samples alone would be 230 MB
