"""Speech to text, through faster-whisper, for any CTranslate2 Whisper folder.

Whisper hears windows of 30 s, or shorter ones where a version learnt to (windows.py), and there are two ways
to fill one up: zero samples before the features are computed (what it was trained with, and what transformers
does), or zeros in the features themselves (what faster-whisper's `transcribe` does). They are not the same to the
network: silence is the floor of the log-mel scale, which is not zero. A model fine-tuned on short turns with the
one loses most of what it learnt when it is served with the other. Here and in the trainer there is one way,
`models.audio.padded`: the waveform is filled up with zero samples, then the features are computed.

`transcribe` can also go back to the silence behind the last word and decode it, which costs a second pass
and is where Whisper's ghosts live. Here a window is decoded once, with faster-whisper's own parts;
longer audio is cut at pauses into pieces that are one window each, and these are full: a network that is at home in
short windows with whole turns is not so with cuts. What goes astray is heard again (fallback.py).
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from models.activity import FRAME, SileroActivity, Span, spans, spoken
from models.audio import Audio, check_audio, padded
from models.device import Device
from models.errors import ModelError
from models.units import HOP, SAMPLE_RATE, WINDOW
from models.whisper import alignment, fallback, ghosts, windows
from models.whisper.alignment import Written, written
from models.whisper.alternatives import Alternative, alternatives, moved
from models.whisper.decoding import MAX_TOKENS, Decoder
from models.whisper.folder import check_folder, vocabulary
from models.whisper.heard import Hypothesis, Word
from models.whisper.level import audible
from models.whisper.windows import FULL, Windows

STAMP = 0.02
"""Seconds from one timestamp to the next."""
LAST_WORDLESS = "<|notimestamps|>"
"""Stands behind all words and languages, so it tells tokenizers apart that differ in their number."""
LEAST_FRAMES = 50
"""The word aligner needs some room, however short the audio."""

EARLIEST_CUT = 15 * SAMPLE_RATE
"""Long audio is not cut sooner than this."""
FAINT = 0.15
"""Probability of speech below which the beginning and the end of a piece are left out …"""
MARGIN = SAMPLE_RATE // 2
"""… but for this many samples: silence is where ghosts live, and words lose their times in it."""
LEFT_OVER = SAMPLE_RATE
"""More speech than this behind the last word was not heard."""


class WhisperRecogniser:
    """A Whisper in CTranslate2 format, hearing Spanish, with beam search and without randomness.

    Args:
        folder: holds model.bin, config.json, tokenizer.json and a vocabulary.
        name: as the catalog has it; kept with every hypothesis.
        device: where to compute.
        hears: windows it may hear in; what the folder says without.

    Raises:
        ModelError: a file is missing or damaged, or the model hears only English.
    """

    def __init__(self, folder: Path, name: str, device: Device, hears: Windows | None = None) -> None:
        check_folder(folder, name)
        self.hears = hears or windows.read(folder)
        """The windows that it hears whole turns in."""
        # Set before the import, which reads it: nothing below may look for a hub, whatever is missing.
        os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"
        from faster_whisper import WhisperModel
        from faster_whisper.feature_extractor import FeatureExtractor
        from faster_whisper.tokenizer import Tokenizer
        from faster_whisper.transcribe import get_suppressed_tokens

        try:
            self._whisper: Any = WhisperModel(
                str(folder.resolve()),
                device=device.kind,
                compute_type=device.compute_type,
                cpu_threads=device.threads,
                local_files_only=True,
            )
        except Exception as error:  # CTranslate2 and tokenizers raise what they like for damaged files
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
            raise ModelError(
                f"The recogniser {name} in {folder} cannot be loaded ({reason})", "install it again", folder
            ) from error
        if not self._whisper.model.is_multilingual:
            raise ModelError(
                f"The recogniser {name} in {folder} hears only English", "choose a multilingual one", folder
            )
        last = self._whisper.hf_tokenizer.token_to_id(LAST_WORDLESS)
        if LAST_WORDLESS in (words := vocabulary(folder) or []) and words.index(LAST_WORDLESS) != last:
            raise ModelError(
                f"The recogniser {name} in {folder} has the tokenizer of another model",
                "install all files of one model together",
                folder,
            )
        # Asked of the network itself: without preprocessor_config.json the library would assume 80 mel bands.
        self._features: Any = FeatureExtractor(feature_size=self._whisper.model.n_mels)
        self._tokenizer: Any = Tokenizer(self._whisper.hf_tokenizer, True, task="transcribe", language="es")
        self._suppressed: Any = get_suppressed_tokens(self._tokenizer, [-1])
        self._decoder = Decoder(self._whisper.model, self._tokenizer, self._suppressed)
        self._activity = SileroActivity()
        self.name = name

    @property
    def library(self) -> Any:
        """faster-whisper's own model around the same network, to be compared with."""
        return self._whisper

    @property
    def compute_type(self) -> str:
        """How CTranslate2 really computes, for example int8_float32."""
        return str(self._whisper.model.compute_type)

    def warm(self) -> None:
        """Hear a second of silence."""
        self.hear(np.zeros(SAMPLE_RATE, dtype=np.float32))

    def recognise(self, audio: Audio) -> Hypothesis:
        """What is said in the audio; nothing where there is no speech.

        Args:
            audio: float32, shape (samples,), 16 kHz, any length; longer than 30 s is cut at pauses.

        Raises:
            AudioError: another type or shape, or samples that are not numbers.
        """
        started = time.perf_counter()
        check_audio(audio)
        activity = self._activity.probabilities(audible(audio))
        words: list[Word] = []
        others: list[Alternative] = []
        cut = pieces(activity, len(audio))
        for piece in cut:
            for heard, likely in self._piece(audio, activity, *piece, whole=len(cut) == 1):
                others += moved(likely, 0, len(heard), len(words))
                words += heard
        return Hypothesis(
            text=" ".join(word.text for word in words),
            words=tuple(words),
            seconds=len(audio) / SAMPLE_RATE,
            compute_seconds=time.perf_counter() - started,
            model=self.name,
            alternatives=tuple(sorted(others, key=lambda other: -other.weight)),
        )

    def hear(
        self,
        audio: Audio,
        speech_seconds: float | None = None,
        activity: Audio | None = None,
        whole: bool = True,
    ) -> tuple[list[Word], list[Alternative]]:
        """The words of one window and what else they might be, ghosts left out.

        Args:
            audio: float32, shape (samples,), 16 kHz, at most 30 s.
            speech_seconds: how much of it is speech, where known; one more way to know a ghost.
            activity: speech probability of each of its frames, where known, for the pauses between words.
            whole: whether it is all of a turn; a cut of something longer is heard in a full window.
        """
        seconds = len(audio) / SAMPLE_RATE
        hears = self.hears if whole else Windows()
        frames = hears.frames(len(audio))
        # Only a floor that was measured says that a network needs context, and may find more in a full window.
        in_full = partial(self._encoded, audio, FULL) if hears.floor and frames < FULL else None
        found, most = fallback.settled(
            self._decoder, self._encoded(audio, frames), seconds, speech_seconds, in_full
        )  # fmt: skip
        pieces, parts = self._tokenizer.split_to_word_tokens([*found.tokens, self._tokenizer.eot])
        said = written(pieces[:-1], parts[:-1])
        times, sure = self._aligned(said, found.tokens, found.encoded, audio)
        sure = [min(one, most) for one in sure]
        words = _words(said, alignment.fitted(times, said, seconds, alignment.loud(audio, activity)), sure)
        spoken_words = ghosts.without(words, found.evidence)
        if not spoken_words:
            return [], []
        first = words.index(spoken_words[0])
        others = alternatives([word.text for word in words], found.variants)
        return spoken_words, list(moved(others, first, first + len(spoken_words), -first))

    def align(self, audio: Audio, text: str) -> list[Word]:
        """When each word of a text is said, whoever wrote it, and how probable the model finds it there.

        Args:
            audio: float32, shape (samples,), 16 kHz, at most 30 s without its long silences.
            text: what is said in it. Every word gets a time; one that is not said, the gap between its
                neighbours; and where the model finds hardly any, all share what is loud, by their length.

        Returns:
            One for each word parted by white space: in order, without overlap, within the audio.

        Raises:
            AudioError: too long, another type or shape, or samples that are not numbers.
        """
        check_audio(audio)
        parts = [self._tokens(word) for word in text.split()]
        said = [Written(word, len(part), range(len(part))) for word, part in zip(text.split(), parts, strict=True)]
        sounds = alignment.loud(audio, self._activity.probabilities(audible(audio)))
        dense, hops = alignment.condensed(audio, sounds)
        times, sure = self._aligned(
            said,
            [token for part in parts for token in part],
            self._encoded(dense, self.hears.frames(len(dense))),
            dense,
        )
        lost = not said or sum(sure) / len(said) < alignment.LOST
        known = [None] * len(said) if lost else alignment.restored(times, hops)
        return _words(said, alignment.fitted(known, said, len(audio) / SAMPLE_RATE, sounds), sure)

    def timestamps(self, audio: Audio) -> list[float | None]:
        """What the model writes when it is asked for timestamps as other programs ask for them, token by token.

        Args:
            audio: float32, shape (samples,), 16 kHz, at most 30 s.

        Returns:
            Seconds for every timestamp, None for every token of text.
        """
        prompt, begin = self._tokenizer.sot_sequence, self._tokenizer.timestamp_begin
        room = len(prompt) + self._decoder.room(len(audio) / SAMPLE_RATE)
        tokens = self._whisper.model.generate(
            self._whisper.encode(self._features(padded(audible(audio)))[:, : WINDOW // HOP]),
            [prompt],  # what is missing is <|notimestamps|>
            beam_size=1,
            max_length=min(MAX_TOKENS, room),
            suppress_tokens=self._suppressed,
        )[0].sequences_ids[0]
        return [(token - begin) * STAMP if token >= begin else None for token in tokens]

    def _aligned(
        self, said: Sequence[Written], tokens: list[int], encoded: Any, audio: Audio
    ) -> tuple[list[alignment.Span], list[float]]:
        """Time and probability of every word in an encoded window; none where there is more than can be said."""
        if not tokens or len(tokens) > MAX_TOKENS - len(self._tokenizer.sot_sequence) - 2:
            return [(0.0, 0.0)] * len(said), [0.0] * len(said)
        frames = max(len(audio) // HOP, LEAST_FRAMES)
        found = self._whisper.model.align(encoded, self._tokenizer.sot_sequence, [tokens], frames)[0]
        return alignment.warped(found.alignments, said), alignment.means(found.text_token_probs, said)

    def _tokens(self, word: str) -> list[int]:
        """A word's tokens in the middle of a text; none of the tokens that have a meaning of their own."""
        plain = word.encode(errors="replace").decode()
        return [token for token in self._tokenizer.encode(f" {plain}") if token < self._tokenizer.eot]

    def _encoded(self, audio: Audio, frames: int) -> Any:
        """What Whisper's encoder makes of one window."""
        return self._whisper.encode(self._features(padded(audible(audio), frames * HOP))[:, :frames])

    def _piece(
        self, audio: Audio, activity: Audio, start: int, end: int, whole: bool
    ) -> Iterator[tuple[list[Word], list[Alternative]]]:
        """The words between two samples, window by window, with their times in the whole audio.

        A network that learnt from single sentences stops at the first long pause. So when speech is left
        behind the last word, that speech is heard in a window of its own.
        """
        while spoken(likely := activity[start // FRAME : -(-end // FRAME)]):
            faint = np.flatnonzero(likely >= FAINT) * FRAME
            first = start + max(0, int(faint[0]) - MARGIN)
            last = min(end, start + int(faint[-1]) + FRAME + MARGIN)
            stretches = [Span(start + s.start, start + s.end) for s in spans(likely, end - start)]
            words, others = self.hear(
                audio[first:last],
                sum(s.end - s.start for s in stretches) / SAMPLE_RATE,
                activity[first // FRAME : -(-last // FRAME)],
                whole,
            )
            yield [_later(word, first / SAMPLE_RATE) for word in words], others
            if not words:
                return
            heard = max(first + MARGIN, first + int(words[-1].end * SAMPLE_RATE))  # always some way onward
            start = unheard(stretches, heard, end)


def pieces(activity: Audio, samples: int) -> list[tuple[int, int]]:
    """Cut a recording into pieces of at most 30 s, each but the last ending in the deepest pause after 15 s.

    Args:
        activity: speech probability of every FRAME samples.
        samples: length of the recording.

    Returns:
        Start and end of every piece, in samples; together they are the whole recording.
    """
    found: list[tuple[int, int]] = []
    start = 0
    while samples - start > WINDOW:
        low, high = (start + EARLIEST_CUT) // FRAME, (start + WINDOW) // FRAME
        # Over a third of a second, so that a pause is preferred to the gap before a plosive.
        smooth = np.convolve(activity[low:high], np.ones(9), mode="same")
        cut = (low + 4 + int(np.argmin(smooth[4:-4]))) * FRAME
        found.append((start, cut))
        start = cut
    if samples > start:
        found.append((start, samples))
    return found


def unheard(stretches: Sequence[Span], heard: int, end: int) -> int:
    """The sample to go on from when speech up to `heard` has become words; `end` when nothing is left.

    A stretch of speech that begins after it counts however short; of one that was partly heard so much must
    be left that the last word's time alone cannot explain it.
    """
    for start, stop in stretches:
        if start >= heard or stop - heard > LEFT_OVER:
            return -(-max(heard, start - MARGIN) // FRAME) * FRAME
    return end


def _later(word: Word, seconds: float) -> Word:
    return replace(word, start=word.start + seconds, end=word.end + seconds)


def _words(said: Sequence[Written], times: Sequence[alignment.Span], sure: Sequence[float]) -> list[Word]:
    return [
        Word(word.text, start, end, probability)
        for word, (start, end), probability in zip(said, times, sure, strict=True)
    ]
