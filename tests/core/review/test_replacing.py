"""Find and replace: looked at first, done as one action, undone by one key, and nobody's work is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.review import patterns, replacing
from core.review.desk import Desk
from core.review.repeat_correction import differences
from core.review.replacing import ReplacementPlan, cased
from store.database import Store
from store.errors import StoreError
from store.segments.edits import ConflictError
from store.segments.queue import View
from store.segments.table import add_hypothesis, segment
from tests.core.review.desk_segments import heard, recording, words
from tests.properties import examples


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(Store.open(tmp_path), "ana")


def say(desk: Desk, *texts: str) -> list[int]:
    where = recording(desk.store, 2.0 * len(texts) + 60)
    return [heard(desk.store, text, 2.0 * n, where=where) for n, text in enumerate(texts)]


def would(plan: ReplacementPlan) -> list[str]:
    return [hit.after for hit in plan.hits]


def test_whole_words_in_the_case_they_were_found_in(desk: Desk) -> None:
    say(desk, "La casa.", "Casa y CASA", "las casas", "¿casa?", "la cása", "perro")
    plan = desk.plan_replacement("casa", "perro")
    assert would(plan) == ["La perro.", "Perro y PERRO", "¿perro?"]
    assert (plan.find, plan.replace) == ("casa", "perro")
    assert [hit.before for hit in plan.hits] == ["La casa.", "Casa y CASA", "¿casa?"]
    assert would(desk.plan_replacement("casa", "perro", match_case=True)) == ["La perro.", "¿perro?"]
    assert would(desk.plan_replacement("cas", "PER", whole_words=False, match_case=True)) == [
        "La PERa.", "las PERas", "¿PERa?",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("find", "replace", "text", "expected"),
    [
        ("que", "qué", "¿Que qué QUE?", "¿Qué qué QUÉ?"),
        ("año", "curso", "el año y el ano y AÑO", "el curso y el ano y CURSO"),
        ("madrid", "Madrid", "madrid y MADRID", "Madrid y Madrid"),
        ("la paz", "La Paz", "en la paz.", "en La Paz."),
        ("Casa", "Perro", "casa Casa CASA", "perro Perro PERRO"),
        ("a", "e", "A a", "E e"),
        ("eh", "", "Eh, bueno, eh sí", ", bueno, sí"),
        ("¿", "¡", "¿Hola?", "¡Hola?"),
        ("pa'", "para", "pa' mí", "para mí"),
        ("de el", "del", "de el día; De el", "del día; Del"),
        ("c++", "c", "c++ y c", "c y c"),
        ("100%", "todo", "al 100%", "al todo"),
    ],
)
def test_what_is_typed_is_taken_literally(desk: Desk, find: str, replace: str, text: str, expected: str) -> None:
    say(desk, text)
    assert would(desk.plan_replacement(find, replace)) == [expected]


def test_expressions_may_refer_to_what_they_found(desk: Desk) -> None:
    say(desk, "el 2 de mayo", "EL 14 de julio", "nada")
    plan = desk.plan_replacement(r"el (\d+) de", r"el día \1 de", regex=True)
    assert would(plan) == ["el día 2 de mayo", "el día 14 de julio"]
    assert would(desk.plan_replacement(r"^el ", "", regex=True, match_case=True)) == ["2 de mayo"]
    assert would(desk.plan_replacement(r"(?i)^el (?P<n>\d+)", r"\g<n>\n\007", regex=True, match_case=True)) == [
        "2 de mayo", "14 de julio",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("find", "replace", "sentence"),
    [("(", "", "no regular expression"), ("a{99999999999}", "", "no regular"), ("[z-a]", "", "position"),
     ("a", r"\2", "cannot stand for"), ("a", r"\g<x>", "cannot stand for"), ("", "x", "nothing to find")],
)  # fmt: skip
def test_an_expression_that_is_none_is_one_sentence(desk: Desk, find: str, replace: str, sentence: str) -> None:
    say(desk, "nada")
    with pytest.raises(StoreError, match=sentence) as refused:
        desk.plan_replacement(find, replace, regex=True)
    assert "\n" not in str(refused.value)


def test_a_pattern_that_never_ends_is_stopped() -> None:
    for pattern, text in ((r"(a+)+$", "a" * 60 + "!"), ("(((a?){1000}){1000}){1000}", "")):
        with pytest.raises(StoreError, match="repetition"):
            patterns.replaced([text], pattern, "", match_case=True, seconds=1)


def test_only_what_was_chosen_is_done_and_it_is_one_action(desk: Desk) -> None:
    numbers = say(desk, "la caza", "una caza", "otra caza", "la caza azul")
    desk.accept(desk.card(numbers[1]), "una caza.")
    plan = desk.plan_replacement("caza", "casa")
    assert [hit.verified for hit in plan.hits] == [False, True, False, False]
    done = desk.carry_out(plan, [numbers[0], numbers[1], numbers[3], 999])
    assert done.segments == (numbers[0], numbers[1], numbers[3])
    assert done.left_out == ()
    now = [segment(desk.store, number) for number in numbers]
    assert [one.text for one in now] == ["la casa", "una casa.", "otra caza", "la casa azul"]
    # What somebody verified stays verified; what nobody listened to still waits for it.
    assert [one.status for one in now] == ["new", "corrected", "new", "new"]
    assert [one.proposal for one in now] == ["la casa", None, None, "la casa azul"]
    assert desk.card(numbers[1]).row.errors == 1
    desk.undo()
    assert [segment(desk.store, number).text for number in numbers] == [
        "la caza", "una caza.", "otra caza", "la caza azul",
    ]  # fmt: skip
    assert "caza → casa" in desk.history(1)[0].summary


def test_what_was_changed_since_the_preview_is_left_out_and_told(desk: Desk) -> None:
    numbers = say(desk, "la caza", "una caza", "otra caza")
    plan = desk.plan_replacement("caza", "casa")
    luis = Desk(Store.open(desk.store.folder), "luis")
    luis.accept(luis.card(numbers[1]), "¡Una caza!")
    add_hypothesis(desk.store, numbers[2], "big", "otra plaza", words("otra plaza"), 0.1)
    done = desk.carry_out(plan, numbers)
    assert done.segments == (numbers[0],)
    assert [hit.segment for hit in done.left_out] == numbers[1:]
    assert [segment(desk.store, number).text for number in numbers] == ["la casa", "¡Una caza!", "otra plaza"]
    with pytest.raises(ConflictError, match="luis"):
        desk.carry_out(plan, [numbers[1]])
    with pytest.raises(ConflictError, match="big"):
        desk.carry_out(plan, [numbers[2]])
    with pytest.raises(StoreError, match="nothing to change"):
        desk.carry_out(plan, [])


def test_a_plan_is_no_longer_than_one_action_may_be(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replacing, "MOST", 2)
    say(desk, "la caza", "una caza", "otra caza")
    plan = desk.plan_replacement("caza", "casa")
    assert (len(plan.hits), plan.more) == (2, 1)
    desk.carry_out(plan, [hit.segment for hit in plan.hits])
    rest = desk.plan_replacement("caza", "casa")
    assert (would(rest), rest.more) == (["otra casa"], 0)


def test_a_view_limits_where_is_looked(desk: Desk) -> None:
    numbers = say(desk, "la caza", "una caza", "otra caza")
    desk.speaker(desk.card(numbers[0]), "Luis")
    desk.skip(desk.card(numbers[2]))
    assert would(desk.plan_replacement("caza", "casa", view=View(status="all", speaker="Ana"))) == [
        "una casa", "otra casa",
    ]  # fmt: skip
    assert would(desk.plan_replacement("caza", "casa", view=View(status="new"))) == ["la casa", "una casa"]
    desk.split(desk.card(numbers[0]), 3)
    assert would(desk.plan_replacement("caza", "casa")) == ["una casa", "otra casa", "casa"]


TEXTS = st.lists(st.text("aeñáÁsS ¿.,'%_-1ß", min_size=1, max_size=12), min_size=1, max_size=5)


@examples(40)
@given(TEXTS, st.text("aeñáÁsS ¿.'%_-1ß", min_size=1, max_size=3), st.booleans(), st.booleans())
def test_nothing_is_overlooked_however_it_is_searched(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], find: str, whole_words: bool, match_case: bool
) -> None:
    desk = Desk(Store.open(tmp_path_factory.mktemp("found")), "ana")
    numbers = say(desk, *texts)
    try:
        plan = desk.plan_replacement(find, "X", whole_words=whole_words, match_case=match_case)
    except StoreError:
        assert not find.strip()
        return
    everything = replacing.ALL, ("TRUE", [])
    find = find.strip()
    pattern = replacing.re.compile(
        replacing.whole(find) if whole_words else replacing.re.escape(find),
        0 if match_case else replacing.re.IGNORECASE,
    )
    scanned = replacing.hits(desk.store, *everything, replacing.by_pattern(pattern, lambda found: "X"))
    assert [hit.segment for hit in plan.hits] == [hit.segment for hit in scanned]
    before = [segment(desk.store, number).text for number in numbers]
    if plan.hits:
        desk.carry_out(plan, [hit.segment for hit in plan.hits])
        assert {hit.segment: hit.after for hit in plan.hits}.items() <= {
            number: segment(desk.store, number).text for number in numbers
        }.items()
        desk.undo()
    assert [segment(desk.store, number).text for number in numbers] == before


@pytest.mark.parametrize(
    ("replacement", "found", "like", "expected"),
    [("perro", "CASA", "casa", "PERRO"), ("perro", "Casa", "casa", "Perro"), ("él", "A", "a", "Él"),
     ("La Paz", "CASA", "casa", "LA PAZ"), ("", "Casa", "casa", ""), ("x", "Casa", "", "x")],
)  # fmt: skip
def test_the_case_of_what_was_found_is_kept(replacement: str, found: str, like: str, expected: str) -> None:
    assert cased(replacement, found, like) == expected


# --- the same correction everywhere -------------------------------------------------------------------------


def test_what_is_no_word_is_fixed_wherever_it_was_heard(desk: Desk) -> None:
    numbers = say(desk, "voy a la guarbería", "Guarbería nueva", "la guarbería, sí", "la guardería")
    desk.accept(desk.card(numbers[0]), "Voy a la guardería.")
    plan = desk.like_this("guarbería", "guardería", numbers[0])
    assert (plan.find, would(plan)) == ("guarbería", ["Guardería nueva", "la guardería, sí"])
    desk.carry_out(plan, [hit.segment for hit in plan.hits])
    assert segment(desk.store, numbers[2]).proposal == "la guardería, sí"


def test_a_word_that_is_often_right_needs_its_neighbours(desk: Desk) -> None:
    numbers = say(
        desk, "el perro a comido", "voy a casa", "mi perro a comido ya", "el perro a casa", "el gato, a comido"
    )
    desk.accept(desk.card(numbers[3]), "el perro a casa")
    desk.accept(desk.card(numbers[0]), "El perro ha comido.")
    plan = desk.like_this("a", "ha", numbers[0])
    assert (plan.find, would(plan)) == ("[a] comido", ["mi perro ha comido ya", "el gato, ha comido"])


def test_what_was_accepted_elsewhere_speaks_against_a_context(desk: Desk) -> None:
    numbers = say(desk, "él a ido", "a ido a casa", "ella a ido", "dice que él a ido")
    desk.accept(desk.card(numbers[1]), "a ido a casa")  # somebody did say so
    desk.accept(desk.card(numbers[0]), "Él ha ido.")
    plan = desk.like_this("a", "ha", numbers[0])
    assert (plan.find, would(plan)) == ("él [a]", ["dice que él ha ido"])


def test_missing_words_are_put_between_the_same_two(desk: Desk) -> None:
    numbers = say(desk, "vamos comer ya", "Vamos, comer no", "vamos al comer", "comer vamos")
    desk.accept(desk.card(numbers[0]), "vamos a comer ya")
    plan = desk.like_this("", "a", numbers[0])
    assert (plan.find, would(plan)) == ("vamos [] comer", ["Vamos, a comer no"])


def test_words_too_many_go(desk: Desk) -> None:
    numbers = say(desk, "la la casa azul", "en la la casa", "la casa")
    desk.accept(desk.card(numbers[0]), "la casa azul")
    assert would(desk.like_this("la", "", numbers[0])) == ["en la casa"]


def test_capitals_and_marks_can_be_the_correction(desk: Desk) -> None:
    numbers = say(desk, "vivo en madrid.", "está en madrid hoy", "en Madrid así")
    desk.accept(desk.card(numbers[0]), "vivo en Madrid.")
    assert would(desk.like_this("madrid.", "Madrid.", numbers[0])) == ["está en Madrid hoy"]


def test_a_lone_mark_is_not_replaced_everywhere(desk: Desk) -> None:
    numbers = say(desk, "sí , claro", "no, claro", "bueno , claro")
    desk.accept(desk.card(numbers[0]), "sí … claro")
    plan = desk.like_this(",", "…", numbers[0])
    assert (plan.find, would(plan)) == ("[,] claro", ["bueno … claro"])


def test_a_correction_that_was_not_made_is_refused(desk: Desk) -> None:
    [number] = say(desk, "la casa")
    for before, after in (("perro", "gato"), ("casa", "casa"), ("", "x")):
        with pytest.raises(StoreError, match=r"correction|same"):
            desk.like_this(before, after, number)


def test_what_was_added_to_silence_is_not_added_everywhere(desk: Desk) -> None:
    silent, _ = say(desk, "", "adiós")
    desk.accept(desk.card(silent), "hola")
    with pytest.raises(StoreError, match="Nothing was heard around"):
        desk.like_this("", "hola", silent)


def test_differences_are_told_word_by_word() -> None:
    found = differences("me gusta la caza, grande", "Me gusta mucho la casa, grande")
    assert [(one.before, one.after) for one in found] == [("me", "Me"), ("", "mucho"), ("caza", "casa")]
    assert found[2].left == ("me", "gusta", "la")
    assert found[2].right == ("grande",)
