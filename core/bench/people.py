"""How well recognisers hear a person: the prompts of `core.bench.prompts`, through the app's own recogniser.

One speaker reading telephone prompts is not everybody: the figure compares recognisers, and tells one that hears
people from one that does not. Accents are folded, because the texts lack them; a prompt is a block of the interval.
"""

from __future__ import annotations

import time
from typing import Any

from core.bench.prompts import prompts
from core.bench.recogniser import place
from core.versions.active import RECOGNISER, ModelChoice, Warn, active, models_folder, open_recogniser, quiet
from models import catalog
from models.evaluation.scoring import interval, total, word_errors
from models.evaluation.spoken import RULE, STRICT
from models.units import SAMPLE_RATE
from store.paths import usual_folder


def summary(model: str | None = None, warn: Warn = quiet) -> dict[str, Any]:
    """Word errors of every recogniser on this machine, with their intervals, and their processor seconds.

    Args:
        model: name of a version or recogniser, or folder of one, to measure it alone.
        warn: takes sentences: which one is listening, and what is wrong with one.

    Raises:
        CoreError: there is no speech of a person here.
        ModelError: there is no such recogniser, or it is damaged.
    """
    clips = [(prompt.text, prompt.audio()) for prompt in prompts()]
    data = usual_folder()
    if model:
        chosen = [active(data, RECOGNISER, place(model), warn)]
    else:
        known = catalog.entries(models_folder(data))
        chosen = [ModelChoice(entry, data=data) for entry in known if entry.part == RECOGNISER and entry.installed]
    seconds = sum(len(audio) for _, audio in clips) / SAMPLE_RATE
    found = []
    for choice in chosen:
        warn(f"{choice.name} listens to {len(clips)} prompts, {seconds / 60:.0f} minutes of speech …")
        recogniser = open_recogniser(choice)
        began = time.process_time()
        heard = [recogniser.recognise(audio).text for _, audio in clips]
        spent = time.process_time() - began
        errors, strict = (
            [word_errors(text, words, rule, bare=True) for (text, _), words in zip(clips, heard, strict=True)]
            for rule in (RULE, STRICT)
        )
        kinds, rate = total(errors), interval(errors)
        found.append(
            {
                "recogniser": choice.name,
                "wer": rate.value, "wer_low": rate.low, "wer_high": rate.high,
                "strict_wer": total(strict).rate,
                "sub": kinds.sub, "ins": kinds.ins, "del": kinds.del_,
                "cpu_seconds_a_second": spent / seconds,
            }
        )  # fmt: skip
    words = sum(word_errors(text, "").words for text, _ in clips)
    return {"prompts": len(clips), "words": words, "speech_seconds": seconds, "recognisers": found}


def table(figures: dict[str, Any]) -> str:
    """A line for each recogniser."""
    width = max(len(each["recogniser"]) for each in figures["recognisers"])
    lines = [
        f"{each['recogniser']:{width}}  {100 * each['wer']:5.1f} % of words misheard "
        f"[{100 * each['wer_low']:.1f}, {100 * each['wer_high']:.1f}], strict {100 * each['strict_wer']:.1f} %  "
        f"{each['cpu_seconds_a_second']:.2f} s of processor time for a second of speech"
        for each in figures["recognisers"]
    ]
    about = f"one woman, {figures['prompts']} prompts, {figures['words']} words, accents folded; 95 % intervals"
    return "\n".join([*lines, about])
