"""Makes what the methods that prune while they train do, for tests to follow step by step.

    python3 methods.py FOLDER

Each method is written from its formulas, with PyTorch's autograd and torch.optim.SGD, and without a
look at the project's own. Computed in float64; the same in float32 says how far PyTorch is off by
its own rounding, and that stands in the first line of a file. The files in the repository come from
PyTorch 1.13.1 and torchvision 0.14.1 (Debian 12's python3-torch and python3-torchvision).

The formulas are those of Zhu and Gupta 2017 (GMP), Lin et al. 2020 (DPF), Ding et al. 2019 (GSM),
Wortsman et al. 2019 (DNW), Carreira-Perpinan and Idelbayev 2018 (LC), Kusupati et al. 2020 (STR)
and Liu et al. 2020 (DST).
"""

import math
import sys
from pathlib import Path

import torch
from torch.nn import functional as F
from torch.nn.utils import stateless

import inputs
import reference

SIDE, WIDTH, BATCH, SEED, ITERATIONS, KEPT = 12, 3, 16, 9, 25, (1, 5, 17, 25)


def flat(tensors):
    return torch.cat([tensor.detach().flatten() for tensor in tensors])


def split(row, tensors):
    parts = row.split([tensor.numel() for tensor in tensors])
    return [part.reshape(tensor.shape) for part, tensor in zip(parts, tensors)]


def largest(scores, count):
    """Ones at the largest of all scores together; of equals, the later stay."""
    row = flat(scores)
    mask = torch.ones_like(row)
    mask[torch.sort(row, stable=True).indices[: len(row) - count]] = 0
    return split(mask, scores)


class Method:
    """Dense training, which the methods depart from."""

    def __init__(self, weights, sparsity, per_epoch):
        self.weights, self.sparsity, self.per_epoch = weights, sparsity, per_epoch
        self.size = sum(w.numel() for w in weights)
        self.thresholds = []

    def effective(self):
        return self.weights

    def penalty(self):
        return 0

    def before_step(self, decay):
        pass

    def after_step(self, done, buffers):
        pass


