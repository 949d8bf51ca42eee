"""Which recordings belong together: whoever is in one of them must not be in the training and in the test.

A block is made of whole recordings, because what is said in one of them belongs together. Recordings that
share a speaker are one block where there are at least three such groups, so that train, dev and test can have
different people. A group that would fill more than the training has room for is split all the same: the one
learner whom the models are for must be in the test, too; so is one that is in several splits already. Then a
session is a block, and else every recording.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from core.dataset.groups import joined
from store.database import Store

SEVERAL = 3
"""Groups of speakers that are enough for train, dev and test."""


def blocks_of(store: Store, splits: Mapping[int, Collection[str]], most: float) -> dict[int, str]:
    """The block of each of some recordings; those that were given one keep it.

    Args:
        splits: the recordings, and the splits that segments of each are in already.
        most: the share of all audio that one group of speakers may have and still be one block.
    """
    blocks = {row["id"]: row["block"] for row in store.execute("SELECT id, block FROM recordings")}
    sessions = {
        row["recording_id"]: f"session {row['session_id']}"
        for row in store.execute(
            "SELECT recording_id, session_id FROM turns JOIN segments ON segments.id = segment_id"
        )
    }
    samples: dict[int, int] = defaultdict(int)
    speakers: dict[int, set[str]] = defaultdict(set)
    for row in store.execute(
        "SELECT recording_id, speaker, sum(\"end\" - start) AS samples FROM segments WHERE status != 'retired' "
        "GROUP BY recording_id, speaker"
    ):
        if row["recording_id"] in splits:
            samples[row["recording_id"]] += row["samples"]
            speakers[row["recording_id"]].add(row["speaker"])
    given = {block for block in blocks.values() if block}
    by_speaker = _by_speaker(speakers, samples, splits, most * sum(samples.values()), given)
    return {
        one: blocks.get(one) or by_speaker.get(one) or sessions.get(one) or f"recording {one}"
        for one in sorted(splits)
    }


def _by_speaker(
    speakers: Mapping[int, set[str]],
    samples: Mapping[int, int],
    splits: Mapping[int, Collection[str]],
    most: float,
    given: set[str],
) -> dict[int, str]:
    """A block for every recording whose speakers are all named, where there are SEVERAL groups of them."""
    named = {recording: names for recording, names in speakers.items() if "" not in names}
    # A number is a recording, a text its speaker.
    pairs: list[tuple[int | str, int | str]] = [(one, name) for one, names in named.items() for name in names]
    groups = joined(pairs)
    found: dict[int, str] = {}
    for group in groups:
        people = sorted(name for name in group if isinstance(name, str))
        together = [one for one in group if isinstance(one, int)]
        known = [block for block in map(_named, people) if block in given]
        small = sum(samples[recording] for recording in together) <= most
        in_several = len({split for recording in together for split in splits[recording]}) > 1
        if small and not in_several and (known or len(groups) >= SEVERAL):
            found.update(dict.fromkeys(together, known[0] if known else _named(people[0])))
    return found


def _named(speaker: str) -> str:
    return f"speaker {speaker}"
