"""Where a file of the Hugging Face hub lies: HF_ENDPOINT names a mirror, HF_TOKEN who asks, as its own tools do."""

from __future__ import annotations

import os
from urllib.parse import quote

from models.fetching.address import Web
from models.published import Hub

ENDPOINT = "https://huggingface.co"


def source(file: Hub) -> Web:
    """The hub, or the mirror of it that this user has set."""
    endpoint = (os.environ.get("HF_ENDPOINT") or ENDPOINT).rstrip("/")
    token = os.environ.get("HF_TOKEN", "").strip()
    return Web(f"{endpoint}/{file.repository}/resolve/{file.revision}/{quote(file.path)}", token)