class Ramp(Method):
    """GMP's: at the end of epochs P, 2P, .., nP, n = T div P - 1, s_t = s - s (1 - t / nP)^3."""

    def __init__(self, *settings, period=1, recovery=False):
        super().__init__(*settings)
        self.period, self.recovery, self.target = period, recovery, 0.0
        self.masks = [torch.ones_like(w) for w in self.weights]

    def event(self, done):
        last = ((ITERATIONS // self.per_epoch) // self.period - 1) * self.period
        epoch, into = divmod(done, self.per_epoch)
        if into or epoch % self.period or epoch > last:
            return False
        self.target = self.sparsity - self.sparsity * (1 - epoch / last) ** 3
        return True

    def rank(self):
        pruned = round(self.target * self.size)  # halves to even
        self.masks = largest([w.abs() for w in self.weights], self.size - pruned)

    def effective(self):
        return [w * mask for w, mask in zip(self.weights, self.masks)]


class Gmp(Ramp):
    def after_step(self, done, buffers):
        event = self.event(done)
        if event:
            self.rank()
        if event or not self.recovery:
            for buffer, mask in zip(buffers, self.masks):
                buffer.mul_(mask)
        if not self.recovery:
            for w, mask in zip(self.weights, self.masks):
                w.data.mul_(mask)


class Dpf(Ramp):
    """The gradient at the pruned weights moves all of them."""

    def effective(self):
        return [w + (w * mask - w).detach() for w, mask in zip(self.weights, self.masks)]

    def after_step(self, done, buffers):
        if self.event(done) or done % 16 == 0:
            self.rank()


class Gsm(Method):
    """Only the floor((1 - s) N) largest |w g| follow their gradient."""

    def before_step(self, decay):
        scores = [(w * w.grad).abs() for w in self.weights]
        for w, mask in zip(self.weights, largest(scores, math.floor((1 - self.sparsity) * self.size))):
            w.grad.mul_(mask)


class Dnw(Method):
    """Every forward pass is without the weights up to the floor(s N)-th smallest |w|."""

    def effective(self):
        tau = torch.sort(flat(w.abs() for w in self.weights)).values[math.floor(self.sparsity * self.size) - 1]
        return [w + (w * (w.abs() > tau) - w).detach() for w in self.weights]


class Lc(Method):
    """The floor((1 - s) N) largest |w| do not decay."""

    def before_step(self, decay):
        kept = largest([w.abs() for w in self.weights], math.floor((1 - self.sparsity) * self.size))
        for w, mask in zip(self.weights, kept):
            w.grad.sub_(decay * w.detach() * mask)


class Str(Method):
    """Computes with sign(w) relu(|w| - sigmoid(a)), a of its tensor."""

    def __init__(self, *settings, initial=0.0):
        super().__init__(*settings)
        self.thresholds = [torch.full((), initial, dtype=w.dtype, requires_grad=True) for w in self.weights]

    def effective(self):
        return [
            torch.sign(w) * F.relu(w.abs() - torch.sigmoid(a))
            for w, a in zip(self.weights, self.thresholds)]


class Step(torch.autograd.Function):
    """1 where x > 0, with another function's derivative: 2 - 4 |x|, then 0.4, and 0 beyond 1."""

    @staticmethod
    def forward(context, x):
        context.save_for_backward(x)
        return (x > 0).to(x.dtype)

    @staticmethod
    def backward(context, gradient):
        (x,) = context.saved_tensors
        size = x.abs()
        slope = torch.where(size <= 0.4, 2 - 4 * size, torch.full_like(x, 0.4))
        return gradient * torch.where(size <= 1, slope, torch.zeros_like(x))


class Dst(Method):
    """Computes with w step(|w| - t), t of its unit; alpha sum exp(-t) raises t."""

    def __init__(self, *settings, alpha=0.0):
        super().__init__(*settings)
        self.alpha = alpha
        self.thresholds = [torch.zeros(len(w), dtype=w.dtype, requires_grad=True) for w in self.weights]

    def masks(self):
        return [
            Step.apply(w.abs() - t.reshape(-1, *[1] * (w.dim() - 1)))
            for w, t in zip(self.weights, self.thresholds)]

    def effective(self):
        return [w * mask for w, mask in zip(self.weights, self.masks())]

    def penalty(self):
        return self.alpha * sum(torch.exp(-t).sum() for t in self.thresholds)

    def after_step(self, done, buffers):
        for t, mask in zip(self.thresholds, self.masks()):
            if mask.mean() <= 0.01:
                print("  thresholds reset after iteration", done)
                t.data.zero_()


# Name: method, its own settings, target sparsity, peak rate, momentum, weight decay.
RUNS = {
    "gmp": (Gmp, {}, 0.75, 0.1, 0.9, 5e-4),
    "gmp-recovering": (Gmp, {"recovery": True}, 0.75, 0.1, 0.9, 5e-4),
    "dpf": (Dpf, {}, 0.75, 0.1, 0.9, 5e-4),
    "dpf-two-epochs": (Dpf, {"period": 2}, 0.75, 0.1, 0.9, 0),
    "gsm": (Gsm, {}, 0.75, 0.02, 0.98, 5e-4),
    "dnw": (Dnw, {}, 0.75, 0.1, 0.9, 5e-4),
    "lc": (Lc, {}, 0.75, 0.1, 0.9, 0.02),
    "str": (Str, {"initial": -2.0}, 0.75, 0.1, 0.9, 5e-3),
    "str-beyond": (Str, {"initial": -1.0}, 0.5, 0.1, 0.9, 5e-3),
    "dst": (Dst, {"alpha": 5e-3}, 0.75, 0.1, 0.9, 5e-4),
    "dst-reset": (Dst, {"alpha": 0.2}, 0.5, 0.1, 0.9, 0),
}


def train(run, kind):
    """Losses of all iterations, and everything after some: {key: tensor}."""
    make, settings, sparsity, peak, momentum, decay = run
    network, images = inputs.network("small-cnn", SIDE, WIDTH).to(kind), inputs.Images(SIDE)
    parameters = dict(network.named_parameters())
    prunable = [key for key, p in parameters.items() if p.dim() > 1]
    per_epoch = -(-len(images) // BATCH)
    method = make([parameters[key] for key in prunable], sparsity, per_epoch, **settings)
    sgd = torch.optim.SGD(
        [*parameters.values(), *method.thresholds],
        lr=1, momentum=momentum, weight_decay=decay, nesterov=decay > 0)

    losses, kept = [], {}
    for i, rate in enumerate(inputs.linear(peak, 4, ITERATIONS)):
        epoch, batch = divmod(i, per_epoch)
        rows = images.order(SEED, epoch)[batch * BATCH : (batch + 1) * BATCH]
        changed = {**parameters, **dict(zip(prunable, method.effective()))}
        scores = stateless.functional_call(network, changed, images.pixels[rows].to(kind))
        loss = F.cross_entropy(scores, images.labels[rows])
        sgd.zero_grad()
        (loss + method.penalty()).backward()
        with torch.no_grad():
            method.before_step(decay)
        sgd.param_groups[0]["lr"] = rate
        sgd.step()
        with torch.no_grad():
            method.after_step(i + 1, [sgd.state[w]["momentum_buffer"] for w in method.weights])
        losses.append(loss.item())
        if i + 1 in KEPT:
            keep(kept, str(i + 1), network, method, sgd, parameters)
    finish(kept, network, method, prunable, images.pixels.to(kind))
    return losses, kept


def keep(kept, prefix, network, method, sgd, parameters):
    for key, tensor in reference.state(network).items():
        kept[f"{prefix}/weights/{key}"] = tensor.clone()
    for key, p in parameters.items():
        kept[f"{prefix}/momentum/{key}"] = sgd.state[p]["momentum_buffer"].clone()
    if method.thresholds:
        buffers = [sgd.state[t]["momentum_buffer"] for t in method.thresholds]
        kept[f"{prefix}/thresholds"] = flat(method.thresholds)
        kept[f"{prefix}/threshold-momentum"] = flat(buffers)
    effective = flat(method.effective())
    kept[f"{prefix}/effective"] = effective
    kept[f"{prefix}/zeros"] = (effective == 0).sum().to(effective.dtype).reshape(1)


def finish(kept, network, method, prunable, pixels):
    """What is left of too many weights is pruned, and the statistics follow."""
    effective = [w.detach() for w in method.effective()]
    zeros, target = sum((w == 0).sum().item() for w in effective), round(method.sparsity * method.size)
    if zeros < target:
        masks = largest([w.abs() for w in effective], method.size - target)
        effective = [w * mask for w, mask in zip(effective, masks)]
    with torch.no_grad():
        for key, w in zip(prunable, effective):
            network.get_parameter(key).copy_(w)
        if zeros < target:
            for batch in pixels.split(BATCH):
                network(batch)
    for key, tensor in reference.state(network).items():
        kept["final/" + key] = tensor.clone()
    zeros = sum((w == 0).sum() for w in effective)
    kept["final/zeros"] = zeros.to(pixels.dtype).reshape(1)


def off(exact, rounded):
    """Largest deviation: of a loss, and of an element relative to its tensor's rms."""
    loss = max(abs(a - b) for a, b in zip(exact[0], rounded[0]))
    worst = 0
    for key, tensor in exact[1].items():
        rms = tensor.square().mean().sqrt().item()
        if rms:
            worst = max(worst, (tensor - rounded[1][key]).abs().max().item() / rms)
    return f"PyTorch's own float32 is off by {loss:.1e} in a loss and {worst:.1e} in a tensor"


def write(folder):
    for case, run in RUNS.items():
        exact, rounded = train(run, torch.float64), train(run, torch.float32)
        head = f"# {case}: {off(exact, rounded)}"
        print(head[2:], [int(exact[1][f"{k}/zeros"].item()) for k in [*KEPT, "final"]])
        lines = [head, inputs.line("loss", exact[0])]
        lines += [inputs.line(key, inputs.sample(tensor)) for key, tensor in exact[1].items()]
        Path(folder, f"method-{case}.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    write(sys.argv[1])
