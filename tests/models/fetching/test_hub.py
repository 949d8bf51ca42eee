"""Files from the hub and from other addresses: cut, wrong, not there, silent."""

from __future__ import annotations

import http.client
import random
import threading
from collections import deque
from pathlib import Path
from typing import Any

import pytest

from models.errors import ModelError
from models.fetching import Answers, CancelledError, Fetched, address, fetch
from tests.models.fetching import made_up
from tests.models.fetching.web import Page, Web
from tests.patience import PATIENCE


def fetched(place: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in place.iterdir()}


def hidden(folder: Path) -> list[str]:
    return [path.name for path in folder.glob("*/.*")]


def test_a_model_comes_whole_and_is_found_the_next_time(web: Web, tmp_path: Path) -> None:
    files = made_up.contents(200_000, 10, 70_000)
    made_up.publish(web, files)
    entry, answers = made_up.entry(made_up.item(files)), Answers()
    place = fetch(entry, tmp_path, answers=answers)
    assert place == tmp_path / "recogniser" / "made-up" and fetched(place) == files
    assert hidden(tmp_path) == [] and str(answers) == "127.0.0.1 handed over 3 files"
    asked = list(web.asked)
    assert fetch(entry, tmp_path) == place and fetch(entry, tmp_path, anew=True) == place
    assert web.asked == asked


def test_a_download_cut_at_ten_bytes_goes_on_from_each(web: Web, tmp_path: Path, dice: random.Random) -> None:
    files = made_up.contents(300_000)
    made_up.publish(web, files)
    cuts = sorted(dice.sample(range(1, 300_000), 10))
    web.pages[made_up.path("model-0.bin")].cuts = deque(cuts)
    assert fetched(fetch(made_up.entry(made_up.item(files)), tmp_path)) == files
    assert web.ranges_of(made_up.path("model-0.bin")) == ["", *(f"bytes={cut}-" for cut in cuts)]


def test_a_server_without_ranges_is_good_enough(web: Web, tmp_path: Path) -> None:
    files = made_up.contents(300_000)
    web.pages[made_up.path("model-0.bin")] = Page(files["model-0.bin"], deque([100, 250_000]), ranges=False)
    assert fetched(fetch(made_up.entry(made_up.item(files)), tmp_path)) == files
    assert len(web.asked) == 3


def test_what_one_source_began_another_ends(web: Web, tmp_path: Path) -> None:
    files = made_up.contents(300_000)
    body = files["model-0.bin"]
    web.pages[made_up.path("model-0.bin")] = Page(body, deque([1_000] * 2))
    web.pages["/release/model-0.bin"] = Page(body)
    entry = made_up.entry(made_up.item(files, url=f"{web.address}/release/model-0.bin"))
    assert fetched(fetch(entry, tmp_path)) == files
    assert web.ranges_of("/release/model-0.bin") == ["bytes=1000-"]


@pytest.mark.parametrize("first_came", [0, 100])
def test_a_flipped_byte_is_refused_and_the_next_source_begins_anew(
    web: Web, tmp_path: Path, first_came: int
) -> None:
    files = made_up.contents(5_000)
    body = files["model-0.bin"]
    wrong = bytes([body[0] ^ 1]) + body[1:]
    web.pages[made_up.path("model-0.bin")] = Page(wrong, deque([first_came] if first_came else []))
    web.pages["/release/model-0.bin"] = Page(body)
    entry, answers = made_up.entry(made_up.item(files, url=f"{web.address}/release/model-0.bin")), Answers()
    assert fetched(fetch(entry, tmp_path, answers=answers)) == files
    assert web.ranges_of("/release/model-0.bin") == [""]
    assert "handed over other bytes than were published (model-0.bin)" in str(answers)


