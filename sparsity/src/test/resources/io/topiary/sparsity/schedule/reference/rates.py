"""Makes the learning rates that PyTorch's schedulers say, for tests to compare with.

    python3 rates.py > rates.txt

The file in the repository comes from PyTorch 1.13.1 (Debian 12's python3-torch). A line has the
schedule, the peak, the iterations of warm-up, those in all, and the rates.
"""

import torch
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR, OneCycleLR


def rates(peak, iterations, scheduler):
    optimizer = SGD([torch.nn.Parameter(torch.zeros(1))], lr=peak, momentum=0.9)
    schedule = scheduler(optimizer)
    for i in range(iterations):
        yield optimizer.param_groups[0]["lr"]
        optimizer.step()
        if i + 1 < iterations:
            schedule.step()


def show(name, peak, warm_up, iterations, scheduler):
    print(name, peak, warm_up, iterations, *map(repr, rates(peak, iterations, scheduler)))


for peak, n in (0.1, 1), (0.1, 2), (0.4, 44), (0.05, 101), (1.7, 250):
    show("COSINE", peak, 0, n, lambda optimizer: CosineAnnealingLR(optimizer, T_max=n))

for peak, warm_up, n in (0.1, 1, 3), (0.4, 2, 22), (0.4, 13, 44), (0.05, 30, 101), (1.7, 249, 251):
    show(
        "ONE_CYCLE", peak, warm_up, n,
        lambda optimizer: OneCycleLR(
            optimizer, max_lr=peak, total_steps=n, pct_start=(warm_up + 1) / n,
            anneal_strategy="cos", div_factor=25, final_div_factor=1e4, cycle_momentum=False),
    )
