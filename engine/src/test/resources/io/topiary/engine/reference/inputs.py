"""What golden runs start from: nothing here is kept in a file, the tests make it again.

Start weights, masks and momentum are noise by name and index (reference.noise). Images are noise
too, brighter in the rows of their class. Their split, their normalisation and their order are the
project's own rules, written here a second time.
"""

import math

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torchvision.models import resnet

import reference

CLASSES = 4
IMAGES = 84
HELD_OUT_SEED, IMAGE_ORDER = 2023, 2
GAMMA, WORD = 0x9E3779B97F4A7C15, (1 << 64) - 1


class RandomStream:
    """SplitMix64, Lemire's bounded integers, and Fisher and Yates' permutation."""

    def __init__(self, seed, *purpose):
        self.state = seed
        for part in purpose:
            self.state = self.mix((self.mix((self.state + GAMMA) & WORD) + part) & WORD)

    @staticmethod
    def mix(z):
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & WORD
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & WORD
        return z ^ (z >> 31)

    def below(self, bound):
        while True:
            self.state = (self.state + GAMMA) & WORD
            product = (self.mix(self.state) >> 32) * bound
            if product & 0xFFFFFFFF >= (1 << 32) % bound:
                return product >> 32

    def permutation(self, size):
        order = [0] * size
        for i in range(size):
            j = self.below(i + 1)
            order[i] = order[j]
            order[j] = i
        return order


class Images:
    """The training split of the noise: nine tenths of it, normalised by its own pixels."""

    def __init__(self, side):
        u = reference.noise("train-images", (IMAGES, side, side))
        pixels = np.floor(200 * u).astype(np.int64)
        labels = np.arange(IMAGES) % CLASSES
        bright = np.arange(side)[None, :] % CLASSES == labels[:, None]
        pixels += 55 * bright[:, :, None]
        rows = RandomStream(HELD_OUT_SEED).permutation(IMAGES)[IMAGES // 10 :]
        kept = pixels[rows]
        mean = kept.sum() / kept.size
        deviation = math.sqrt((kept * kept).sum() / kept.size - mean * mean)
        self.pixels = torch.from_numpy(((kept - mean) / deviation).astype(np.float32))[:, None]
        self.labels = torch.from_numpy(labels[rows])

    def __len__(self):
        return len(self.labels)

    def order(self, seed, epoch):
        return RandomStream(seed, IMAGE_ORDER, epoch).permutation(len(self))


class Mlp(nn.Module):
    def __init__(self, side, width):
        super().__init__()
        self.fc1 = nn.Linear(side * side, width)
        self.fc2 = nn.Linear(width, CLASSES)

    def forward(self, x):
        return self.fc2(F.relu(self.fc1(x.flatten(1))))


class LeNet5(nn.Module):
    def __init__(self, side, width):
        super().__init__()
        left = (side // 2 - 4) // 2
        self.conv1 = nn.Conv2d(1, width, 5, 1, 2)
        self.conv2 = nn.Conv2d(width, width * 16 // 6, 5)
        self.fc1 = nn.Linear(width * 16 // 6 * left * left, 20 * width)
        self.fc2 = nn.Linear(20 * width, 14 * width)
        self.fc3 = nn.Linear(14 * width, CLASSES)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc3(F.relu(self.fc2(F.relu(self.fc1(x.flatten(1))))))


class SmallCnn(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv1 = nn.Conv2d(1, width, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, 2 * width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(2 * width)
        self.conv3 = nn.Conv2d(2 * width, 4 * width, 3, 1, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * width)
        self.fc = nn.Linear(4 * width, CLASSES)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 2)
        x = F.max_pool2d(F.relu(self.bn2(self.conv2(x))), 2)
        return self.fc(F.relu(self.bn3(self.conv3(x))).mean((2, 3)))


def network(name, side, width):
    """A built-in network for images of one channel, with the weights that all runs start from."""
    made = {
        "mlp": lambda: Mlp(side, width),
        "lenet5": lambda: LeNet5(side, width),
        "small-cnn": lambda: SmallCnn(width),
        "resnet8": lambda: reference.CifarResNet(1, width, CLASSES, channels=1),
        "resnet18": lambda: reference.ResNet(
            resnet.BasicBlock, [2, 2, 2, 2], width, CLASSES, channels=1),
    }[name]()
    with torch.no_grad():
        reference.scatter(made)
    return made.train()


def mask(name, tensor, share):
    """Ones for a share of the weights, zeros for the others."""
    return torch.from_numpy(reference.noise("mask/" + name, tuple(tensor.shape)) < share)


def momentum(name, tensor):
    values = 0.02 * (2 * reference.noise("momentum/" + name, tuple(tensor.shape)) - 1)
    return torch.from_numpy(values.astype(np.float32))


def linear(peak, warm_up, iterations):
    """A warm-up along half a cosine, then a line to 0; the peak is used twice."""
    rates = []
    for i in range(iterations):
        if warm_up and i <= warm_up:
            rates.append(peak * (1 - math.cos(math.pi * i / warm_up)) / 2)
        else:
            past = i - warm_up - 1 if warm_up else i
            rates.append(peak * (1 - past / (iterations - warm_up)))
    return rates


def stepped(peak, iterations, milestones, factor):
    return [peak * factor ** sum(m <= i for m in milestones) for i in range(iterations)]


def sample(tensor):
    """Norm and up to 12 elements of a tensor, which stand for it in a file."""
    flat = tensor.detach().double().flatten()
    count = min(12, len(flat))
    return [flat.norm().item(), *(flat[i * len(flat) // count].item() for i in range(count))]


def line(key, values):
    return " ".join([key, *(f"{value:.9g}" for value in values)])
