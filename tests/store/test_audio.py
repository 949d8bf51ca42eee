"""Whatever file a learner brings is either heard or refused in one sentence; recordings keep every bit."""

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from store.audio.folder import AudioFolder, from_pcm16, pcm16, read_audio
from store.errors import StoreError
from tests.properties import examples

RATE = 16_000


def tone(seconds: float = 1.0, rate: int = RATE, hertz: float = 440.0, level: float = 0.5) -> NDArray[np.float32]:
    time = np.arange(int(seconds * rate)) / rate
    return (level * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def pitch(samples: NDArray[np.float32]) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(samples)))) * RATE / len(samples)


def write(path: Path, samples: NDArray[np.float32], rate: int, codec: str) -> None:
    with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
        stream = container.add_stream(codec, rate=rate, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples[None, :], format="flt", layout="mono")
        frame.sample_rate = rate
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def refusal(path: Path, **options: float) -> str:
    with pytest.raises(StoreError) as caught:
        read_audio(path, **options)
    sentence = str(caught.value)
    assert str(path) in sentence and sentence.endswith(".") and "\n" not in sentence
    return sentence


# --- reading ------------------------------------------------------------------------------------


def test_a_16_khz_mono_wav_is_read_to_the_bit(tmp_path: Path) -> None:
    pcm = np.random.default_rng(1).integers(-32768, 32768, 20_001).astype(np.int16)
    soundfile.write(tmp_path / "voz.wav", pcm, RATE, subtype="PCM_16")
    samples = read_audio(tmp_path / "voz.wav")
    assert samples.dtype == np.float32
    np.testing.assert_array_equal(pcm16(samples), pcm)


@pytest.mark.parametrize(
    ("name", "codec", "rate"),
    [
        ("a.mp3", "", 44_100),
        ("a.opus", "libopus", 48_000),
        ("a.ogg", "", 22_050),
        ("a.m4a", "aac", 32_000),
        ("a.webm", "libopus", 48_000),
        ("a.flac", "flac", 8_000),
        ("a.aiff", "pcm_s16be", 11_025),
    ],
)
def test_common_formats_and_rates_are_heard(tmp_path: Path, name: str, codec: str, rate: int) -> None:
    path = tmp_path / name
    if codec:
        write(path, tone(1.0, rate), rate, codec)
    else:
        soundfile.write(path, tone(1.0, rate), rate)
    samples = read_audio(path)
    assert abs(len(samples) / RATE - 1) < 0.1
    assert abs(pitch(samples) - 440) < 5
    assert abs(np.sqrt(np.mean(samples[3000:-4000] ** 2)) - 0.354) < 0.05


