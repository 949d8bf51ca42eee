"""A Kokoro voice speaks whatever the text holds, in the voice that is chosen, also beside one of Piper's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.versions.active import load_voice as load_named
from models.errors import ModelError
from models.kokoro import kind, phonemes, styles
from models.kokoro.voice import KEPT, PACE, KokoroVoice, trimmed
from models.voice import CEILING
from tests.models.small_kokoro import A_TOKEN, RATE, folder, style
from tests.places import ROOT
from tests.starters import load_voice
from tests.tones import pitch

TEXT = "Mañana vamos a la playa con toda la familia."


@pytest.fixture(scope="module")
def duo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder(tmp_path_factory.mktemp("voice") / "duo", ana=440, luis=220)


@pytest.fixture(scope="module")
def voice(duo: Path) -> KokoroVoice:
    return kind.load(duo, "duo")


def test_each_sentence_is_one_array_without_the_silence_around_it(voice: KokoroVoice) -> None:
    text = "¡Hola! ¿Qué hiciste el fin de semana? Yo fui al mercado."
    parts = list(voice.speak(text))
    assert voice.sample_rate == RATE and len(parts) == 3
    for part, tokens in zip(parts, phonemes.sentences(text), strict=True):
        assert part.dtype == np.float32 and part.ndim == 1
        assert len(part) == pytest.approx((len(tokens) + 2) * A_TOKEN / PACE + 2 * KEPT * RATE, abs=RATE / 100)
        assert 0.09 < np.sqrt(np.mean(part**2)) <= 0.11 and np.abs(part).max() <= CEILING + 1e-6


def test_the_pace_is_kept_within_limits(voice: KokoroVoice) -> None:
    def seconds(pace: float) -> float:
        return sum(map(len, voice.speak(TEXT, pace))) / RATE - 2 * KEPT

    assert seconds(0.5) == pytest.approx(2 * seconds(1.0), rel=0.01)
    assert seconds(0.0) == pytest.approx(seconds(0.4)) and seconds(99.0) == pytest.approx(seconds(1.6))


@pytest.mark.parametrize("text", ["", "   ", "¿…?", "\x1b", "🎉🎉", "—", "***", "漢"])
def test_what_cannot_be_read_is_not_spoken(voice: KokoroVoice, text: str) -> None:
    assert all(len(part) for part in voice.speak(text))


def test_the_same_text_sounds_the_same(voice: KokoroVoice, duo: Path) -> None:
    first, again, other = (list(each.speak(TEXT)) for each in (voice, voice, kind.load(duo, "other")))
    for left, right, third in zip(first, again, other, strict=True):
        assert np.array_equal(left, right) and np.array_equal(left, third)


@pytest.mark.parametrize(("text", "sound"), [("tokens", "audio"), ("input_ids", "waveform")])
def test_both_exports_of_the_network_are_known(tmp_path: Path, text: str, sound: str) -> None:
    assert list(kind.load(folder(tmp_path, text, sound, ana=440), "mine").speak("Hola."))


def test_a_speaker_is_chosen_behind_the_name(duo: Path, tmp_path: Path) -> None:
    models = tmp_path / "models" / "voice"
    models.mkdir(parents=True)
    (models / "mine").symlink_to(duo, target_is_directory=True)
    for name, hertz in [("mine", 440), ("mine:ana", 440), ("mine:luis", 220), (f"{duo}:luis", 220)]:
        (part,) = load_named(tmp_path, name).speak("Hola.")
        assert pitch(part, RATE) == pytest.approx(hertz, abs=5)
    with pytest.raises(ModelError, match="The voice mine has no speaker called 'eva': choose ana, luis"):
        load_named(tmp_path, "mine:eva")
    with pytest.raises(ModelError, match="has no speaker called 'eva'"):
        KokoroVoice(duo, "mine", "eva")


def test_of_one_speaker_there_is_nothing_to_choose(tmp_path: Path) -> None:
    alone = folder(tmp_path, ana=440)
    assert kind.describe(alone).speakers == ()
    with pytest.raises(ModelError, match="has no speakers to choose from, so none called 'ana'"):
        kind.load(alone, "mine", "ana")


def test_the_style_is_that_of_the_length_of_the_text(tmp_path: Path) -> None:
    place = folder(tmp_path)
    rising = style(0)
    rising += 100 + 10 * np.arange(510, dtype=np.float32)[:, None, None]
    np.savez(place / "voices.npz", ana=rising)
    (tokens,) = phonemes.sentences("Hola.")
    (part,) = kind.load(place, "mine").speak("Hola.")
    assert pitch(part, RATE) == pytest.approx(100 + 10 * (len(tokens) - 1), abs=4)


def test_silence_around_speech_is_cut_and_nothing_else() -> None:
    speech = np.sin(np.arange(RATE) / 9).astype(np.float32)
    speech[RATE // 2 :] *= 0.02  # a soft ending is still speech
    silence = np.full(RATE, 1e-4, dtype=np.float32)
    cut = trimmed(np.concatenate([silence, speech, silence]))
    assert len(cut) == pytest.approx(RATE + 2 * KEPT * RATE, abs=20)
    assert len(trimmed(silence * 0)) == len(silence) and len(trimmed(silence[:0])) == 0


# --- phonemes ---------------------------------------------------------------------------------------


def spelled(text: str) -> list[str]:
    names = {number: symbol for symbol, number in phonemes.symbols().items()}
    return ["".join(names[token] for token in sentence) for sentence in phonemes.sentences(text)]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("¿Vienes? Sí.", ["bjˈenes?", "sˈi."]),
        ("Mucho chorizo, Jorge.", ["mˈuʧo ʧoɾˈiθo, xˈoɾxe."]),
        ("Perro, pero", ["pˈero, pˈeɾo"]),
        ("Pues… no sé…", ["pwˈes, nˈo sˈe."]),
        ("Ya... Bueno.", ["ʝˈa.", "bwˈeno."]),
        ("Y tú ¿qué haces?", ["i tˈu, kˈe ˈaθes?"]),
        ("Había un rey.", ["aβˈia ˈun rˈeɪ."]),
        ("garçon", ["ɡˈaɾson"]),
    ],
)
def test_text_is_read_with_its_marks(text: str, read: list[str]) -> None:
    assert spelled(text) == read


def test_every_sound_of_spanish_is_a_symbol_of_the_network() -> None:
    text = (ROOT / "core/bench/sentences_es.txt").read_text(encoding="utf-8")
    heard = {symbol for sentence in phonemes._piper().phonemize(text) for symbol in sentence}
    assert not heard - phonemes.symbols().keys() - set("".join(phonemes.NEAREST))
    assert len(heard) > 35


def test_a_long_sentence_is_cut_at_its_marks(voice: KokoroVoice) -> None:
    clause = "y después fuimos al mercado con mi hermana, "
    parts = spelled(clause * 12)
    assert len(parts) > 3 and all(len(part) <= phonemes.PIECE and part.endswith(",") for part in parts[:-1])
    assert " ".join(parts) == " ".join(spelled(clause.rstrip(", "))[0] + "," for _ in range(12))
    assert len(list(voice.speak(clause * 12))) == len(parts)


@given(st.lists(st.text("abˈ,; ", max_size=700), max_size=4))
def test_no_piece_is_too_long_and_none_is_lost(words: list[str]) -> None:
    sentence = " ".join(" ".join(words).split())
    found = phonemes.pieces(sentence)
    assert all(0 < len(piece) <= phonemes.LONGEST for piece in found)
    assert "".join(found).replace(" ", "") == sentence.replace(" ", "")


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_has_tokens_of_the_network_or_none(text: str) -> None:
    known = set(phonemes.symbols().values())
    for sentence in phonemes.sentences(text):
        assert 0 < len(sentence) <= phonemes.LONGEST and set(sentence) <= known


def test_a_piper_voice_and_a_kokoro_voice_speak_at_the_same_time(voice: KokoroVoice) -> None:
    piper = load_voice()
    texts = ["Buenos días.", "¿Cómo te llamas? Yo me llamo Ana.", TEXT]
    alone = [[len(part) for part in each.speak(text)] for each in (piper, voice) for text in texts]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(5):
            asked = [
                pool.submit(lambda e, t: [*map(len, e.speak(t))], each, t) for each in (piper, voice) for t in texts
            ]
            assert [one.result() for one in asked] == alone


def test_the_best_speaker_comes_first() -> None:
    known = ["zf_xiaobei", "jf_alpha", "em_alex", "af_heart", "jm_kumo", "ef_dora"]
    assert sorted(known, key=styles.rank) == [
        "ef_dora", "em_alex", "jm_kumo", "jf_alpha", "af_heart", "zf_xiaobei",
    ]  # fmt: skip
