"""A learner at the Talk screen: what is shown of a conversation, and what the keys ask of the engine."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from textual.geometry import Region

from core.engine.protocol import (
    Cancel,
    Done,
    Error,
    Event,
    Feedback,
    Heard,
    Hello,
    Hush,
    Level,
    Listen,
    Ready,
    Recovered,
    Replay,
    ReplyText,
    Say,
    SessionStarted,
    StartSession,
    State,
    Timings,
    TurnLost,
    TurnStored,
    Warning,
)
from tests.tui.driver import app_with
from tui.app import TertuliaApp
from tui.pictures.talk import CONVERSATION
from tui.shell.header_and_keys import HeaderLine
from tui.stand_ins import BEGINNING, RecitingEngine
from tui.talk.new_session import NewSession


async def test_a_spoken_turn_is_shown_with_its_doubts_its_note_and_its_timing(tmp_path: Path) -> None:
    async with app_with(tmp_path, [*BEGINNING, *CONVERSATION[:8]]) as it:
        seen = it.seen()
        assert "You     El sábado fue al mercado con mi hermano." in seen
        assert "90 %" in seen
        assert "“fue al mercado” → “fui al mercado”" in seen
        assert "Tutor   ¡Qué bien! ¿Y qué compraste en el mercado?" in seen
        assert "you→voice 412 ms" in seen
        assert "hermano." in it.marked("underline")
        assert "mercado" not in it.marked("underline")


async def test_the_same_conversation_uses_the_margin_of_a_wide_screen(tmp_path: Path) -> None:
    async with app_with(tmp_path, [*BEGINNING, *CONVERSATION], size=(120, 40)) as it:
        line = next(line for line in it.seen().splitlines() if "“fui al mercado”" in line)
        assert line.index("│") > 70


async def test_space_talks_and_space_again_is_done(tmp_path: Path) -> None:
    async with app_with(tmp_path, [*BEGINNING, State("idle")]) as it:
        assert "space talk" in it.seen()
        await it.press("space", "space")
        assert it.engine.asked == [StartSession("A2", "conocerse"), Listen(), Done()]
        await it.engine_says(State("listening"), Level(0.2, 0.4, 0.9, 1.5, 0.3, 16_000))
        assert "● listening   1.5 s   pause 0.3 s   1.0 s safe on disk" in it.seen()
        await it.engine_says(State("thinking"))
        assert "thinking" in it.seen()


async def test_a_quick_key_shows_listening_until_the_engine_says_otherwise(tmp_path: Path) -> None:
    async with app_with(tmp_path, [*BEGINNING, State("idle")]) as it:
        await it.press("space")
        assert "listening" in it.seen()
        await it.engine_says(Error("There is no microphone: connect one."))
        assert "ready" in it.seen()
        assert "There is no microphone: connect one." in it.toasts()


async def test_escape_drops_the_turn_and_x_hushes(tmp_path: Path) -> None:
    async with app_with(tmp_path, [*BEGINNING, State("listening")]) as it:
        await it.press("escape")
        await it.engine_says(State("speaking"))
        await it.press("x", "space")
        assert it.engine.asked[1:] == [Cancel(), Hush(), Hush(), Listen()]


async def test_hands_free_begins_when_it_is_quiet_and_ends_with_the_same_key(tmp_path: Path) -> None:
    async with app_with(tmp_path, [*BEGINNING, State("speaking")]) as it:
        await it.press("l")
        assert it.engine.asked[1:] == []
        await it.engine_says(State("idle"))
        assert it.engine.asked[1:] == [Listen(hands_free=True)]
        await it.engine_says(State("listening"))
        assert "hands-free" in it.seen()
        await it.press("l")
        assert it.engine.asked[2:] == [Cancel()]


async def test_hands_free_does_not_ask_again_and_again_for_a_microphone_that_fails(tmp_path: Path) -> None:
    async with app_with(tmp_path, [*BEGINNING, State("idle")]) as it:
        await it.press("l")
        await it.engine_says(Error("There is no microphone: connect one."), State("thinking"), State("idle"))
        assert it.engine.asked[1:] == [Listen(hands_free=True)]


async def test_writing_takes_letters_for_letters_and_enter_sends(tmp_path: Path) -> None:
    async with app_with(tmp_path, [*BEGINNING, State("idle")]) as it:
        await it.press("i", *"1 quiz", "question_mark")
        assert it.talk.input.value == "1 quiz?"
        assert "enter send" in it.seen() and "F2 talk" in it.seen()
        await it.press("f2", "f2", "enter")
        assert it.engine.asked[1:] == [Listen(), Done(), Say("1 quiz?")]
        await it.engine_says(State("thinking"))
        await it.press("escape", "2")
        assert it.app.current_mode == "correct"


async def test_what_the_engine_refuses_comes_back_to_the_line(tmp_path: Path) -> None:
    async with app_with(tmp_path, [*BEGINNING, State("idle")]) as it:
        await it.press("i", *"hola", "enter")
        assert it.talk.input.value == ""
        await it.engine_says(Error("The disk is full: make room."))
        assert it.talk.input.value == "hola"
        await it.press("enter")
        await it.engine_says(TurnStored(1, "learner", "hola", "typed"), Error("Something else."))
        assert it.talk.input.value == ""


async def test_words_written_too_early_stay_in_the_line(tmp_path: Path) -> None:
    async with app_with(tmp_path, [Hello(1, "/data")]) as it:
        await it.press("i", *"hola", "enter")
        assert it.talk.input.value == "hola"
        assert it.engine.asked == []


async def test_suggestions_go_to_the_line_one_after_the_other(tmp_path: Path) -> None:
    async with app_with(tmp_path, [*BEGINNING, *CONVERSATION[:-1], State("idle")]) as it:
        await it.press("a", "a")
        assert it.talk.input.value == "No, no sé cocinar."
        assert "▸ No, no sé cocinar." in it.seen()
        await it.press("A", "A")
        assert it.talk.input.value == ""
        await it.press("a", "a", "enter", "down")
        assert it.talk.input.value == "Mi hermano cocina muy bien."
        await it.press("up", "up", "enter")
        assert it.engine.asked[-1] == Say("Sí, cocino todos los días.")


async def test_what_somebody_wrote_comes_back_after_the_last_suggestion(tmp_path: Path) -> None:
    async with app_with(tmp_path, [*BEGINNING, *CONVERSATION[:-1], State("idle")]) as it:
        await it.press("i", *"mío", "down", "down", "down")
        assert it.talk.input.value == "Mi hermano cocina muy bien."
        await it.press("down")
        assert it.talk.input.value == "mío"
        await it.pilot.click(it.talk.suggestions, offset=(12, 1))
        assert it.talk.input.value == "No, no sé cocinar." and it.talk.writing
        await it.press("up", "up")
        assert it.talk.input.value == "mío"


async def test_any_turn_can_be_heard_again_and_slower(tmp_path: Path) -> None:
    async with app_with(tmp_path, [*BEGINNING, *CONVERSATION[:-1], State("idle")]) as it:
        await it.press("r")
        await it.press("up", "k", "k", "k", "s")
        assert "▌You     El sábado" in it.seen()
        await it.press("home", "r", "end", "s")
        assert it.engine.asked[1:] == [Replay(5), Replay(2, 0.7), Replay(1), Replay(5, 0.7)]


async def test_a_click_chooses_a_turn_and_a_click_on_a_key_presses_it(tmp_path: Path) -> None:
    async with app_with(tmp_path, [*BEGINNING, *CONVERSATION[:-1], State("idle")]) as it:
        await it.pilot.click(it.talk.conversation, offset=(12, 0))
        assert it.talk.conversation.chosen == 0
        at = it.seen().splitlines()[-1].index("r replay")
        await it.pilot.click(offset=(at, 23))
        await it.pilot.pause()
        assert it.engine.asked[-1] == Replay(1)


async def test_the_mouse_can_select_what_was_said(tmp_path: Path) -> None:
    async with app_with(tmp_path, [*BEGINNING, *CONVERSATION[:-1]]) as it:
        await it.pilot.mouse_down(it.talk.conversation, offset=(9, 0))
        await it.pilot.hover(it.talk.conversation, offset=(14, 0))
        await it.pilot.mouse_up(it.talk.conversation, offset=(14, 0))
        assert it.talk.get_selected_text() == "¡Hola!"


async def test_a_reply_grows_while_it_is_written(tmp_path: Path) -> None:
    beginning: list[Event] = [TurnStored(1, "tutor", "", "generated"), ReplyText(1, "¡Muy")]
    async with app_with(tmp_path, [*BEGINNING, *beginning]) as it:
        assert "¡Muy▌" in it.seen()
        await it.engine_says(ReplyText(1, "¡Muy bien!", final=True, suggestions=["Gracias."]))
        assert "¡Muy bien!" in it.seen() and "▌" not in it.seen()
        assert "Try a   Gracias." in it.seen()


async def test_a_later_revision_replaces_what_an_earlier_one_said(tmp_path: Path) -> None:
    first: list[Event] = [
        TurnStored(1, "learner", "", "spoken", 2.0),
        Heard(1, "tengo hambre", [{"word": "tengo", "probability": 0.3}], 0.3),
        Feedback(1, [{"said": "tengo", "better": "tenía", "why": ""}]),
    ]
    async with app_with(tmp_path, [*BEGINNING, *first]) as it:
        assert "tenía" in it.seen() and "tengo" in it.marked("underline")
        await it.engine_says(Heard(1, "tengo un hermano", [], 0.9, revision=2), Heard(1, "tengo hambre", [], 0.3))
        assert "tengo un hermano" in it.seen()
        assert "tenía" not in it.seen() and "hambre" not in it.seen()


async def test_markup_and_escape_codes_are_shown_as_text_or_not_at_all(tmp_path: Path) -> None:
    nasty = "[bold]hola[/] \x1b[31mrojo\x1b]0;title\x07 \u202eadiós [@click=app.quit]x[/]"
    said: list[Event] = [
        SessionStarted(2, "A2", "x", nasty, [nasty]),
        TurnStored(1, "learner", nasty, "typed"),
        Feedback(1, [{"said": nasty, "better": nasty, "why": nasty}]),
        ReplyText(2, nasty, final=True, suggestions=[nasty]),
        TurnLost(1, nasty),
        Warning(nasty),
    ]
    async with app_with(tmp_path, [*BEGINNING, *said], size=(140, 40)) as it:
        seen = it.seen()
        assert seen.count("[bold]hola[/] rojo adiós [@click=app.quit]x[/]") >= 6
        assert "\x1b" not in seen and "\u202e" not in seen
        assert all("\x1b" not in toast for toast in it.toasts())


async def test_a_very_long_turn_wraps_and_loses_no_word(tmp_path: Path) -> None:
    words = [f"palabra{i}" for i in range(300)]
    events = [*BEGINNING, TurnStored(1, "learner", " ".join(words), "typed")]
    for size in ((80, 24), (40, 12), (120, 40)):
        async with app_with(tmp_path, events, size=size) as it:
            told = "\n".join(line.plain for line in it.talk.conversation._lines)
            assert [word for word in told.replace("│", " ").replace("typed", " ").split() if word != "You"] == words
            assert all(line.cell_length <= size[0] for line in it.talk.conversation._lines)
            assert "palabra299" in it.seen()


async def test_five_hundred_turns_stay_fluid(tmp_path: Path) -> None:
    turns = [TurnStored(i, ("tutor", "learner")[i % 2], f"Turno {i}: " + "bla " * 30, "typed") for i in range(500)]
    async with app_with(tmp_path, [*BEGINNING, *turns]) as it:
        assert "Turno 499" in it.seen()
        began = time.process_time()
        for i in range(20):
            await it.engine_says(ReplyText(500, "palabra " * i))
        assert (time.process_time() - began) / 20 < 0.1  # seconds of processor for a piece of reply, drawn
        await it.press("home")
        assert "Turno 0:" in it.seen()


async def test_new_turns_are_followed_unless_the_learner_has_gone_up(tmp_path: Path) -> None:
    turns = [TurnStored(i, "tutor", f"Turno {i}", "generated") for i in range(30)]
    async with app_with(tmp_path, [*BEGINNING, *turns]) as it:
        await it.press("home")
        await it.engine_says(TurnStored(30, "tutor", "Turno 30", "generated"))
        assert "Turno 0" in it.seen() and "Turno 30" not in it.seen()
        await it.engine_says(TurnStored(31, "learner", "Aquí estoy", "typed"))
        assert "Aquí estoy" in it.seen()


async def test_an_engine_that_dies_costs_a_turn_and_not_the_session(tmp_path: Path) -> None:
    lost = "The engine stopped (signal SIGSEGV); what you said is kept."
    async with app_with(tmp_path, [*BEGINNING, *CONVERSATION]) as it:
        await it.engine_says(
            TurnStored(6, "learner", "", "spoken", 2.0),
            TurnLost(6, lost),
            Warning("The engine stopped (signal SIGSEGV) and is started again; the session goes on."),
            *BEGINNING,
            State("idle"),
        )
        assert lost in it.seen().replace("\n" + " " * 9, " ")
        assert "¡Qué rico!" in it.seen()
        assert "The engine stopped (signal SIGSEGV) and is started again; the session goes on." in it.toasts()
        # The engine goes on with the session by itself: it is not asked for another.
        assert it.engine.asked == [StartSession("A2", "conocerse")]


async def test_an_engine_that_cannot_run_leaves_a_sentence_and_a_way_back(tmp_path: Path) -> None:
    sentence = "The tutor's file is missing: run make starter."
    first, second = RecitingEngine([Hello(1, "/data"), Error(sentence, fatal=True)]), RecitingEngine()
    first.emit(None)
    engines = iter([first, second])
    app = TertuliaApp(tmp_path, engine=lambda: next(engines))
    async with app.run_test() as pilot:
        while app.talk.status.state != "gone":
            await pilot.pause()
        assert app.talk.header.trouble == sentence
        await pilot.press("2", "1", "i", *"hola", "enter", "escape", "b")
        while not isinstance(app.screen, NewSession):
            await pilot.pause()
        while not app.screen.query("#scenarios").first().option_count:  # type: ignore[attr-defined]
            await pilot.pause()
        await pilot.press("enter")
        while app.talk.session is None:
            await pilot.pause()
        assert app.talk.header.trouble == ""
        assert app.talk.input.value == "hola"


async def test_an_engine_that_cannot_be_started_at_all_is_a_sentence_too(tmp_path: Path) -> None:
    def broken() -> RecitingEngine:
        raise OSError("no such program")

    app = TertuliaApp(tmp_path, engine=broken)
    async with app.run_test() as pilot:
        while app.talk.status.state != "gone":
            await pilot.pause()
        assert app.talk.header.trouble == "The engine cannot be run (no such program): run `tertulia doctor`."


async def test_a_data_folder_that_cannot_be_used_is_told_on_the_screen(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("not a folder")
    app = TertuliaApp(file, engine=RecitingEngine)
    async with app.run_test() as pilot:
        while app.talk.status.state != "gone":
            await pilot.pause()
        assert str(file) in app.talk.header.trouble
        await pilot.press("space", "5", "1", "i", "escape", "b")
        file.unlink()
        while not isinstance(app.screen, NewSession):
            await pilot.pause()
        while not app.screen.query("#scenarios").first().option_count:  # type: ignore[attr-defined]
            await pilot.pause()
        await pilot.press("enter")
        while app.talk.session is None:
            await pilot.pause()
        assert app.talk.header.trouble == ""


async def test_what_was_recovered_is_told_kindly(tmp_path: Path) -> None:
    async with app_with(tmp_path, [Hello(1, "/data"), Recovered(1, 4.2), *BEGINNING[1:]]) as it:
        assert it.toasts() == ["Recovered 4.2 s of speech from the last time."]


async def test_a_new_session_is_chosen_by_scenario_and_level(tmp_path: Path) -> None:
    async with app_with(tmp_path, [*BEGINNING, *CONVERSATION[:-1], State("idle")]) as it:
        await it.press("b")
        await it.until(lambda: "Getting to know each other" in it.seen())
        await it.press("right", "right", "right", "left", "down", "enter")
        asked = it.engine.asked[-1]
        assert isinstance(asked, StartSession)
        assert asked.level == "B1" and asked.scenario != "conocerse"
        await it.engine_says(SessionStarted(2, "B1", asked.scenario, "Otra cosa", []))
        assert "Otra cosa · B1" in it.seen() and "¡Qué rico!" not in it.seen()
        await it.until(lambda: 'level = "B1"' in (tmp_path / "settings.toml").read_text("utf-8"))


async def test_the_starter_recogniser_says_what_it_is_and_another_its_name(tmp_path: Path) -> None:
    async with app_with(tmp_path, size=(100, 30)) as it:
        assert "ear: starter" in it.seen()
        assert "The starter understands no people: 5, then E, fetches models that do" in it.seen()
    ready = Ready("whisper-small", "qwen", "davefx", "cpu", False, None, None, 3.0)
    async with app_with(tmp_path, [BEGINNING[0], ready, BEGINNING[2], State("idle")]) as it:
        assert "ear: whisper-small" in it.seen()
        assert "starter" not in it.seen()
        assert "no microphone: write instead" in it.seen()


@pytest.mark.parametrize("keys", [("q",), ("i", *"hola", "ctrl+q"), ("b", "ctrl+q"), ("question_mark", "ctrl+q")])
async def test_quitting_lets_the_engine_store_what_it_has(tmp_path: Path, keys: tuple[str, ...]) -> None:
    async with app_with(tmp_path) as it:
        await it.press(*keys)
        await it.until(lambda: it.engine.closed)
    assert it.app.return_code == 0


# --- messages cover nothing ---------------------------------------------------------------------------


@pytest.mark.parametrize("turns", [2, 8])
@pytest.mark.parametrize("size", [(80, 24), (60, 20), (120, 36)])
async def test_messages_cover_neither_the_newest_turn_nor_the_line(
    tmp_path: Path, size: tuple[int, int], turns: int
) -> None:
    async with app_with(tmp_path, [*BEGINNING, *CONVERSATION[:turns], State("idle")], size, toasts=True) as it:
        it.app.tell("There is no microphone: connect one, or type; audio files work too.", "warning")
        it.app.tell("There is no loudspeaker: connect one to hear the tutor; the words are shown.", "warning")
        await it.until(lambda: len([toast for toast in it.app.screen.query("Toast") if toast.region]) == 2)
        talk = it.talk
        top, bottom = talk.conversation._span(len(talk.conversation.turns) - 1)
        view = talk.conversation.content_region
        newest = Region(view.x, view.y + top - talk.conversation.scroll_offset.y, view.width, bottom - top)
        assert view.contains_region(newest)
        for toast in it.app.screen.query("Toast"):
            for region in (newest, talk.input.region, talk.query_one(HeaderLine).region):
                assert not toast.region.overlaps(region)


async def test_timings_without_sound_change_nothing(tmp_path: Path) -> None:
    async with app_with(tmp_path, [*BEGINNING, *CONVERSATION[:3], Timings(2, {"recognise": 0.1})]) as it:
        assert "you→voice" not in it.seen()
