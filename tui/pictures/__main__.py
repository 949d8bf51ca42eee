"""`python -m tui.pictures`: make the pictures of the README anew."""

from __future__ import annotations

import asyncio

from tui.pictures import correct, dataset, talk, train


def main() -> None:
    pictures = (
        (talk.PICTURE, talk.picture),
        (correct.PICTURE_CORRECT, correct.picture),
        (dataset.PICTURE_DATASET, dataset.picture),
        (train.PICTURE_TRAIN, train.picture),
    )
    for path, make in pictures:
        path.write_text(asyncio.run(make()), encoding="utf-8")
        print(path)


if __name__ == "__main__":
    main()