def test_wrong_bytes_that_another_left_do_not_spoil_the_right_ones(web: Web, tmp_path: Path) -> None:
    files = made_up.contents(5_000)
    made_up.publish(web, files)
    partial = tmp_path / "recogniser" / ".made-up.partial"
    partial.mkdir(parents=True)
    (partial / "model-0.bin").write_bytes(b"wrong")
    assert fetched(fetch(made_up.entry(made_up.item(files)), tmp_path)) == files
    assert web.ranges_of(made_up.path("model-0.bin")) == ["bytes=5-", ""]


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"headers": {"Content-Type": "text/html; charset=utf-8"}}, "answered with a web page instead of the file"),
    ({"headers": {"Content-Encoding": "gzip"}}, r"sends it compressed \(gzip\)"),
    ({"status": 503}, "answered 503 Service Unavailable"),
    ({"status": 403}, "does not let you have it"),
    ({"status": 302, "headers": {"Location": "/here"}}, "in a circle"),
    ({"status": 302, "headers": {"Location": "file:///etc/passwd"}}, "not of the web"),
    ({"status": 302, "headers": {"Location": "ftp://127.0.0.1/x"}}, "unknown url type: ftp"),
    ({"headers": {"Content-Length": "9000"}, "longer": True}, "handed over other bytes than were published"),
    ({"shorter": True}, "has a shorter file"),
]


@pytest.mark.parametrize(("how", "said"), REFUSED)
def test_what_is_not_the_file_is_not_taken(web: Web, tmp_path: Path, how: dict[str, Any], said: str) -> None:
    files = made_up.contents(5_000)
    body = files["model-0.bin"]
    how = dict(how)
    body += b"x" * 4_000 if how.pop("longer", False) else b""
    body = body[:3_000] if how.pop("shorter", False) else body
    web.pages[made_up.path("model-0.bin")] = Page(body, **how)
    web.pages["/here"] = Page(b"", status=302, headers={"Location": made_up.path("model-0.bin")})
    with pytest.raises(ModelError, match=said) as refused:
        fetch(made_up.entry(made_up.item(files)), tmp_path)
    assert "try `tertulia models pull made-up` again" in str(refused.value)
    assert not (tmp_path / "recogniser" / "made-up").exists()


