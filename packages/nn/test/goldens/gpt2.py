"""Makes the golden GPT-2 models: directories as transformers writes them, with its loss, logits and gradients, and PyTorch's first 20 training steps.

    pip install torch==2.15.0 transformers==5.24.0
    python gpt2.py .
"""
import json
import math
import os
import sys

import torch
from safetensors.torch import save_file
from transformers import GPT2Config, GPT2LMHeadModel

out = sys.argv[1]
torch.use_deterministic_algorithms(True)
base = dict(vocab_size=37, n_positions=11, n_embd=15, n_head=3, n_layer=2, bos_token_id=36, eos_token_id=36, resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0)
cases = {
    "tied": {},
    "untied": dict(tie_word_embeddings=False, n_inner=22, activation_function="relu", layer_norm_epsilon=1e-3, n_head=5, n_layer=3, scale_attn_by_inverse_layer_idx=True),
    "unscaled": dict(activation_function="gelu", scale_attn_weights=False, n_embd=14, n_head=1, n_layer=1, reorder_and_upcast_attn=True),
}
activations = ["gelu", "gelu_new", "gelu_pytorch_tanh", "gelu_fast", "gelu_accurate", "quick_gelu", "relu", "relu2", "relu6", "leaky_relu", "silu", "swish", "sigmoid", "tanh", "linear"]


def randomise(model, seed):
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, p in model.named_parameters():
            noise = torch.randn(p.shape, generator=generator)
            p.copy_(1 + 0.2 * noise if ".ln_" in name and name.endswith("weight") else 0.25 * noise)


def loss_of(logits, targets):
    return torch.nn.functional.cross_entropy(logits.reshape(-1, logits.shape[-1]), targets.reshape(-1), ignore_index=-100)


for case, overrides in cases.items():
    model = GPT2LMHeadModel(GPT2Config(**{**base, **overrides}, attn_implementation="eager"))
    randomise(model, 1)
    model.eval()
    model.save_pretrained(f"{out}/{case}")
    generator = torch.Generator().manual_seed(2)
    tokens = torch.randint(0, 37, (3, 9), generator=generator)
    inputs, targets = tokens[:, :-1], tokens[:, 1:].clone()
    masked = targets.clone()
    masked[0, 2:5] = -100
    masked[2, 7] = -100
    logits = model(inputs).logits
    loss = loss_of(logits, targets)
    masked_loss = loss_of(logits, masked)
    masked_loss.backward()
    save_file({name: p.grad.clone().contiguous() for name, p in model.named_parameters()}, f"{out}/{case}/gradients.safetensors")
    golden = {
        "tokens": tokens.tolist(),
        "loss": loss.item(),
        "maskedTargets": [[-1 if t < 0 else t for t in row] for row in masked.tolist()],
        "maskedLoss": masked_loss.item(),
        "lastLogits": logits[:, -1].tolist(),
    }
    json.dump(golden, open(f"{out}/{case}/golden.json", "w"))

from transformers.activations import ACT2FN

x = torch.linspace(-9, 9, 73)
table = {"x": x.tolist()}
for name in activations:
    x_ = x.clone().requires_grad_()
    y = ACT2FN[name](x_)
    y.sum().backward()
    table[name] = {"y": y.tolist(), "dx": x_.grad.tolist()}
json.dump(table, open(f"{out}/activations.golden.json", "w"))

# 20 steps of a plain loop by the update rule of the job spec: warm-up, cosine, clipping, AdamW with decay on parameters of two or more dimensions.
model = GPT2LMHeadModel.from_pretrained(f"{out}/tied", attn_implementation="eager")
model.eval()
steps, batch, sequence = 20, 4, 8
training = dict(learningRate=1e-2, betas=[0.9, 0.95], eps=1e-8, weightDecay=0.1, warmupSteps=3, minRatio=0.1, gradientClip=1.0)
rows = torch.randint(0, 37, (13, sequence + 1), generator=torch.Generator().manual_seed(3))
decay = [p for p in model.parameters() if p.dim() >= 2]
plain = [p for p in model.parameters() if p.dim() < 2]
optimizer = torch.optim.AdamW([{"params": decay, "weight_decay": 0.1}, {"params": plain, "weight_decay": 0.0}], lr=1e-2, betas=(0.9, 0.95), eps=1e-8)
series = []
for s in range(steps):
    w, r = training["warmupSteps"], training["minRatio"]
    lr = training["learningRate"] * ((s + 1) / w if s < w else r + (1 - r) * (1 + math.cos(math.pi * (s - w) / (steps - w))) / 2)
    for group in optimizer.param_groups:
        group["lr"] = lr
    picked = torch.stack([rows[(s * batch + j) % len(rows)] for j in range(batch)])
    loss = loss_of(model(picked[:, :-1]).logits, picked[:, 1:])
    optimizer.zero_grad()
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), training["gradientClip"])
    optimizer.step()
    series.append({"step": s, "learningRate": lr, "loss": loss.item(), "gradNorm": norm.item()})
json.dump({"globalBatch": batch, "sequence": sequence, "training": training, "rows": rows.tolist(), "steps": series}, open(f"{out}/training.golden.json", "w"))
save_file({name: p.detach().clone().contiguous() for name, p in model.named_parameters()}, f"{out}/tied/after-training.safetensors")
