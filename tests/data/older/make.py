"""Makes the archives beside it, with the app as it was at commit ff48662 (version 0.1.0 before its first release).

Run it from the root of a checkout of that commit, which is all it imports from:

    PYTHONPATH=. python PATH/make.py

A learner who does not exist talks, imports, corrects and trains, nearly all by the commands of that day. What they
said of the result is noted in data-folder.json. In the text files of a run, {STARTER} stands for the folder of the
starter models and {DATA} for the data folder.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import time
import wave
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from core.ear import load_ear
from core.engine import protocol
from core.engine.protocol import Listen, Say, SessionStarted, StartSession, State, Timings
from core.review.desk import Desk
from core.training.closing import rehearing
from core.training.watching import Watch
from models.catalog import STARTER
from store import migrations
from store.audio import AudioFolder
from store.database import Store
from store.decoding import read_audio
from store.sessions import add_turn, start_session
from tests.learner_store import sentences, spoken
from tests.test_store_migration import MOMENT, add_old_correction, add_old_hypothesis, add_old_segment
from trainer.run import base_hash

HERE = Path(__file__).parent
ROOT = Path.cwd()
AUTHOR = "ana"
SITTINGS = (5, 5, 2, 2, 3)
"""Sentences in each; the last three wait, or are flagged, put aside and left open."""
SOFTER = 16
"""Speech so many times softer takes less room, and is heard as well."""
KNOBS = {
    "max_steps": 3, "batch": 4, "micro_batch": 4, "evaluate_every": 2, "checkpoint_every": 2, "dev_clips": 2,
    "full_windows": 0.0, "made_replay": 0, "made_dev": 0, "made_general": 0, "device": "cpu", "threads": 1,
    "precision": "fp32", "rank": 2, "targets": ["q_proj", "v_proj"], "heartbeat": 0.2, "learning_rate": 0.003,
}  # fmt: skip
STEADY = {
    "OMP_NUM_THREADS": "1", "ATEN_CPU_CAPABILITY": "default", "MKL_CBWR": "COMPATIBLE",
    "ONEDNN_MAX_CPU_ISA": "SSE41", "CT2_FORCE_CPU_ISA": "GENERIC", "TERTULIA_THREADS": "1",
}  # fmt: skip
"""So that every processor adds up in the same order."""
LEFT_OUT = ("cache", "model.safetensors", "log.txt", "engine.log", "rehearing.log")
"""What no test needs: above all the form of a version that is trained on, as large as all the rest."""
PLACES = {str(STARTER): "{STARTER}"}
TEXTS = (".json", ".jsonl", ".md")


def main() -> None:
    """Make everything."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        data = work / "data"
        os.environ |= {**STEADY, "TERTULIA_HOME": str(data), "TERTULIA_AUTHOR": AUTHOR, "CUDA_VISIBLE_DEVICES": ""}
        os.environ.pop("TERTULIA_RECOGNISER", None)
        talk(work, data)
        import_all(work)
        correct(data)
        train(data)
        break_off(data)
        note = noted(data)
        note["resumed"] = [resumed(data, work / f"again {number}") for number in (1, 2)]
        assert note["resumed"][0] == note["resumed"][1], note["resumed"]
        note["resumed"] = note["resumed"][0]
        shutil.copyfile(work / "again 1/runs/0003/adapter/adapter_model.safetensors", HERE / "resumed.safetensors")
        text = json.dumps(note, ensure_ascii=False, indent=1) + "\n"
        (HERE / "data-folder.json").write_text(moved(text, {**PLACES, str(data): "{DATA}"}), "utf-8")
        pack(data, HERE / "data-folder.tar.xz")
        first_schema(work / "first")
        pack(work / "first", HERE / "first-schema.tar.xz")


def tertulia(*arguments: str, status: int = 0) -> Any:
    """What a command said with --json."""
    command = [sys.executable, "-P", "-m", "tui.cli", *arguments, "--json"]
    ran = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    assert ran.returncode == status, (arguments, ran)
    return [json.loads(line) for line in ran.stdout.splitlines()]


# --- talking, importing -------------------------------------------------------------------------


def talk(work: Path, data: Path) -> None:
    """One typed session, one with a person's own recording, and those of the learner with an accent."""
    engine = Engine(data)
    engine.send(StartSession("A2", "conocerse"))
    engine.until(SessionStarted)
    for text in ("Hola, me llamo Ana.", "Ayer fue al mercado con mi hermana."):
        engine.until(State, state="idle")
        engine.send(Say(text))
        engine.until(Timings)
    engine.close()
    tertulia("talk", str(ROOT / "tests/data/es_read_1.wav"), "--level", "B1")
    texts = iter(sentences())
    for sitting, count in enumerate(SITTINGS):
        files = [write(work / f"{sitting} {number}.wav", next(texts)) for number in range(count)]
        tertulia("talk", *map(str, files))


