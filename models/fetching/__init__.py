"""Fetching models, when a person asks for one by name: the only room that opens a socket or starts pip.

Where a file comes from is one thing (`hub`, `address`, `packages`, `folder`: each a `sources.Source`), that exactly
the published bytes end up in the models folder is another (`files`, `place`), and `fetch` puts them together.
Nobody but `tertulia models pull` imports this room.
"""

from models.fetching.fetch import fetch, see_pullable
from models.fetching.progress import Fetched
from models.fetching.sources import Answers, CancelledError, NotHadError

__all__ = ["Answers", "CancelledError", "Fetched", "NotHadError", "fetch", "see_pullable"]
