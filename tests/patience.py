"""How long tests wait for what must come: on a busy machine much comes late, and nothing fails by that."""

from __future__ import annotations

PATIENCE = 180.0
"""Seconds after which what has not come is taken never to come."""