class Engine:
    """The engine process, by its lines."""

    def __init__(self, data: Path) -> None:
        command = [sys.executable, "-P", "-m", "core.engine", "--data", str(data), "--no-sound"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    def send(self, command: protocol.Command) -> None:
        """Give a command."""
        assert self.process.stdin is not None
        self.process.stdin.write(protocol.lines.encode(command).encode() + b"\n")
        self.process.stdin.flush()

    def until(self, kind: type[protocol.Event], **fields: Any) -> None:
        """Wait for such an event."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            event = protocol.decode_event(line.decode())
            if isinstance(event, kind) and all(getattr(event, name) == value for name, value in fields.items()):
                return
        raise AssertionError(f"no {kind.__name__}")

    def close(self) -> None:
        """End it as the app does."""
        self.process.communicate()


def write(path: Path, *texts: str) -> Path:
    """A sound file in which the learner says this, half a second apart."""
    parts = [part for text in texts for part in (spoken(text), np.zeros(8_000, np.int16))]
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes((np.concatenate(parts) // SOFTER).astype("<i2").tobytes())
    return path


def import_all(work: Path) -> None:
    """A table with two speakers, subtitles, a TextGrid of two tiers, and audio without a word beside it."""
    texts = sentences()[-8:]
    corpus = work / "corpus"
    for folder in ("table", "subtitles", "praat", "audio"):
        (corpus / folder).mkdir(parents=True)
    rows = ["audio_path,transcript,duration,speaker,notes"]
    for number, speaker in ((0, "Luis"), (1, "Marta"), (2, "Luis")):
        write(corpus / f"table/{number}.wav", texts[number])
        rows.append(f'{number}.wav,"{texts[number] if number < 2 else ""}",,{speaker},')
    (corpus / "table/segments.csv").write_text("\n".join(rows) + "\n", "utf-8")
    first, second = (len(spoken(text)) / 16_000 for text in texts[3:5])
    write(corpus / "subtitles/clase.wav", *texts[3:5])
    cues = [(0.0, first, texts[3]), (first + 0.5, first + 0.5 + second, texts[4])]
    (corpus / "subtitles/clase.srt").write_text(
        "".join(f"{n}\n{clock(a)} --> {clock(b)}\n{text}\n\n" for n, (a, b, text) in enumerate(cues, 1)), "utf-8"
    )
    length, after = (len(spoken(text)) / 16_000 for text in texts[5:7])
    whole = length + after + 1.0
    write(corpus / "praat/dos.wav", *texts[5:7])
    tiers = (("Luis", 0.0, length, texts[5]), ("Marta", length + 0.5, length + 0.5 + after, texts[6]))
    (corpus / "praat/dos.TextGrid").write_text(textgrid(whole, tiers), "utf-8")
    write(corpus / "audio/sin texto.wav", texts[7])
    for folder in ("table", "subtitles/clase.srt", "praat/dos.TextGrid", "audio"):
        [done] = tertulia("import", str(corpus / folder))
        assert done["imported"] and not done["rejected"], done


def clock(seconds: float) -> str:
    """As subtitles have it."""
    milliseconds = round(1000 * seconds)
    return f"00:00:{milliseconds // 1000:02},{milliseconds % 1000:03}"


def textgrid(whole: float, tiers: tuple[tuple[str, float, float, str], ...]) -> str:
    """In Praat's long format, one interval with text in each tier."""
    lines = [
        'File type = "ooTextFile"', 'Object class = "TextGrid"', "", "xmin = 0", f"xmax = {whole}",
        "tiers? <exists>", f"size = {len(tiers)}", "item []:",
    ]  # fmt: skip
    for number, (name, start, end, text) in enumerate(tiers, 1):
        marks = [(0.0, start, ""), (start, end, text), (end, whole, "")]
        marks = [mark for mark in marks if mark[1] > mark[0]]
        lines += [
            f"item [{number}]:", 'class = "IntervalTier"', f'name = "{name}"', "xmin = 0", f"xmax = {whole}",
            f"intervals: size = {len(marks)}",
        ]  # fmt: skip
        for place, (a, b, said) in enumerate(marks, 1):
            lines += [f"intervals [{place}]:", f"xmin = {a}", f"xmax = {b}", f'text = "{said}"']
    return "\n".join(lines) + "\n"


# --- correcting, training -----------------------------------------------------------------------


def correct(data: Path) -> None:
    """Everything that can be done at the desk; the learner's sentences get their true texts."""
    texts = sentences()[: sum(SITTINGS)]
    with Store.open(data) as store:
        found = store.execute(
            "SELECT segments.id FROM turns JOIN segments ON segments.id = turns.segment_id ORDER BY turns.id"
        )
        segments = [row["id"] for row in found][1:]  # the first is of the person who reads
        imported = [row["id"] for row in store.execute("SELECT id FROM segments ORDER BY id")][-8:]
    assert len(segments) == len(texts)
    for segment, text in zip(segments[:-3], texts, strict=False):
        tertulia("correct", str(segment), "--text", text)
    flagged, aside, unsure = map(str, segments[-3:])
    tertulia("correct", flagged, "--flag", "noise", "--note", "una moto pasa")
    tertulia("correct", aside, "--skip")
    tertulia("correct", unsure, "--unsure")
    tertulia("correct", "--undo")
    tertulia("correct", "--redo")
    tertulia("correct", aside, "--reopen")
    tertulia("correct", str(segments[0]), "--text", "Esto no lo dijo nadie.")
    tertulia("correct", "--undo")
    with Store.open(data) as store:
        desk = Desk(store, AUTHOR)
        typed = desk.card(int(aside))
        desk.draft(typed, "a medio escr")
        whole = desk.card(imported[3])
        desk.split(whole, len(whole.text) // 2)
        other = desk.card(imported[5])
        desk.trim(other, other.row.start + 800, other.row.end)
        desk.accept(desk.card(imported[7]), sentences()[-1], listened=2.5, seconds=8.0, keystrokes=31)
    tertulia("split", "--shares", "70,15,15")


def train(data: Path) -> None:
    """Version v1 is in use, after v2 was promoted, gone back from and deleted; a third run was stopped midway."""
    knobs = [f"--set={name}={json.dumps(value)}" for name, value in KNOBS.items()]
    for version in ("v1", "v2"):
        tertulia("train", *knobs, f"--set=seed={version[1:]}")
        tertulia("promote", version, "--force")
        heard_anew(data)
    tertulia("versions", "--tag", "v1", "casa")
    tertulia("rollback")
    heard_anew(data)
    tertulia("versions", "--delete", "v2")
    longer = {"max_steps": 10, "evaluate_every": 5, "checkpoint_every": 2, "keep_checkpoints": 2}
    knobs = [f"--set={name}={json.dumps(value)}" for name, value in {**KNOBS, **longer, "seed": 3}.items()]
    tertulia("train", *knobs, "--detach")
    events = data / "runs/0003/events.jsonl"
    wait(lambda: events.exists() and '"step": 4' in events.read_text("utf-8"))
    tertulia("stop", "3")


def heard_anew(data: Path) -> None:
    """Wait until what a change of the recogniser leads to is over: a process of its own hears all anew."""
    wait(lambda: rehearing(data) is None)


def wait(done: Any) -> None:
    """Until that is so."""
    while not done():
        time.sleep(0.1)


def break_off(data: Path) -> None:
    """The engine is killed while the learner speaks."""
    engine = Engine(data)
    engine.send(StartSession("A2", "conocerse", greet=False))
    engine.until(SessionStarted)
    engine.send(Listen(file=str(ROOT / "tests/data/es_read_1.wav"), realtime=True))
    engine.until(protocol.Level)
    wait(lambda: sum(path.stat().st_size for path in data.glob("journal/*.pcm")) > 40_000)
    engine.process.send_signal(signal.SIGKILL)
    engine.process.wait()


# --- what there is now ----------------------------------------------------------------------------


def noted(data: Path) -> dict[str, Any]:
    """What the commands and the tables say."""
    with contextlib.closing(sqlite3.connect(data / "tertulia.db")) as database:
        database.row_factory = sqlite3.Row
        rows = {
            name: [dict(row) for row in database.execute(query)]
            for name, query in {
                "sessions": "SELECT id, level, scenario FROM sessions ORDER BY id",
                "turns": "SELECT session_id, role, text, origin, status, segment_id FROM turns ORDER BY id",
                "segments": 'SELECT id, recording_id, start, "end", speaker, status, reason, reference, heard, '
                "model, split, note, revision FROM segments ORDER BY id",
                "corrections": "SELECT segment_id, author, kind, before, after FROM corrections ORDER BY id",
                "actions": "SELECT author, kind, summary FROM actions ORDER BY id",
                "drafts": "SELECT segment_id, author, text FROM drafts",
                "recordings": "SELECT sha256, samples, source, origin FROM recordings ORDER BY id",
                "promotions": "SELECT version_id, reason FROM promotions ORDER BY id",
            }.items()
        }
        schema = database.execute("PRAGMA user_version").fetchone()[0]
    states = {}
    for folder in sorted((data / "runs").glob("*/")):
        watch = Watch(folder)
        watch.poll()
        states[folder.name] = {
            name: value for name, value in asdict(watch.state).items() if not name.startswith("_")
        }
    versions = tertulia("versions")
    del versions[-1]["folder"]  # of the starter, wherever it lies
    return {
        "commit": "ff48662", "schema": schema, "starter": base_hash(STARTER / "recogniser"), **rows,
        "stats": tertulia("stats")[0],
        "queue": tertulia("queue", "--status", "all", "--limit", "100")[0], "runs": tertulia("runs"),
        "versions": versions, "states": states,
        "v1": load_ear(data, "v1").recognise(read_audio(ROOT / "tests/data/es_read_1.wav")).text,
    }  # fmt: skip


def resumed(data: Path, copy: Path) -> dict[str, Any]:
    """How the stopped run ends when it is resumed, in a copy of the data folder."""
    shutil.copytree(data, copy)
    rebase(copy / "runs/0003", {str(data): str(copy)})
    os.environ["TERTULIA_HOME"] = str(copy)
    try:
        *_, last = tertulia("resume", "3")
    finally:
        os.environ["TERTULIA_HOME"] = str(data)
    events = [json.loads(line) for line in (copy / "runs/0003/events.jsonl").read_text("utf-8").splitlines()]
    report = json.loads((copy / "runs/0003/report.json").read_text("utf-8"))
    return {
        "losses": {event["step"]: event["loss"] for event in events if event["event"] == "step"},
        "wers": {event["step"]: event["wer"] for event in events if event["event"] == "eval"},
        "adapter": sha256(copy / "runs/0003/adapter/adapter_model.safetensors"),
        "version": sha256(copy / "runs/0003/version/recogniser-ct2/model.bin"),
        "heard": [clip["heard"] for clip in report["after"]["sets"]["test"]],
        "name": last.get("version"),
    }  # fmt: skip


def sha256(path: Path) -> str:
    """Of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


# --- archives -------------------------------------------------------------------------------------


def rebase(folder: Path, places: dict[str, str]) -> None:
    """Change paths in the text files of a run, and the hashes by which its checkpoints know them again."""
    for path in folder.rglob("*"):
        if path.suffix in TEXTS and path.is_file():
            path.write_text(moved(path.read_text("utf-8"), places), "utf-8")
    for state in folder.glob("checkpoints/*/state.json"):
        body = json.loads(state.read_text("utf-8"))
        body |= {name: sha256(folder / name) for name in ("job.json", "manifest.jsonl")}
        state.write_text(json.dumps(body), "utf-8")
        manifest = state.with_name("manifest.json")
        hashes = json.loads(manifest.read_text("utf-8")) | {"state.json": sha256(state)}
        manifest.write_text(json.dumps(hashes), "utf-8")


def moved(text: str, places: dict[str, str]) -> str:
    """A text with other paths in it."""
    for old, new in places.items():
        text = text.replace(old, new)
    return text


def pack(folder: Path, archive: Path) -> None:
    """Pack a data folder, without what no test needs and without this machine's paths."""
    copy = folder.with_name(folder.name + " packed")
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
    for run in copy.glob("runs/*/"):
        rebase(run, {**PLACES, str(folder): "{DATA}"})
    with tarfile.open(archive, "w:xz", preset=9) as file:
        file.add(copy, ".", filter=nobody)


def nobody(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """An entry that says nothing of who made it."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry


def first_schema(data: Path) -> None:
    """A data folder of schema 1: a spoken conversation of three turns, two of which were corrected."""
    known, migrations.MIGRATIONS = migrations.MIGRATIONS, migrations.MIGRATIONS[:1]
    with Store.open(data) as store:
        migrations.MIGRATIONS = known
        sound = np.zeros(48_000, np.int16)
        sound[0] = 1
        recording = store.insert(
            "recordings", sha256=AudioFolder(data).put(sound), samples=48_000, source="microphone",
            origin="Built-in", created_at=MOMENT,
        )  # fmt: skip
        session = start_session(store, "A2", "conocerse", "r", "t", "v")
        for number, heard in enumerate((None, "tengo veinte anos", "no se")):
            segment = add_old_segment(store, recording, number * 16_000, (number + 1) * 16_000, f"j{number}")
            add_turn(store, session, "learner", heard or "", "spoken")
            store.execute("UPDATE turns SET segment_id = ? WHERE id = ?", (segment, number + 1))
            if heard:
                add_old_hypothesis(store, segment, "ear 1", heard, 0.5)
        add_old_correction(store, 2, None, "Tengo veinte años.")
        add_old_correction(store, 3, None, "Ño sé.")
        add_old_correction(store, 3, "Ño sé.", None)


if __name__ == "__main__":
    main()
