"""A small Llama, and the batches it is trained on.

The geometry is plain Llama (RMSNorm, rotary positions, SwiGLU, tied embeddings) so that llama.cpp runs the exported
weights; it is written out here because a tree of branches needs its own positions and its own attention mask.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class TutorShape:
    """Sizes of the model; what the GGUF header says."""

    vocabulary: int = 2048
    width: int = 192
    layers: int = 5
    heads: int = 6
    inner: int = 512
    context: int = 1024
    rope_base: float = 10_000.0
    epsilon: float = 1e-5


class Block(nn.Module):
    """Attention and a gated feed-forward, each on the normalised residual."""

    def __init__(self, g: TutorShape) -> None:
        super().__init__()
        self.heads = g.heads
        self.attn_norm = nn.RMSNorm(g.width, g.epsilon)
        self.ffn_norm = nn.RMSNorm(g.width, g.epsilon)
        self.attn_q, self.attn_k, self.attn_v, self.attn_output = (
            nn.Linear(g.width, g.width, bias=False) for _ in range(4)
        )
        self.ffn_gate, self.ffn_up = (nn.Linear(g.width, g.inner, bias=False) for _ in range(2))
        self.ffn_down = nn.Linear(g.inner, g.width, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, mask: Tensor) -> Tensor:
        h = self.attn_norm(x)
        batch, length, width = h.shape
        q, k, v = (
            m(h).view(batch, length, self.heads, -1).transpose(1, 2)
            for m in (self.attn_q, self.attn_k, self.attn_v)
        )
        q, k = (t * cos + _quarter_turn(t) * sin for t in (q, k))
        mixed = F.scaled_dot_product_attention(q.to(v.dtype), k.to(v.dtype), v, attn_mask=mask)
        x = x + self.attn_output(mixed.transpose(1, 2).reshape(batch, length, width))
        h = self.ffn_norm(x)
        return x + self.ffn_down(F.silu(self.ffn_gate(h)) * self.ffn_up(h))


def _quarter_turn(x: Tensor) -> Tensor:
    a, b = x.chunk(2, -1)
    return torch.cat((-b, a), -1)


class TinyLlama(nn.Module):
    """tokens, positions [batch, length] and mask [batch, 1, length, length] → hidden states [batch, length,
    width]."""

    def __init__(self, g: TutorShape) -> None:
        super().__init__()
        self.geometry = g
        self.token_embd = nn.Embedding(g.vocabulary, g.width)
        self.blk = nn.ModuleList(Block(g) for _ in range(g.layers))
        self.output_norm = nn.RMSNorm(g.width, g.epsilon)
        for name, p in self.named_parameters():
            if p.dim() > 1:
                deep = name.endswith(("attn_output.weight", "ffn_down.weight"))
                nn.init.normal_(p, std=0.04 / (2 * g.layers) ** 0.5 if deep else 0.04)
        half = g.width // g.heads // 2
        angles = torch.outer(torch.arange(g.context), g.rope_base ** (-torch.arange(half) / half))
        self.register_buffer("angles", torch.cat((angles, angles), -1), persistent=False)

    def forward(self, tokens: Tensor, positions: Tensor, mask: Tensor) -> Tensor:
        angles = self.angles[positions][:, None]
        cos, sin = angles.cos(), angles.sin()
        x = self.token_embd(tokens)
        for block in self.blk:
            x = block(x, cos, sin, mask)
        hidden: Tensor = self.output_norm(x)
        return hidden

    def logits(self, hidden: Tensor) -> Tensor:
        return F.linear(hidden, self.token_embd.weight)


@dataclass(slots=True)
class Tree:
    """Branches with a common beginning, stored once.

    The system prompt and the wording of a request are the same in many branches; as a tree they are computed once
    a row.  Node i sees its ancestors; `edges` are (node, next token, weight) for the tokens to be learned.
    """

    tokens: list[int]
    parents: list[int]
    depths: list[int]
    edges: list[tuple[int, int, float]]

    @classmethod
    def grow(cls, branches: Sequence[tuple[Sequence[int], Sequence[float]]], limit: int) -> Tree:
        """From (tokens, weight of learning each); branches that would pass `limit` nodes are left out."""
        tree = cls([], [], [], [])
        children: dict[tuple[int, int], int] = {}
        for tokens, weights in branches:
            if len(tree.tokens) + _new(children, tokens) > limit:
                continue
            node = -1
            for depth, (token, weight) in enumerate(zip(tokens, weights, strict=True)):
                child = children.get((node, token))
                if child is None:
                    if weight and node >= 0:
                        tree.edges.append((node, token, weight))
                    child = children[node, token] = len(tree.tokens)
                    tree.tokens.append(token)
                    tree.parents.append(node)
                    tree.depths.append(depth)
                node = child
        return tree

    def sight(self, length: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """[length, length]: which node sees which; padding sees itself."""
        seen = np.eye(length, dtype=bool)
        for node, parent in enumerate(self.parents):
            if parent >= 0:
                seen[node] |= seen[parent]
        return seen


def _new(children: dict[tuple[int, int], int], tokens: Sequence[int]) -> int:
    """How many nodes a branch would add."""
    node = -1
    for depth, token in enumerate(tokens):
        child = children.get((node, token))
        if child is None:
            return len(tokens) - depth
        node = child
    return 0


def batch_of(trees: Sequence[Tree]) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
    """tokens, positions, mask, and the flat places, targets and weights of what is learned."""
    length = -(-max(len(t.tokens) for t in trees) // 32) * 32
    tokens = torch.zeros(len(trees), length, dtype=torch.long)
    positions = torch.zeros_like(tokens)
    for i, tree in enumerate(trees):
        tokens[i, : len(tree.tokens)] = torch.tensor(tree.tokens)
        positions[i, : len(tree.depths)] = torch.tensor(tree.depths)
    mask = torch.from_numpy(np.stack([t.sight(length) for t in trees]))[:, None]
    edges = [(i * length + node, target, weight) for i, t in enumerate(trees) for node, target, weight in t.edges]
    places, targets, weights = zip(*edges, strict=True)
    return tokens, positions, mask, torch.tensor(places), torch.tensor(targets), torch.tensor(weights)
