"""The trained tutor as a GGUF file that llama.cpp runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gguf
import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from models.tutor.llama import MOVES_KEY
from models.tutor.moves import Moves
from trainer.starter.tutor.model import TinyLlama

CHAT_TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def _llama_order(weight: NDArray[np.float32], heads: int) -> NDArray[np.float32]:
    """Query and key rows from half-and-half rotary pairs to llama.cpp's neighbouring pairs."""
    rows, columns = weight.shape
    return weight.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)


def write_gguf(path: Path, model: TinyLlama, tokenizer: Tokenizer, moves: Moves | None) -> None:
    """Write model, tokenizer, chat template and the replies the tutor is held to, if any; Q8_0, norms in F32."""
    g = model.geometry
    body: dict[str, Any] = json.loads(tokenizer.to_str())
    vocabulary: dict[str, int] = tokenizer.get_vocab(with_added_tokens=True)
    tokens = sorted(vocabulary, key=vocabulary.__getitem__)
    special = {t["content"] for t in body["added_tokens"]}
    merges = [m if isinstance(m, str) else " ".join(m) for m in body["model"]["merges"]]

    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("Tertulia starter tutor")
    writer.add_license("GPL-3.0-or-later")
    writer.add_languages(["es"])
    writer.add_context_length(g.context)
    writer.add_embedding_length(g.width)
    writer.add_block_count(g.layers)
    writer.add_feed_forward_length(g.inner)
    writer.add_head_count(g.heads)
    writer.add_head_count_kv(g.heads)
    writer.add_rope_dimension_count(g.width // g.heads)
    writer.add_rope_freq_base(g.rope_base)
    writer.add_layer_norm_rms_eps(g.epsilon)
    writer.add_vocab_size(g.vocabulary)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types([gguf.TokenType.CONTROL if t in special else gguf.TokenType.NORMAL for t in tokens])
    writer.add_token_merges(merges)
    writer.add_bos_token_id(vocabulary["<|endoftext|>"])
    writer.add_eos_token_id(vocabulary["<|im_end|>"])
    writer.add_pad_token_id(vocabulary["<|endoftext|>"])
    writer.add_add_bos_token(False)
    writer.add_chat_template(CHAT_TEMPLATE)
    if moves:
        writer.add_string(MOVES_KEY, moves.to_json())
    for name, tensor in model.state_dict().items():
        array = tensor.detach().float().numpy()
        if name.endswith(("attn_q.weight", "attn_k.weight")):
            array = _llama_order(array, g.heads)
        if array.ndim == 1:
            writer.add_tensor(name, array)
        else:
            kind = gguf.GGMLQuantizationType.Q8_0
            writer.add_tensor(name, gguf.quants.quantize(array, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