@pytest.mark.parametrize("rate", [8_000, 44_100, 192_000])
@pytest.mark.parametrize("channels", [1, 2, 6, 8, 16])
def test_any_rate_and_number_of_channels_becomes_mono_without_clipping(
    tmp_path: Path, rate: int, channels: int
) -> None:
    path = tmp_path / "many.wav"
    soundfile.write(path, np.stack([tone(0.5, rate, level=0.9)] * channels, axis=1), rate)
    samples = read_audio(path)
    assert samples.ndim == 1 and abs(len(samples) - RATE // 2) <= 16
    assert abs(pitch(samples) - 440) < 5
    assert 0.85 < np.abs(samples[1000:-1000]).max() < 0.95


def test_eight_channel_flac_is_heard(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "8.flac", np.stack([tone(0.5, 48_000)] * 8, axis=1), 48_000)
    assert abs(pitch(read_audio(tmp_path / "8.flac")) - 440) < 5


def test_sound_beyond_full_scale_is_made_quieter_as_a_whole(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "loud.wav", tone(level=4.0), RATE, subtype="FLOAT")
    samples = read_audio(tmp_path / "loud.wav")
    assert np.abs(samples).max() <= 1
    np.testing.assert_allclose(samples, tone(level=1.0), atol=1e-3)


def test_a_wav_written_to_a_pipe_does_not_know_its_length_and_is_heard(tmp_path: Path) -> None:
    path = tmp_path / "piped.wav"
    soundfile.write(path, tone(), RATE)
    data = bytearray(path.read_bytes())
    for unknown in (b"\xff" * 4, b"\0" * 4):
        data[4:8] = data[40:44] = unknown
        path.write_bytes(data)
        assert len(read_audio(path)) == RATE


# --- refusing -----------------------------------------------------------------------------------


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    assert "There is no file" in refusal(tmp_path / "nada.wav")
    assert "There is no file" in refusal(tmp_path / "nada.wav" / "more")
    assert "is a folder" in refusal(tmp_path)
    (tmp_path / "empty.wav").touch()
    assert "is empty" in refusal(tmp_path / "empty.wav")
    os.mkfifo(tmp_path / "pipe.wav")
    assert "is not a file" in refusal(tmp_path / "pipe.wav")


def test_what_is_no_audio_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("No soy audio. " * 500)
    (tmp_path / "noise.mp3").write_bytes(np.random.default_rng(0).bytes(100_000))
    (tmp_path / "list.m3u8").write_text("#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1:9/a.ts\n")
    for name in ("text.wav", "noise.mp3", "list.m3u8"):
        assert "is not sound that can be read" in refusal(tmp_path / name)


def test_a_film_without_sound_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=5)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert "holds no sound" in refusal(path)


@pytest.mark.parametrize(("name", "part"), [("a.wav", 0.4), ("a.flac", 0.4), ("a.flac", 0.9), ("a.m4a", 0.6)])
def test_a_file_that_was_cut_off_says_how_much_is_left(tmp_path: Path, name: str, part: float) -> None:
    path = tmp_path / name
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, 3 * RATE).astype(np.float32)
    if name == "a.m4a":
        write(path, noise, RATE, "aac")
    else:
        soundfile.write(path, noise, RATE)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * part)])
    sentence = refusal(path)
    assert "is cut off" in sentence and "of 3." in sentence
    assert abs(float(sentence.split("cut off: ")[1].split()[0]) - 3 * part) < 0.4


def test_a_flac_damaged_in_the_middle_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "scratched.flac"
    soundfile.write(path, np.random.default_rng(0).uniform(-0.5, 0.5, 3 * RATE), RATE)
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 9000] = bytes(9000)
    path.write_bytes(data)
    assert "cut off" in refusal(path) or "damaged" in refusal(path)


def test_a_header_without_sound_or_with_0_hz_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "voz.wav"
    soundfile.write(path, np.zeros(0, np.float32), RATE)
    assert "no sound" in refusal(path)
    soundfile.write(path, tone(), RATE)
    data = bytearray(path.read_bytes())
    data[24:32] = bytes(8)
    path.write_bytes(data)
    assert "claims 0 samples a second" in refusal(path)


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("rate", [RATE, 44_100])
def test_samples_that_are_not_numbers_are_refused(tmp_path: Path, number: float, rate: int) -> None:
    samples = tone(1.0, rate)
    samples[700] = number
    soundfile.write(tmp_path / "bad.wav", samples, rate, subtype="FLOAT")
    assert "not sound (NaN or infinity)" in refusal(tmp_path / "bad.wav")


def test_a_file_longer_than_the_limit_is_refused(tmp_path: Path) -> None:
    for name in ("long.wav", "long.flac"):
        soundfile.write(tmp_path / name, tone(2.1), RATE)
        assert "longer than 2 seconds" in refusal(tmp_path / name, limit_seconds=2)
        assert len(read_audio(tmp_path / name, limit_seconds=2.1)) == 2.1 * RATE


