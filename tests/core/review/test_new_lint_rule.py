"""A rule is a file and a row: what is stored already is judged by it after the next start."""

from __future__ import annotations

import ast
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.dataset import stats
from core.review import derived_columns
from core.review.derived_columns import catch_up, outdated, refresh
from core.review.desk import Desk
from core.review.lint import rules
from core.review.lint.rules import Rule, Transcript, Warned
from store.check import check
from store.database import Store, Value
from store.segments.queue import View, count
from tests.core.review.desk_makings import correct, heard, recording


def always(said: Transcript) -> Iterator[Warned]:
    yield Warned("always", "This is always said.")


ALWAYS = Rule("always", 1 << 40, "What is always said", always)
TEXTS = ("Ayer fui al mercado.", "Compré dos kilos.", "Hace calor hoy.", "No lo sé.", "Hasta mañana.")


KILLED = """
import sys
from pathlib import Path
from core.review import derived_columns
from store.database import Store
from tests.core.review.test_new_lint_rule import one_more_rule

def wait(done):
    print(done, flush=True)
    sys.stdin.read()

derived_columns.JUDGED_AT_ONCE = 2
with one_more_rule(), Store.open(Path(sys.argv[1])) as store:
    derived_columns.judge_again(store, on_progress=wait)
"""
"""Judges two segments, says so, and waits to be killed."""


@contextmanager
def one_more_rule(rule: Rule = ALWAYS) -> Iterator[None]:
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(rules, "RULES", (*rules.RULES, rule))
            patch.setattr(rules, "BITS", {**rules.BITS, rule.code: rule.bit})
            patch.setattr(stats, "RULES", rules.RULES)
            rules.version.cache_clear()
            yield
    finally:
        rules.version.cache_clear()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path) as store:
        where = recording(store, 1)
        for place, text in enumerate(TEXTS):
            heard(store, where, text, start=4.0 * place)
        assert catch_up(store) == 0 and outdated(store) == 0
        yield store


def bits(store: Store) -> list[int]:
    return [row["warnings"] for row in store.execute("SELECT warnings FROM segments ORDER BY id")]


def test_a_new_rule_reaches_card_queue_and_figures_and_goes_with_the_rule(store: Store) -> None:
    before = bits(store)
    with one_more_rule():
        assert outdated(store) == catch_up(store) == len(TEXTS)
        assert bits(store) == [was | ALWAYS.bit for was in before]
        assert count(store, View(warnings=ALWAYS.bit)) == len(TEXTS)
        assert stats.stats(store, "ana").warnings["always"] == len(TEXTS)
        assert "always" in [one.code for one in Desk(store, "ana").card(1, View()).warnings]
        assert catch_up(store) == 0
    assert catch_up(store) == len(TEXTS)
    assert bits(store) == before and count(store, View(warnings=ALWAYS.bit)) == 0


def test_stopped_half_way_it_goes_on_where_it_was(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(derived_columns, "JUDGED_AT_ONCE", 2)
    with one_more_rule():
        assert catch_up(store, lambda: outdated(store) < len(TEXTS)) == 2
        assert outdated(store) == len(TEXTS) - 2
        assert catch_up(store) == len(TEXTS) - 2 and outdated(store) == 0


def test_nothing_but_the_warnings_is_touched(store: Store) -> None:
    correct(store, 2, "Compré tres kilos.")
    columns = "SELECT id, revision, status, text, expected, length, sameness, errors, doubt FROM segments"
    journal = "SELECT count(*) AS entries FROM corrections"
    before = [tuple(row) for row in store.execute(columns)], store.execute(journal)[0]["entries"]
    with one_more_rule():
        assert catch_up(store) == len(TEXTS)
    assert ([tuple(row) for row in store.execute(columns)], store.execute(journal)[0]["entries"]) == before


def test_what_somebody_changes_meanwhile_keeps_what_it_was_judged(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other writer is there between reading and writing: its warnings are about its own text."""
    read = store.execute

    def execute(sql: str, values: Sequence[Value] = ()) -> list[sqlite3.Row]:
        found = read(sql, values)
        if sql == derived_columns.OTHERS and found:
            monkeypatch.setattr(store, "execute", read)
            correct(store, 1, "Ayer fui al al mercado.")
        return found

    with one_more_rule():
        monkeypatch.setattr(store, "execute", execute)
        catch_up(store)
        assert bits(store)[0] == rules.BITS["double"] | ALWAYS.bit


def test_the_version_follows_from_rows_and_source(tmp_path: Path, store: Store) -> None:
    known = rules.version()
    with one_more_rule():
        assert rules.version() != known
    with one_more_rule(Rule("other", ALWAYS.bit, ALWAYS.sentence, always)):
        assert rules.version() != known
    assert rules.version() == known
    for rule in rules.RULES:
        assert all((Path(rules.__file__).parents[3] / path).is_file() for path in rule.by)


def test_what_the_rules_take_from_outside_their_folder_counts() -> None:
    folder = Path(rules.__file__).parent
    taken = {
        f"{node.module.replace('.', '/')}.py"
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        and node.module
        and node.module.startswith(("core.", "models.", "store."))
        and not node.module.startswith("core.review.lint")
    }
    named = {path for rule in rules.RULES for path in rule.by}
    assert "core/conversation/grammar.py" in taken and taken <= named, (
        "name it in the row of the rule that takes it"
    )


def test_killed_half_way_it_goes_on_where_it_was(store: Store) -> None:
    before = check(store)
    command = [sys.executable, "-P", "-c", KILLED, str(store.folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout and child.stdout.readline() == "2\n"
        child.kill()
    assert sum(bool(each & ALWAYS.bit) for each in bits(store)) == 2 and check(store) == before
    with one_more_rule():
        assert catch_up(store) == len(TEXTS) - 2 and outdated(store) == 0
        assert count(store, View(warnings=ALWAYS.bit)) == len(TEXTS)


def test_a_bit_is_one_rules_own() -> None:
    assert len(set(rules.BITS.values())) == len(rules.RULES)
    assert all(bit.bit_count() == 1 for bit in rules.BITS.values())


def test_what_was_written_without_being_judged_is_judged(store: Store) -> None:
    store.execute("UPDATE segments SET rules = 0, warnings = 0 WHERE id = 3")
    assert catch_up(store) == 1
    refresh(store, [3])
    assert outdated(store) == 0
