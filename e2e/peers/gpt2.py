"""Writes GPT-2 models of many shapes, and beside each what transformers and PyTorch make of it: peers.full.test.ts has Massif do the same.

    python gpt2.py DIRECTORY

DIRECTORY/NAME/ then holds the model, tokens.json and rows.json, the job.json of a training on those rows, and expected.json.
"""
import json
import math
import os
import sys

import torch
from transformers import GPT2Config, GPT2LMHeadModel

cases = {
    "tied": dict(vocab_size=131, n_embd=30, n_head=3, n_layer=3, n_positions=37),
    "untied, wide": dict(vocab_size=257, n_embd=44, n_head=4, n_layer=2, n_positions=64, n_inner=77, tie_word_embeddings=False),
    "relu, unscaled": dict(vocab_size=97, n_embd=21, n_head=7, n_layer=2, n_positions=16, activation_function="relu", scale_attn_weights=False),
    "scaled by layer": dict(vocab_size=301, n_embd=34, n_head=2, n_layer=4, n_positions=50, activation_function="gelu", scale_attn_by_inverse_layer_idx=True, layer_norm_epsilon=1e-3),
    "silu, upcast": dict(vocab_size=64, n_embd=130, n_head=2, n_layer=1, n_positions=33, activation_function="silu", reorder_and_upcast_attn=True),
    "heads of one": dict(vocab_size=50, n_embd=9, n_head=9, n_layer=2, n_positions=20, activation_function="tanh"),
}
steps, batch = 20, 4
training = dict(
    steps=steps,
    globalBatch=batch,
    optimizer=dict(name="adamw", learningRate=3e-3, betas=[0.9, 0.95], eps=1e-8, weightDecay=0.1),
    schedule=dict(name="cosine", warmupSteps=5, minRatio=0.1),
    gradientClip=1.0,
)


def mean_loss(logits, targets):
    return torch.nn.functional.cross_entropy(logits.reshape(-1, logits.shape[-1]), targets.reshape(-1))


def learning_rate(step):
    warmup, floor = training["schedule"]["warmupSteps"], training["schedule"]["minRatio"]
    progress = (step - warmup) / (steps - warmup)
    return training["optimizer"]["learningRate"] * ((step + 1) / warmup if step < warmup else floor + (1 - floor) * (1 + math.cos(math.pi * progress)) / 2)


def write(directory, name, value):
    with open(os.path.join(directory, name), "w") as file:
        json.dump(value, file)


torch.manual_seed(0)
for name, fields in cases.items():
    directory = os.path.join(sys.argv[1], name)
    model = GPT2LMHeadModel(GPT2Config(**fields, bos_token_id=None, eos_token_id=None, attn_pdrop=0, embd_pdrop=0, resid_pdrop=0, attn_implementation="eager"))
    with torch.no_grad():  # away from where training starts, so that nothing is near 0
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter)) if parameter.dim() == 1 else parameter.mul_(3)
    model.save_pretrained(directory)

    sequence = min(fields["n_positions"], 23) - 1
    tokens = torch.randint(0, fields["vocab_size"], (3, sequence + 1))
    logits = model(tokens).logits
    loss = mean_loss(logits[:, :-1], tokens[:, 1:])
    loss.backward()
    expected = {
        "loss": loss.item(),
        "logits": logits[:, -1].tolist(),
        "gradients": {name: parameter.grad.double().norm().item() for name, parameter in model.named_parameters()},
        "steps": [],
    }

    rows = torch.randint(0, fields["vocab_size"], (13, sequence + 1))
    decayed = [parameter for parameter in model.parameters() if parameter.dim() >= 2]
    others = [parameter for parameter in model.parameters() if parameter.dim() < 2]
    optimizer = torch.optim.AdamW([dict(params=decayed, weight_decay=0.1), dict(params=others, weight_decay=0)], betas=(0.9, 0.95), eps=1e-8)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step)
        picked = torch.stack([rows[(step * batch + sample) % len(rows)] for sample in range(batch)])
        loss = mean_loss(model(picked[:, :-1]).logits, picked[:, 1:])
        optimizer.zero_grad()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), training["gradientClip"])
        optimizer.step()
        expected["steps"].append({"loss": loss.item(), "gradNorm": norm.item()})

    write(directory, "tokens.json", tokens.tolist())
    write(directory, "rows.json", rows.tolist())
    write(directory, "expected.json", expected)
    job = dict(kind="train", name="twin", model=dict(path="."), data=dict(tokens="rows.json"), training=dict(training, sequence=sequence))
    write(directory, "job.json", dict(job, resources=dict(devices=2), layout=dict(dp=2, microBatch=1)))
