"""Every screen looks as it did when its picture was last made: narrow and wide, dark and light.

A screen that was meant to change gets new pictures, and the README with it, by `make pictures`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.patience import PATIENCE
from tui.pictures.screenshot import DARK, LIGHT
from tui.pictures.table import README, SCREENS

HERE = Path(__file__).parent / "pictures"
NEW = ".new.svg"
SIZES = ((80, 24), (120, 36))
THEMES = {"dark": DARK, "light": LIGHT}
Compare = Callable[[Path, str], None]


@pytest.fixture
def compare(request: pytest.FixtureRequest) -> Compare:
    """Says whether a file holds this picture; with --refresh-pictures it does from then on."""

    def refresh(path: Path, picture: str) -> None:
        path.parent.mkdir(exist_ok=True)
        path.write_text(picture, encoding="utf-8")

    def look(path: Path, picture: str) -> None:
        new = path.with_suffix(NEW)
        new.unlink(missing_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != picture:
            new.write_text(picture, encoding="utf-8")
            pytest.fail(f"The screen is no longer as in {path}, but as in {new}: if it should be, `make pictures`.")

    return refresh if request.config.getoption("--refresh-pictures") else look


def file(name: str, size: tuple[int, int], theme: str) -> Path:
    return HERE / f"{name}-{size[0]}x{size[1]}-{theme}.svg"


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES, ids="{0[0]}x{0[1]}".format)
@pytest.mark.parametrize("name", SCREENS)
async def test_a_screen_looks_as_in_its_picture(
    name: str, size: tuple[int, int], theme: str, compare: Compare
) -> None:
    async with asyncio.timeout(PATIENCE):
        picture = await SCREENS[name](*size, THEMES[theme])
    compare(file(name, size, theme), picture)


@pytest.mark.parametrize("path", README, ids=lambda path: path.stem)
async def test_a_screen_looks_as_in_the_readme(path: Path, compare: Compare) -> None:
    async with asyncio.timeout(PATIENCE):
        picture = await README[path]()
    compare(path, picture)


def test_every_picture_is_of_a_screen() -> None:
    wanted = {file(name, size, theme) for name in SCREENS for size in SIZES for theme in THEMES}
    assert {path for path in HERE.glob("*.svg") if not path.name.endswith(NEW)} == wanted
