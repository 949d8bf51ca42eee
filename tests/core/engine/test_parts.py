"""The engine's small parts: the pause that ends a turn, pace and rate of sound, WAV files, the JSON line."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.engine import protocol
from core.engine.endpoint import FRAME_SECONDS, Endpoint, pause_for
from core.engine.filters import Resampler, resample
from core.engine.pace import stretch
from core.engine.speaking import Speaking, SpeechOutput, SpokenReply
from core.processes.json_lines import Outbox, commands
from tests.patience import PATIENCE
from tests.sound_card import read_wav

PROBABILITY = st.floats(0, 1)


def said(*stretches: tuple[float, float], pause: float = 1.5) -> Endpoint:
    """An endpoint after stretches of (seconds, probability of speech)."""
    endpoint = Endpoint(pause)
    for seconds, probability in stretches:
        for _ in range(round(seconds / FRAME_SECONDS)):
            endpoint.feed(probability)
    return endpoint


def test_a_short_yes_is_a_turn() -> None:
    assert not said((2.0, 0.0), (0.25, 0.9), (1.4, 0.05)).over
    assert said((2.0, 0.0), (0.25, 0.9), (1.6, 0.05)).over


def test_a_click_is_not_a_turn() -> None:
    endpoint = said((1.0, 0.0), (0.06, 0.9), (0.7, 0.0))
    assert endpoint.false_start
    assert not said((0.06, 0.9), (5.0, 0.0)).over


def test_thinking_between_words_does_not_end_a_beginners_turn() -> None:
    assert not said((0.5, 0.9), (1.2, 0.0), (0.5, 0.9), (1.0, 0.0), pause=pause_for("A1")).over
    assert said((0.5, 0.9), (1.1, 0.0), pause=pause_for("B2")).over


def test_a_dip_inside_a_word_is_not_a_pause() -> None:
    assert said((0.5, 0.9), (0.3, 0.4)).pause == 0.0
    assert said((0.5, 0.4)).speech == 0.0


@given(st.lists(PROBABILITY, max_size=200))
def test_a_turn_is_over_only_after_its_whole_pause(probabilities: list[float]) -> None:
    endpoint = Endpoint(0.5)
    silent = 0.0
    for probability in probabilities:
        endpoint.feed(probability)
        silent = silent + FRAME_SECONDS if probability < 0.35 else 0.0
        if endpoint.over:
            # Frames between the two thresholds may count as silence, never as less than it.
            assert endpoint.pause >= 0.5
            assert endpoint.speech >= 0.127
        assert endpoint.pause == 0.0 or endpoint.pause >= silent - 1e-9 or not endpoint.begun


@pytest.mark.parametrize("pace", [0.5, 0.8, 1.25, 2.0])
def test_slower_is_longer_at_the_same_pitch(pace: float) -> None:
    tone = (0.5 * np.sin(2 * np.pi * 300 * np.arange(32_000) / 16_000)).astype(np.float32)
    slow = stretch(tone, pace)
    assert len(slow) == pytest.approx(len(tone) / pace, rel=0.03)
    loudest = np.argmax(np.abs(np.fft.rfft(slow))) * 16_000 / len(slow)
    assert loudest == pytest.approx(300, abs=5)
    assert len(stretch(tone[:0], pace)) == 0
    assert len(stretch(tone, pace / 10)) <= 2 * len(tone)


def test_pieces_resample_to_the_same_sound_as_the_whole() -> None:
    sound = np.random.default_rng(1).normal(0, 0.1, 48_000).astype(np.float32)
    pieces = Resampler(48_000, 16_000)
    streamed = [pieces.feed(part) for part in np.array_split(sound, 97)]
    np.testing.assert_allclose(
        np.concatenate([*streamed, pieces.finish()]), resample(sound, 48_000, 16_000), atol=1e-5
    )
    assert len(resample(sound, 48_000, 22_050)) == 22_050


def test_a_reply_is_written_as_a_whole_wav_and_hushing_does_not_cut_it(tmp_path: Path) -> None:
    posted: list[Speaking] = []
    speech = SpeechOutput(lambda event: pytest.fail(str(event)), posted.append)
    utterance = speech.begin(tmp_path / "new" / "reply.wav")
    assert utterance is not None
    utterance.say([np.full(22_050, 0.5, np.float32)], 22_050)
    speech.hush()
    utterance.say([np.full(16_000, 2.0, np.float32)], 16_000)
    utterance.end()
    utterance.join(PATIENCE)
    samples, rate = read_wav(tmp_path / "new" / "reply.wav")
    assert rate == 22_050
    assert samples[100] == pytest.approx(0.5, abs=1e-3)
    assert samples.max() == pytest.approx(1.0, abs=1e-3)  # louder than full scale is clipped, not wrapped
    assert 2.0 < len(samples) / rate < 2.6
    assert posted == []  # without a loudspeaker nobody waits for one
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["reply.wav"]


class Impatient:
    """A listener who has heard enough after the first piece."""

    hushed = False

    def write(self, samples: NDArray[np.float32], rate: int) -> None:
        self.hush()

    def close(self) -> None:
        pass

    def hush(self) -> None:
        self.hushed = True


def test_once_a_reply_is_hushed_nothing_more_of_it_is_computed() -> None:
    computed = []

    def clause(name: str) -> Iterator[NDArray[np.float32]]:
        for sentence in range(3):
            computed.append((name, sentence))
            yield np.zeros(100, np.float32)

    reply = SpokenReply([Impatient()], lambda on: None, pytest.fail)
    for name in ("first", "second"):
        reply.say(clause(name), 16_000)
    reply.end()
    reply.run()
    assert computed == [("first", 0)] and reply.synthesised.is_set()


def test_without_loudspeaker_and_folder_nothing_is_spoken() -> None:
    assert SpeechOutput(lambda event: None, lambda on: None).begin() is None


def test_a_reply_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    events: list[protocol.Event] = []
    utterance = SpeechOutput(events.append, lambda on: None).begin(tmp_path / "file" / "reply.wav")
    assert utterance is not None
    utterance.say([np.zeros(100, np.float32)], 16_000)
    utterance.end()
    utterance.join(PATIENCE)
    assert [type(event) for event in events] == [protocol.Warning]


def test_what_is_not_a_command_is_refused_and_the_next_one_is_read() -> None:
    lines = b"\n".join(
        [
            b"hello",
            b'{"v":1,"kind":"Sing"}',
            b'{"v":1,"kind":"Say"}',
            b'{"v":1,"kind":"Say","text":5}',
            b'{"v":1,"kind":"Replay","turn":1,"pace":NaN}',
            b'{"v":1,"kind":"Replay","turn":true}',
            b"\xff\xfe",
            b"[" * 5000,
            b'{"v":1,"kind":"Say","text":"' + b"a" * 2_000_000 + b'"}',
            b"",
            b'{"v":2,"kind":"Say","text":"hola","mood":"new"}',
        ]
    )
    refused: list[str] = []
    taken = commands(io.BytesIO(lines + b"\n"), protocol.decode_command, refused.append)
    assert list(taken) == [protocol.Say("hola")]
    assert len(refused) == 9
    assert all(text.startswith("A command was ignored: ") and text.endswith(".") for text in refused)


@given(st.text() | st.binary().map(lambda data: data.decode(errors="surrogateescape")))
def test_no_line_at_all_breaks_the_reader(line: str) -> None:
    with contextlib.suppress(protocol.ProtocolError):
        assert type(protocol.decode_command(line)) in protocol.COMMANDS.values()
    with contextlib.suppress(protocol.ProtocolError):
        event = protocol.decode_event(line)
        assert event is None or type(event) in protocol.EVENTS.values()


@given(st.text(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.booleans())
def test_messages_come_back_as_they_went(text: str, number: int, real: float, flag: bool) -> None:
    for command in (protocol.Say(text), protocol.Listen(flag, text, flag), protocol.Replay(number, real)):
        line = protocol.encode(command)
        assert "\n" not in line
        assert protocol.decode_command(line) == command
    event = protocol.ReplyText(number, text, flag, [text])
    assert protocol.decode_event(protocol.encode(event)) == event


def test_an_event_from_a_newer_engine_is_passed_over() -> None:
    assert protocol.decode_event('{"v":9,"kind":"Dance","step":1}') is None
    later = json.loads(protocol.encode(protocol.State("idle"))) | {"mood": "calm"}
    assert protocol.decode_event(json.dumps(later)) == protocol.State("idle")


def test_threads_do_not_mix_their_lines_and_a_reader_that_left_is_no_error() -> None:
    class Dribble(io.RawIOBase):
        """Takes a few bytes at a time, as a full pipe does, and goes away after a while."""

        def __init__(self) -> None:
            self.taken = b""

        def write(self, data: bytes) -> int:  # type: ignore[override]
            if len(self.taken) > 20_000:
                raise BrokenPipeError
            self.taken += bytes(data[:7])
            return min(7, len(data))

    pipe = Dribble()
    outbox = Outbox(pipe)  # type: ignore[arg-type]

    def tell() -> None:
        for _ in range(200):
            outbox.send(protocol.State("thinking…\ud800"))

    threads = [threading.Thread(target=tell) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    lines = pipe.taken.splitlines()[:-1]
    assert len(lines) > 100
    assert {json.loads(line)["kind"] for line in lines} == {"State"}


def test_the_app_can_talk_to_an_engine_without_loading_what_an_engine_needs() -> None:
    code = "import sys, core.engine.client; print(*(set(sys.modules) & {'numpy', 'sounddevice', 'sqlite3', 'av'}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.split() == []
