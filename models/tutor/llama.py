"""The tutor: text from an instruct GGUF, through llama-cpp-python.

One object holds one loaded model and its cache of the conversation so far.  Replies are streamed; answers that must
have a shape are held to a JSON schema.  A small model may bring in its own file the replies it is limited to
(models.tutor.moves); any other model writes freely.
"""

from __future__ import annotations

import contextlib
import json
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from models.device import Device
from models.errors import ModelError
from models.tutor.moves import Moves
from models.tutor.prompt import OPENING

MOVES_KEY = "tertulia.moves"
"""Metadata key of a GGUF that carries its own replies."""
CONTEXT = 4096
"""Tokens of context we ask for; a small model gets all that it was trained on."""
SMALL = 64_000_000
"""Bytes under which a model is small: a second thread costs more than it brings."""
DOUBT = 0.003
"""Probability from which a second choice counts as hesitation."""
_PER_MESSAGE = 10
# Control tokens a learner may type; broken up, so that text stays text.
_MARKUP = re.compile(r"<(?=[|/a-z_])|\[(?=/?(?:INST|SYS))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation with a model."""

    role: str
    """system, user or assistant"""
    text: str


class Tutor(Protocol):
    """What the conversation needs of a tutor model."""

    name: str
    guided: bool
    """It can only say what was written for it, and its notes are trusted only where a rule agrees."""

    def chat(self, messages: Sequence[Message], max_tokens: int = 160) -> Iterator[str]:
        """The answer to `messages`, in pieces of plain text. Raises ModelError."""
        ...

    def structured(
        self, messages: Sequence[Message], schema: dict[str, Any], max_tokens: int = 256
    ) -> dict[str, Any]:
        """The answer to `messages` as JSON of that schema. Raises ModelError."""
        ...

    def alternatives(
        self,
        messages: Sequence[Message],
        schema: dict[str, Any],
        before: str,
        max_tokens: int = 256,
        most: int = 10,
    ) -> Iterator[dict[str, Any]]:
        """That answer and up to `most` others the model came near to giving in what stands before a key."""
        ...


@lru_cache(maxsize=1)
def _library() -> Any:
    """llama.cpp, which is kept from a processor's matrix unit (AMX) where it was built for one.

    With it the first answer may be the end of the process, a fault known upstream: ggml-org/llama.cpp, issue 20824.
    """
    import llama_cpp

    functions = llama_cpp.llama_cpp
    if b"AMX_INT8 = 1" in functions.llama_print_system_info():
        usual = functions.llama_model_default_params

        def parameters() -> Any:
            chosen = usual()
            chosen.use_extra_bufts = False
            return chosen

        functions.llama_model_default_params = parameters
    return llama_cpp


class LlamaTutor:
    """A GGUF model on this machine. The same messages always get the same answer.

    A new request ends an unfinished stream of an earlier one.  Turns that no longer fit the context are forgotten
    from the oldest on; the system message stays.

    Args:
        path: the GGUF file.
        name: what to call the model.
        device: where to compute.

    Raises:
        ModelError: the file is missing or no model llama.cpp can load.
    """

    def __init__(self, path: Path, name: str, device: Device) -> None:
        if not path.is_file():
            raise ModelError(
                f"The tutor {name} is missing at {path}", "choose another in Models, or install it again", path
            )
        llama_cpp = _library()
        self.name = name
        self._library = llama_cpp
        self._lock = threading.Lock()
        self._request = 0
        small = path.stat().st_size < SMALL
        threads = 1 if small else device.threads
        try:
            self._llama = llama_cpp.Llama(
                str(path),
                n_ctx=0 if small else CONTEXT,
                n_threads=threads,
                n_threads_batch=threads,
                seed=0,
                verbose=False,
                n_gpu_layers=-1 if device.kind == "cuda" else 0,
            )
            self._context = self._llama.n_ctx()
            carried = self._llama.metadata.get(MOVES_KEY)
            self._moves = Moves.from_json(carried) if carried else None
        except Exception as error:  # its template is read, too, and Jinja has errors of its own
            raise ModelError(
                f"The tutor {name} at {path} cannot be loaded ({error})", "install it again", path
            ) from error
        self.guided = self._moves is not None
        self._grammars: dict[str, Any] = {}

    def chat(self, messages: Sequence[Message], max_tokens: int = 160) -> Iterator[str]:
        """Stream the answer; close the iterator to stop early. Raises ModelError."""
        messages = alternating(messages)
        grammar = None
        if self._moves:
            prompt = messages[0].text if messages and messages[0].role == "system" else ""
            learner = next((m.text for m in reversed(messages) if m.role == "user" and m.text != OPENING), "")
            said = [m.text for m in messages if m.role == "assistant"]
            grammar = self._library.LlamaGrammar.from_string(
                self._moves.grammar(prompt, learner, said), verbose=False
            )
        yield from self._stream(messages, grammar, max_tokens)

    def structured(
        self, messages: Sequence[Message], schema: dict[str, Any], max_tokens: int = 256
    ) -> dict[str, Any]:
        """Answer held to `schema`. Raises ModelError, also where the answer was cut off at `max_tokens`."""
        key = json.dumps(schema)
        return self._object(alternating(messages), key, max_tokens, None)

    def alternatives(
        self,
        messages: Sequence[Message],
        schema: dict[str, Any],
        before: str,
        max_tokens: int = 256,
        most: int = 10,
    ) -> Iterator[dict[str, Any]]:
        """The answer of `structured` and then up to `most` that the model came near to giving, likeliest first.

        They branch off where the model hesitated: its second choice for a word, and from there on as it goes.  Only
        hesitations before the key `before` of the answer count.
        """
        messages, key = alternating(messages), json.dumps(schema)
        path = _Path([])
        with contextlib.suppress(ModelError):
            yield self._object(messages, key, max_tokens, path)
        for way in path.turnings(lambda tokens: f'"{before}"'.encode() not in self._llama.detokenize(tokens))[
            :most
        ]:
            with contextlib.suppress(ModelError):
                yield self._object(messages, key, max_tokens, _Path(way))

    def _object(self, messages: Sequence[Message], key: str, max_tokens: int, path: _Path | None) -> dict[str, Any]:
        if key not in self._grammars:
            self._grammars[key] = self._library.LlamaGrammar.from_json_schema(key, verbose=False)
        text = "".join(self._stream(messages, self._grammars[key], max_tokens, path))
        try:
            answer = json.loads(text)
        except ValueError as error:
            raise ModelError(f"The tutor {self.name} did not finish its answer", "say less at a time") from error
        if not isinstance(answer, dict):
            raise ModelError(f"The tutor {self.name} answered {type(answer).__name__} instead of an object")
        return answer

    def _stream(
        self, messages: Sequence[Message], grammar: Any, max_tokens: int, path: _Path | None = None
    ) -> Iterator[str]:
        with self._lock:
            self._request += 1
            mine = self._request
            given = [{"role": m.role, "content": m.text} for m in self._fitting(messages, max_tokens)]
            try:
                chunks = self._llama.create_chat_completion(
                    given,
                    stream=True,
                    temperature=0.0,
                    max_tokens=max_tokens,
                    grammar=grammar,
                    repeat_penalty=1.0,
                    logits_processor=self._library.LogitsProcessorList([path]) if path else None,
                )
            except Exception as error:  # the template may raise whatever it likes
                raise ModelError(f"The tutor {self.name} cannot answer this: {error}") from error
        while True:
            # The lock is free between pieces: a stream that nobody reads any more must not block the next.
            with self._lock:
                if self._request != mine:
                    return
                try:
                    piece = next(chunks)["choices"][0]["delta"].get("content")
                except StopIteration:
                    return
                except (ValueError, RuntimeError) as error:
                    raise ModelError(f"The tutor {self.name} cannot answer this: {error}") from error
            if piece:
                yield piece

    def _tokens(self, text: str) -> int:
        return len(self._llama.tokenize(text.encode(), add_bos=False)) + _PER_MESSAGE

    def _fitting(self, messages: Sequence[Message], max_tokens: int) -> list[Message]:
        """The messages that fit, the oldest turns left out and, if need be, the last one cut short."""
        fitting = [
            Message(m.role, _MARKUP.sub(lambda hit: hit[0] + " ", m.text)) if m.role == "user" else m
            for m in messages
        ]
        room = self._context - max_tokens - 2 * _PER_MESSAGE
        head = 1 if fitting and fitting[0].role == "system" else 0
        sizes = [self._tokens(m.text) for m in fitting]
        if sum(sizes) > room:
            # Half the room at once: dropping one turn a time would spoil the model's cache every time.
            while len(fitting) > head + 1 and sum(sizes) > room // 2:
                del fitting[head], sizes[head]
                if len(fitting) > head + 1 and fitting[head].role == "assistant":
                    del fitting[head], sizes[head]
        while fitting and sum(sizes) > room and len(fitting[-1].text) > 1:
            text = fitting[-1].text
            fitting[-1] = Message(fitting[-1].role, text[: len(text) * 3 // 4])
            sizes[-1] = self._tokens(fitting[-1].text)
        return fitting


class _Path:
    """Records an answer token by token with the second choices, and can lead it along given tokens first.

    Called by llama-cpp-python before each token, with all tokens so far and the scores of the next.
    """

    def __init__(self, forced: Sequence[int]) -> None:
        self._forced = forced
        self._begin = -1
        self._seconds: list[tuple[int, int, float]] = []
        self._tokens: list[int] = []

    def __call__(self, tokens: NDArray[np.intc], scores: NDArray[np.single]) -> NDArray[np.single]:
        if self._begin < 0:
            self._begin = len(tokens)
        self._tokens = tokens[self._begin :].tolist()
        step = len(self._tokens)
        if step < len(self._forced):
            # Only raised, for a token that the grammar forbids must not be the only one left.
            led = scores.copy()
            led[self._forced[step]] = scores.max() + 20.0
            return led
        first, second = np.argsort(scores)[-1:-3:-1]
        likely = np.exp(scores - scores[first])
        self._seconds.append((int(first), int(second), float(likely[second] / likely.sum())))
        return scores

    def turnings(self, counts: Callable[[list[int]], bool]) -> list[list[int]]:
        """Beginnings that count and end in a second choice worth considering, the likeliest first."""
        found = []
        for step, (taken, (first, second, chance)) in enumerate(zip(self._tokens, self._seconds, strict=False)):
            if chance >= DOUBT and taken == first and counts(self._tokens[:step]):
                found.append((chance, [*self._tokens[:step], second]))
        return [way for _, way in sorted(found, key=lambda item: -item[0])]


def alternating(messages: Sequence[Message]) -> list[Message]:
    """The messages with neighbours of one role made one, which many chat templates insist on.

    An opening request that the learner forestalled by speaking first is left out.
    """
    joined: list[Message] = []
    for message in messages:
        if joined and joined[-1].role == message.role:
            before = joined.pop()
            if before.text != OPENING:
                message = Message(message.role, f"{before.text}\n{message.text}")
        joined.append(message)
    return joined
