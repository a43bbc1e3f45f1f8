"""The learner's update and forward pass in PyTorch, for `npm run bench -- --only pytorch`.

Started by bench/pytorch.bench.ts with the folder of the data that both sides learn from. Reads one command a line, answers
each with one line of JSON. CPU time is that of all threads of this process.
"""

import json
import sys
import time

import numpy as np
import torch
from torch import nn

folder, threads = sys.argv[1], int(sys.argv[2])
torch.set_num_threads(threads)
torch.manual_seed(1)
meta = json.load(open(f"{folder}/meta.json"))
HIDDEN, BOUND, EPOCHS = meta["hidden"], meta["bound"], meta["epochs"]


def column(name, shape, dtype=np.float32):
    return torch.from_numpy(np.fromfile(f"{folder}/{name}.bin", dtype=dtype).reshape(shape).copy())


class Kind(nn.Module):
    """One decision kind: actor over candidates, critic over context and mean candidate."""

    def __init__(self, context, candidate):
        super().__init__()
        self.context = nn.Linear(context, HIDDEN)
        self.candidate = nn.Linear(candidate, HIDDEN, bias=False)
        self.hidden = nn.Linear(HIDDEN, HIDDEN)
        self.out = nn.Linear(HIDDEN, 1, bias=False)
        self.critic = nn.Sequential(
            nn.Linear(context + candidate, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 1)
        )

    def logits(self, context, candidates, mask):
        e = torch.relu(self.candidate(candidates) + self.context(context).unsqueeze(1))
        r = self.out(torch.relu(self.hidden(e))).squeeze(-1)
        scores = candidates[..., -1] + r / (1 + r.abs() / BOUND)
        return torch.where(mask, scores, torch.full_like(scores, -1e9))

    def value(self, context, mean):
        return self.critic(torch.cat([context, mean], -1)).squeeze(-1)


kinds, data = [], []
for k, shape in enumerate(meta["kinds"]):
    n, c, f, w = shape["rows"], shape["context"], shape["candidate"], shape["width"]
    kinds.append(Kind(c, f))
    data.append({
        "rows": column(f"rows{k}", (n,), np.int32).long(),
        "context": column(f"context{k}", (n, c)),
        "candidates": column(f"candidates{k}", (n, w, f)),
        "mean": column(f"mean{k}", (n, f)),
        "mask": column(f"mask{k}", (n, w), np.uint8).bool(),
        "action": column(f"action{k}", (n,), np.uint8).long(),
        "advantage": column(f"advantage{k}", (n,)),
    })
TOTAL = meta["rows"]
kind_of = torch.empty(TOTAL, dtype=torch.long)
place = torch.empty(TOTAL, dtype=torch.long)
for k, d in enumerate(data):
    kind_of[d["rows"]] = k
    place[d["rows"]] = torch.arange(len(d["rows"]))
parameters = [p for kind in kinds for p in kind.parameters()]
optimiser = torch.optim.Adam(parameters, lr=1e-4, eps=1e-5)


def update(minibatch_rows):
    """Evaluates all rows, then EPOCHS passes of minibatches, as training/ppo/learner.ts does."""
    with torch.no_grad():
        for kind, d in zip(kinds, data):
            d["old_value"] = kind.value(d["context"], d["mean"])
            logp = torch.log_softmax(kind.logits(d["context"], d["candidates"], d["mask"]), -1)
            d["old_logp"] = logp.gather(1, d["action"].unsqueeze(1)).squeeze(1)
            d["target"] = d["old_value"] + d["advantage"]
    parts = max(1, round(TOTAL / minibatch_rows))
    for _ in range(EPOCHS):
        order = torch.randperm(TOTAL)
        for part in range(parts):
            rows = order[part * TOTAL // parts : (part + 1) * TOTAL // parts]
            loss = 0
            for k, (kind, d) in enumerate(zip(kinds, data)):
                at = place[rows[kind_of[rows] == k]]
                if len(at) == 0:
                    continue
                context, mean = d["context"][at], d["mean"][at]
                logp = torch.log_softmax(kind.logits(context, d["candidates"][at], d["mask"][at]), -1)
                chosen = logp.gather(1, d["action"][at].unsqueeze(1)).squeeze(1)
                entropy = -(logp.exp() * logp).sum(-1)
                advantage = d["advantage"][at]
                advantage = (advantage - advantage.mean()) / (advantage.std() + 1e-8)
                ratio = (chosen - d["old_logp"][at]).exp()
                policy = -torch.min(ratio * advantage, ratio.clamp(0.8, 1.2) * advantage)
                value, old, target = kind.value(context, mean), d["old_value"][at], d["target"][at]
                clipped = old + (value - old).clamp(-0.2, 0.2)
                error = 0.5 * torch.max((value - target) ** 2, (clipped - target) ** 2)
                loss = loss + (policy + 0.5 * error - 0.01 * entropy).sum()
            optimiser.zero_grad(set_to_none=True)
            (loss / len(rows)).backward()
            nn.utils.clip_grad_norm_(parameters, 0.5)
            optimiser.step()


def decide(batch, passes):
    """Logits of `batch` decisions of the first kind, as a rollout asks for them."""
    kind, d = kinds[0], data[0]
    with torch.inference_mode():
        for i in range(passes):
            kind.logits(d["context"][:batch], d["candidates"][:batch], d["mask"][:batch])


def multiply(side, passes):
    a, b = torch.rand(side, side), torch.rand(side, side)
    for _ in range(passes):
        a @ b


COMMANDS = {"update": update, "decide": decide, "multiply": multiply}
print(json.dumps({"torch": torch.__version__, "threads": torch.get_num_threads()}), flush=True)
for line in sys.stdin:
    name, *arguments = line.split()
    wall, cpu = time.perf_counter(), time.process_time()
    COMMANDS[name](*map(int, arguments))
    print(json.dumps({"wallS": time.perf_counter() - wall, "cpuS": time.process_time() - cpu}), flush=True)
