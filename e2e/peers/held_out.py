"""What transformers makes of an exported model and a text that it never saw, as one JSON object.

    python held_out.py MODEL_DIRECTORY TEXT_FILE SEQUENCE

The loss is the mean over every token but the first, in windows of SEQUENCE tokens.
"""
import json
import math
import sys
from collections import Counter

import torch
import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer

directory, file, sequence = sys.argv[1], sys.argv[2], int(sys.argv[3])
model = AutoModelForCausalLM.from_pretrained(directory).eval()
tokenizer = AutoTokenizer.from_pretrained(directory)
with open(file, encoding="utf-8", newline="") as text:
    ids = tokenizer(text.read(), add_special_tokens=False)["input_ids"]

total = 0.0
with torch.no_grad():
    for start in range(0, len(ids) - 1, sequence):
        window = torch.tensor(ids[start : start + sequence + 1])
        logits = model(window[None, :-1]).logits[0]
        total += torch.nn.functional.cross_entropy(logits.double(), window[1:], reduction="sum").item()

shares = [count / len(ids) for count in Counter(ids).values()]
json.dump(
    {
        "versions": f"transformers {transformers.__version__}, torch {torch.__version__}",
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "tokens": len(ids),
        "loss": total / (len(ids) - 1),
        "unigramEntropy": -sum(share * math.log(share) for share in shares),
    },
    sys.stdout,
)