def test_a_source_out_of_reach_is_asked_once(web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = made_up.contents(5_000, 5_000)
    monkeypatch.setenv("HF_ENDPOINT", "http://localhost:1")  # nobody listens there
    web.pages |= {f"/release/{name}": Page(body) for name, body in files.items()}
    described = made_up.item(files)
    for file in described["files"]:
        file["url"] = f"{web.address}/release/{file['name']}"
    answers = Answers()
    assert fetched(fetch(made_up.entry(described), tmp_path, answers=answers)) == files
    assert str(answers) == ("localhost could not be reached (Connection refused); 127.0.0.1 handed over 2 files")


def test_without_any_network_it_says_what_to_do(web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:1")
    with pytest.raises(ModelError, match=r"could not be reached .*network, or bring its files on a stick.*--from"):
        fetch(made_up.entry(made_up.item(made_up.contents(10))), tmp_path)
    assert hidden(tmp_path) == []


def test_a_mirror_that_is_no_address_is_said(web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for endpoint, said in [
        ("http://[::1", r"could not be asked \(Invalid IPv6 URL\)"),
        ("file:///etc", "has an address that is not of the web"),
    ]:
        monkeypatch.setenv("HF_ENDPOINT", endpoint)
        with pytest.raises(ModelError, match=said):
            fetch(made_up.entry(made_up.item(made_up.contents(10))), tmp_path)
    assert hidden(tmp_path) == []


def test_a_silent_server_is_given_up(web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(address, "SILENCE", 0.3)
    files = made_up.contents(5_000)
    made_up.publish(web, files)
    web.hold(made_up.path("model-0.bin"), 0)
    with pytest.raises(ModelError, match="was silent for 0 seconds"):
        fetch(made_up.entry(made_up.item(files)), tmp_path)


def test_a_token_goes_to_the_hub_and_not_where_it_sends_one_on_to(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, str | None]] = []
    parse = http.client.parse_headers

    def noted(*args: Any, **more: Any) -> Any:
        headers = parse(*args, **more)
        if "Host" in headers:
            seen.append((headers["Host"], headers.get("Authorization")))
        return headers

    monkeypatch.setattr(http.client, "parse_headers", noted)
    monkeypatch.setenv("HF_TOKEN", "secret")
    files = made_up.contents(100)
    with Web().serving() as elsewhere:
        elsewhere.pages["/file"] = Page(files["model-0.bin"])
        moved = {"Location": f"{elsewhere.address}/file"}
        web.pages[made_up.path("model-0.bin")] = Page(b"", status=302, headers=moved)
        assert fetched(fetch(made_up.entry(made_up.item(files)), tmp_path)) == files
    assert [token for _, token in seen] == ["Bearer secret", None]


def test_a_stand_in_is_taken_until_the_file_itself_can_be_had(web: Web, tmp_path: Path) -> None:
    files = made_up.contents(5_000, 400, 30)
    described = made_up.item(files)
    described["files"][2] |= {"stands_in_for": "model-1.bin", "note": "it is shorter"}
    made_up.publish(web, files)
    kept = web.pages.pop(made_up.path("model-1.bin"))
    entry, said = made_up.entry(described), list[str]()
    place = fetch(entry, tmp_path, say=said.append)
    assert set(fetched(place)) == {"model-0.bin", "model-2.bin"}
    assert said == [
        "model-1.bin of made-up could not be had, and model-2.bin stands in for it (it is shorter): "
        "`tertulia models pull made-up` tries again."
    ]
    before = place.stat().st_ino
    assert fetch(entry, tmp_path) == place and fetch(entry, tmp_path, anew=True) == place  # still in vain
    assert place.stat().st_ino == before and hidden(tmp_path) == []
    web.pages[made_up.path("model-1.bin")] = kept
    (place / "windows.json").write_text("{}")  # what is no file of the model is a person's own
    (place / "notes").mkdir()
    (place / "notes" / "one.txt").write_text("mine")
    fetch(entry, tmp_path, anew=True)
    assert {path.name for path in place.iterdir()} == {"model-0.bin", "model-1.bin", "windows.json", "notes"}
    assert (place / "notes" / "one.txt").read_text() == "mine" and hidden(tmp_path) == []
    assert len(web.ranges_of(made_up.path("model-0.bin"))) == 1


def test_a_damaged_model_is_mended_when_it_is_named(web: Web, tmp_path: Path) -> None:
    files = made_up.contents(5_000, 400)
    made_up.publish(web, files)
    entry, said = made_up.entry(made_up.item(files)), list[str]()
    place = fetch(entry, tmp_path)
    (place / "model-1.bin").write_bytes(b"x" * 400)
    fetch(entry, tmp_path, anew=True, say=said.append)
    assert (
        fetched(place) == files
        and "model-1.bin of made-up is not as it was published, so it is fetched again." in said[0]
    )
    assert len(said) == 1
    assert len(web.ranges_of(made_up.path("model-0.bin"))) == 1


def test_cancelled_it_keeps_what_has_come(web: Web, tmp_path: Path) -> None:
    files = made_up.contents(300_000)
    made_up.publish(web, files)
    entry, seen = made_up.entry(made_up.item(files)), list[Fetched]()
    with pytest.raises(CancelledError, match="pull made-up` goes on"):
        fetch(entry, tmp_path, seen.append, cancelled=lambda: bool(seen) and seen[-1].done > 100_000)
    assert not (tmp_path / "recogniser" / "made-up").exists()
    assert fetched(fetch(entry, tmp_path)) == files
    span = web.ranges_of(made_up.path("model-0.bin"))[1]
    assert int(span.removeprefix("bytes=").rstrip("-")) > 100_000


def test_two_at_once_do_not_collide(web: Web, tmp_path: Path) -> None:
    files = made_up.contents(300_000)
    made_up.publish(web, files)
    entry, waits, found = made_up.entry(made_up.item(files)), threading.Event(), list[Path]()
    web.hold(made_up.path("model-0.bin"), 150_000)
    first = threading.Thread(target=lambda: found.append(fetch(entry, tmp_path)))
    first.start()
    assert web.reached.wait(PATIENCE)
    second = threading.Thread(
        target=lambda: found.append(
            fetch(entry, tmp_path, say=lambda said: "waiting for it" in said and waits.set())
        )
    )
    second.start()
    assert waits.wait(PATIENCE)
    web.go.set()
    first.join(PATIENCE)
    second.join(PATIENCE)
    assert len(found) == 2 and fetched(found[0]) == files and len(web.asked) == 1