def test_a_three_hour_file_is_refused_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "lecture.wav"
    soundfile.write(path, np.zeros(1, np.int16), RATE)
    size = 3 * 3600 * RATE * 2
    header = bytearray(path.read_bytes()[:44])
    header[4:8], header[40:44] = (size + 36).to_bytes(4, "little"), size.to_bytes(4, "little")
    path.write_bytes(header)
    os.truncate(path, size + 44)  # sparse: 346 MB of silence that take no room
    script = (
        "import resource, sys; from pathlib import Path; import av, numpy\n"
        "from store.audio.folder import read_audio\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try: read_audio(Path(sys.argv[1]))\n"
        "except Exception as error: print(error)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    done = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, check=True)
    sentence, kilobytes = done.stdout.splitlines()
    assert "longer than 5 minutes" in sentence
    assert int(kilobytes) < 100_000
    assert not done.stderr


# --- keeping ------------------------------------------------------------------------------------


@examples(30)
@given(st.lists(st.integers(-32768, 32767), min_size=1, max_size=400))
def test_every_bit_comes_back(tmp_path_factory: pytest.TempPathFactory, values: list[int]) -> None:
    audio = AudioFolder(tmp_path_factory.getbasetemp() / "bits")
    pcm = np.array(values, np.int16)
    sha256 = audio.put(pcm)
    np.testing.assert_array_equal(pcm16(audio.get(sha256)), pcm)
    assert audio.put(from_pcm16(pcm)) == sha256


def test_the_same_sound_is_one_file_closed_to_others(tmp_path: Path) -> None:
    audio = AudioFolder(tmp_path)
    first, second = audio.put(tone()), audio.put(tone())
    assert first == second
    [file] = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert file == audio.path(first) == tmp_path / "audio" / first[:2] / first[2:4] / f"{first}.flac"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("damage", [lambda data: data[:-100], lambda data: b"", lambda data: b"nada" * 100])
def test_a_damaged_recording_says_so_and_is_healed_by_putting_it_again(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    audio = AudioFolder(tmp_path)
    sha256 = audio.put(tone())
    path = audio.path(sha256)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(StoreError, match="is damaged: bring it back"):
        audio.get(sha256)
    assert audio.put(tone()) == sha256
    np.testing.assert_array_equal(pcm16(audio.get(sha256)), pcm16(tone()))


def test_a_recording_under_a_wrong_name_and_a_missing_one_say_so(tmp_path: Path) -> None:
    audio = AudioFolder(tmp_path)
    one, other = audio.put(tone()), audio.put(tone(hertz=300))
    shutil.copy(audio.path(one), audio.path(other))
    with pytest.raises(StoreError, match="is damaged"):
        audio.get(other)
    with pytest.raises(StoreError, match="is missing"):
        audio.get("0" * 64)


def test_silence_of_no_length_and_what_is_no_number_are_not_kept(tmp_path: Path) -> None:
    audio = AudioFolder(tmp_path)
    for samples in (np.zeros(0, np.float32), np.zeros((2, 2), np.float32), np.full(9, np.nan, np.float32)):
        with pytest.raises(StoreError, match="was not stored"):
            audio.put(samples)
    assert not list(tmp_path.rglob("*.flac*"))


def test_too_loud_is_clipped_not_wrapped(tmp_path: Path) -> None:
    np.testing.assert_array_equal(
        pcm16(np.array([2, -2, 1, -1, 0.5], np.float32)), [32767, -32768, 32767, -32768, 16384]
    )


def test_a_disk_that_stops_in_the_middle_leaves_nothing_behind(tmp_path: Path) -> None:
    script = (
        "import resource, sys, numpy; from pathlib import Path; from store.audio.folder import AudioFolder\n"
        "noise = numpy.random.default_rng(0).uniform(-0.5, 0.5, 50_000).astype('float32')\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))\n"
        "try: AudioFolder(Path(sys.argv[1])).put(noise)\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    done = subprocess.run([sys.executable, "-c", script, tmp_path], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("StoreError") and "could not be used" in done.stdout
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 20_000


DISKS = """
mount -t tmpfs -o size=128k none "$1" && mkdir "$1/home" && "$2" -c '
import sys, numpy
from pathlib import Path
from store.audio.folder import AudioFolder
from store.database import Store
from store.audio.journal import RecordingJournal
from store.sessions import start_session, add_turn
home = Path(sys.argv[1])
noise = numpy.random.default_rng(0).uniform(-0.5, 0.5, 100_000).astype("float32")
def attempt(action):
    try: print("done", action())
    except Exception as error: print(type(error).__name__, error)
if sys.argv[2] == "full":
    attempt(lambda: AudioFolder(home).put(noise))
    with RecordingJournal.create(home, 1) as journal:
        journal.append(noise[:20_000])
        attempt(lambda: journal.append(noise))
        print(journal.samples, len(journal.finish()), len(list((home / "incoming").iterdir())))
        attempt(lambda: Store.open(home))
else:
    AudioFolder(home).put(noise[:1000])
    import os
    os.system("mount -o remount,ro " + str(home.parent))
    attempt(lambda: AudioFolder(home).put(noise))
    attempt(lambda: RecordingJournal.create(home, 1))
    attempt(lambda: Store.open(home))
' "$1/home" "$3"
"""


@pytest.mark.parametrize("disk", ["full", "read-only"])
def test_a_full_and_a_read_only_disk_say_so(tmp_path: Path, disk: str) -> None:
    unshare = shutil.which("unshare")
    if not unshare or subprocess.run([unshare, "-rm", "mount", "-t", "tmpfs", "none", tmp_path]).returncode:
        pytest.skip("mounting a small disk needs unprivileged user namespaces")
    command = [unshare, "-rm", "sh", "-c", DISKS, "sh", str(tmp_path), sys.executable, disk]
    done = subprocess.run(command, capture_output=True, text=True)
    lines = done.stdout.splitlines()
    assert done.returncode == 0, done.stderr
    if disk == "full":
        put, append, counts, opened = lines
        assert counts == "20000 20000 0"
        for line in (put, append, opened):
            assert line.startswith("StoreError The disk is full") and "free some space" in line
    else:
        assert len(lines) == 3
        for line in lines:
            assert line.startswith("StoreError") and "TERTULIA_HOME" in line


def test_a_span_is_cut_out_to_the_sample_without_reading_the_rest(tmp_path: Path) -> None:
    audio = AudioFolder(tmp_path)
    pcm = np.random.default_rng(3).integers(-3000, 3000, 90 * RATE).astype(np.int16)
    sha256 = audio.put(pcm)
    for start, end in ((0, 1), (70_001, 90_017), (len(pcm) - 5, len(pcm)), (len(pcm) - 5, len(pcm) + 99)):
        np.testing.assert_array_equal(pcm16(audio.span(sha256, start, end)), pcm[start:end])
    assert not len(audio.span(sha256, len(pcm) + 7, len(pcm) + 9))
    assert not len(audio.span(sha256, 5, 5))
    path = audio.path(sha256)
    path.write_bytes(path.read_bytes()[:-1000])  # damage beyond a span does not spoil it
    np.testing.assert_array_equal(pcm16(audio.span(sha256, 70_001, 90_017)), pcm[70_001:90_017])


def test_a_span_of_what_is_gone_damaged_or_backwards_says_so(tmp_path: Path) -> None:
    audio = AudioFolder(tmp_path)
    sha256 = audio.put(tone())
    with pytest.raises(StoreError, match="is missing"):
        audio.span("0" * 64, 0, 10)
    with pytest.raises(StoreError, match="not a span"):
        audio.span(sha256, 10, 5)
    for damage in (b"", b"nada" * 100):
        audio.path(sha256).write_bytes(damage)
        with pytest.raises(StoreError, match="is damaged"):
            audio.span(sha256, 0, 10)
    soundfile.write(audio.path(sha256), tone(rate=44_100), 44_100, format="FLAC")
    with pytest.raises(StoreError, match="is damaged"):
        audio.span(sha256, 0, 10)
