"""Makes what PyTorch's own optimiser and autograd say, for tests to follow step by step.

    python3 training.py optimizer FOLDER    torch.optim.SGD on a few weights, in float32
    python3 training.py training FOLDER     whole runs, losses and weights
    python3 training.py statistics FOLDER   BatchNorm's running statistics, batch by batch

Whole runs are computed in float64; the same in float32 says how far PyTorch is off by its own
rounding, and that stands in the first line of a file. The files in the repository come from
PyTorch 1.13.1 and torchvision 0.14.1 (Debian 12's python3-torch and python3-torchvision).
"""

import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import inputs
import reference


def uniform(name, length):
    return torch.from_numpy((2 * reference.noise(name, (length,)) - 1).astype(np.float32))


def write_optimizer(folder):
    weights, rates = 12, [0.0, 0.05, 0.15, 0.2, 0.2, 0.17, 0.3, 0.11, 0.08, 0.0, 0.05, 0.02, 1e-3, 0.5, 0.01, 1e-6]
    lines = ["# torch.optim.SGD in float32: weights, and buffers where there is momentum, after each step"]
    lines.append(" ".join(["rates", *(repr(rate) for rate in rates)]))
    for momentum, decay in [(0.9, 0), (0.9, 5e-4), (0.9, 0.1), (0, 0), (0, 0.1)]:
        nesterov = momentum > 0 and decay > 0  # without momentum it is the same, and refused
        w = nn.Parameter(uniform("optimizer/weights", weights))
        sgd = torch.optim.SGD([w], lr=1, momentum=momentum, weight_decay=decay, nesterov=nesterov)
        for i, rate in enumerate(rates):
            sgd.param_groups[0]["lr"] = rate
            w.grad = uniform(f"optimizer/gradients/{i}", weights)
            sgd.step()
            key = f"{momentum}/{decay}/{i}"
            lines.append(inputs.line(key + "/weights", w.tolist()))
            if momentum:
                lines.append(inputs.line(key + "/buffers", sgd.state[w]["momentum_buffer"].tolist()))
    Path(folder, "optimizer.txt").write_text("\n".join(lines) + "\n")


STEPPED, LINEAR = inputs.stepped(0.1, 24, [8, 17], 0.1), inputs.linear(0.1, 4, 24)

# Name: network, side, width, rates, momentum, weight decay, share of weights alive, momentum given.
RUNS = {
    "mlp": ("mlp", 12, 8, STEPPED, 0.9, 0, None, False),
    "lenet5": ("lenet5", 12, 2, LINEAR, 0.9, 5e-4, None, False),
    "small-cnn": ("small-cnn", 12, 3, LINEAR, 0.9, 0, None, False),
    "resnet8": ("resnet8", 12, 4, LINEAR, 0.9, 5e-4, None, False),
    "resnet18": ("resnet18", 33, 4, inputs.linear(0.02, 4, 24), 0.9, 5e-4, None, False),
    "lenet5-masked": ("lenet5", 12, 2, LINEAR, 0.9, 0, 0.4, False),
    "resnet8-masked": ("resnet8", 12, 4, LINEAR, 0.9, 5e-4, 0.3, True),
}
BATCH, SEED, KEPT = 8, 9, (1, 5, 24)


def train(run, kind):
    """Losses of all iterations, and state and momentum after some: {key: tensor}."""
    name, side, width, rates, momentum, decay, alive, carried = run
    network, images = inputs.network(name, side, width).to(kind), inputs.Images(side)
    parameters = dict(network.named_parameters())
    sgd = torch.optim.SGD(
        parameters.values(), lr=1, momentum=momentum, weight_decay=decay, nesterov=decay > 0)
    if carried:
        for key, p in parameters.items():
            sgd.state[p]["momentum_buffer"] = inputs.momentum(key, p).to(kind)
    masks = {k: inputs.mask(k, p, alive) for k, p in parameters.items() if alive and p.dim() > 1}

    def enforce():
        with torch.no_grad():
            for key, mask in masks.items():
                parameters[key].mul_(mask)
                if "momentum_buffer" in sgd.state[parameters[key]]:
                    sgd.state[parameters[key]]["momentum_buffer"].mul_(mask)

    enforce()
    losses, kept = [], {}
    per_epoch = -(-len(images) // BATCH)
    for i, rate in enumerate(rates):
        epoch, batch = divmod(i, per_epoch)
        rows = images.order(SEED, epoch)[batch * BATCH : (batch + 1) * BATCH]
        loss = F.cross_entropy(network(images.pixels[rows].to(kind)), images.labels[rows])
        sgd.zero_grad()
        loss.backward()
        sgd.param_groups[0]["lr"] = rate
        sgd.step()
        enforce()
        losses.append(loss.item())
        if i + 1 in KEPT:
            for key, tensor in reference.state(network).items():
                kept[f"{i + 1}/weights/{key}"] = tensor.clone()
            for key, p in parameters.items():
                kept[f"{i + 1}/momentum/{key}"] = sgd.state[p]["momentum_buffer"].clone()
    return losses, kept


def off(exact, rounded):
    """Largest deviation: of a loss, and of an element relative to its tensor's rms."""
    loss = max(abs(a - b) for a, b in zip(exact[0], rounded[0]))
    worst = 0
    for key, tensor in exact[1].items():
        rms = tensor.square().mean().sqrt().item()
        if rms:
            worst = max(worst, (tensor - rounded[1][key]).abs().max().item() / rms)
    return f"PyTorch's own float32 is off by {loss:.1e} in a loss and {worst:.1e} in a tensor"


def write_training(folder):
    for case, run in RUNS.items():
        exact, rounded = train(run, torch.float64), train(run, torch.float32)
        head = f"# {case}: {off(exact, rounded)}"
        print(head[2:])
        lines = [head, inputs.line("loss", exact[0])]
        lines += [inputs.line(key, inputs.sample(tensor)) for key, tensor in exact[1].items()]
        Path(folder, f"training-{case}.txt").write_text("\n".join(lines) + "\n")


def write_statistics(folder):
    lines = ["# running statistics after each batch: two channels of 5x5, momentum 0.1, 0.3 and 0.5"]
    for rate in (0.1, 0.3, 0.5):
        norm = nn.BatchNorm2d(2, momentum=rate).double().train()
        for batch, size in enumerate((6, 6, 3, 1)):
            norm(2 + 3 * uniform(f"statistics/{batch}", size * 50).reshape(size, 2, 5, 5).double())
            values = [*norm.running_mean.tolist(), *norm.running_var.tolist()]
            lines.append(inputs.line(f"{rate}/{batch}", values))
    network, images = inputs.network("resnet8", 12, 4).double(), inputs.Images(12)
    with torch.no_grad():
        for pixels in images.pixels.split(16):
            network(pixels.double())
    for key, tensor in reference.state(network).items():
        if "running" in key:
            lines.append(inputs.line("refreshed/" + key, tensor.tolist()))
    Path(folder, "statistics.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    {"optimizer": write_optimizer, "training": write_training, "statistics": write_statistics}[
        sys.argv[1]](sys.argv[2])
