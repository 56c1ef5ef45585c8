"""Makes what PyTorch and torchvision say about the built-in networks, for tests to compare with.

    python3 reference.py shapes FOLDER   every tensor of a network's state, at its usual width
    python3 reference.py scores FOLDER   what narrow networks make of one image

The files in the repository come from PyTorch 1.13.1 and torchvision 0.14.1 (Debian 12's
python3-torch and python3-torchvision).
"""

import sys
import zlib
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torchvision.models import resnet, vgg


class ResNet(resnet.ResNet):
    """torchvision's, of any width and with either stem."""

    def __init__(self, block, blocks, width, classes, cifar=False, channels=3):
        nn.Module.__init__(self)
        self._norm_layer = nn.BatchNorm2d
        self.inplanes, self.dilation, self.groups, self.base_width = width, 1, 1, 64
        self.conv1 = nn.Conv2d(channels, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        if cifar:
            self.conv1 = nn.Conv2d(channels, width, 3, 1, 1, bias=False)
            self.maxpool = nn.Identity()
        self.layer1 = self._make_layer(block, width, blocks[0])
        self.layer2 = self._make_layer(block, 2 * width, blocks[1], stride=2)
        self.layer3 = self._make_layer(block, 4 * width, blocks[2], stride=2)
        self.layer4 = self._make_layer(block, 8 * width, blocks[3], stride=2)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(8 * width * block.expansion, classes)


def vgg_features(width):
    layers = [l if l == "M" else l * width // 64 for l in vgg.cfgs["D"]]
    return vgg.make_layers(layers, batch_norm=True)


def vgg16_bn(width, classes):
    network = vgg.VGG(nn.Identity(), init_weights=False)
    network.features = vgg_features(width)
    hidden = 64 * width
    network.classifier[0] = nn.Linear(8 * width * 7 * 7, hidden)
    network.classifier[3] = nn.Linear(hidden, hidden)
    network.classifier[6] = nn.Linear(hidden, classes)
    return network


class VggCifar(nn.Module):
    def __init__(self, width, classes):
        super().__init__()
        self.features = vgg_features(width)
        self.classifier = nn.Linear(8 * width, classes)

    def forward(self, x):
        return self.classifier(self.features(x).mean((2, 3)))


class WideBlock(nn.Module):
    def __init__(self, channels, width, stride):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv1 = nn.Conv2d(channels, width, 3, 1, 1)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1)
        self.shortcut = nn.Sequential()
        if stride != 1 or channels != width:
            self.shortcut = nn.Sequential(nn.Conv2d(channels, width, 1, stride))

    def forward(self, x):
        y = self.conv1(F.relu(self.bn1(x)))
        return self.conv2(F.relu(self.bn2(y))) + self.shortcut(x)


class WideResNet(nn.Module):
    def __init__(self, blocks, width, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1)
        self.layer1 = self.stage(16, width, blocks, 1)
        self.layer2 = self.stage(width, 2 * width, blocks, 2)
        self.layer3 = self.stage(2 * width, 4 * width, blocks, 2)
        self.bn1 = nn.BatchNorm2d(4 * width)
        self.linear = nn.Linear(4 * width, classes)

    @staticmethod
    def stage(channels, width, blocks, stride):
        rest = [WideBlock(width, width, 1) for _ in range(blocks - 1)]
        return nn.Sequential(WideBlock(channels, width, stride), *rest)

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(self.conv1(x))))
        return self.linear(F.relu(self.bn1(x)).mean((2, 3)))


class CifarBlock(nn.Module):
    def __init__(self, channels, width, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.stride, self.added = stride, width if stride > 1 else 0

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        if self.stride > 1:
            before = self.added // 4
            after = self.added // 2 - before
            x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, before, after))
        return F.relu(y + x)


class CifarResNet(nn.Module):
    def __init__(self, blocks, width, classes, channels=3):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, width, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.layer1 = self.stage(width, width, blocks, 1)
        self.layer2 = self.stage(width, 2 * width, blocks, 2)
        self.layer3 = self.stage(2 * width, 4 * width, blocks, 2)
        self.linear = nn.Linear(4 * width, classes)

    @staticmethod
    def stage(channels, width, blocks, stride):
        rest = [CifarBlock(width, width, 1) for _ in range(blocks - 1)]
        return nn.Sequential(CifarBlock(channels, width, stride), *rest)

    def forward(self, x):
        x = self.layer1(F.relu(self.bn1(self.conv1(x))))
        return self.linear(self.layer3(self.layer2(x)).mean((2, 3)))


# Name: how it is made, its usual width, side of its usual image, its usual classes.
NETWORKS = {
    "resnet20": (lambda w, c: CifarResNet(3, w, c), 16, 32, 10),
    "resnet56": (lambda w, c: CifarResNet(9, w, c), 16, 32, 10),
    "resnet18-cifar": (
        lambda w, c: ResNet(resnet.BasicBlock, [2, 2, 2, 2], w, c, cifar=True), 64, 32, 10),
    "resnet18": (lambda w, c: ResNet(resnet.BasicBlock, [2, 2, 2, 2], w, c), 64, 224, 1000),
    "resnet50": (lambda w, c: ResNet(resnet.Bottleneck, [3, 4, 6, 3], w, c), 64, 224, 1000),
    "wrn-28-10": (lambda w, c: WideResNet(4, w, c), 160, 32, 100),
    "vgg16-bn-cifar": (VggCifar, 64, 32, 10),
    "vgg16-bn": (vgg16_bn, 64, 224, 1000),
}

# What torchvision itself makes.
ORIGINALS = {"resnet18": resnet.resnet18, "resnet50": resnet.resnet50, "vgg16-bn": vgg.vgg16_bn}


def state(network):
    return {k: v for k, v in network.state_dict().items() if not k.endswith("num_batches_tracked")}


def multiply_adds(network, side):
    counts = []

    def count(module, _, output):
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            places = output[0, 0].numel()
            counts.append(module.weight.numel() * places)

    for module in network.modules():
        module.register_forward_hook(count)
    with torch.no_grad():
        network(torch.zeros(1, 3, side, side))
    return sum(counts)


def noise(name, shape):
    """Numbers in [0, 1) that anybody can make again: MurmurHash3's finaliser of name and index."""
    x = np.arange(int(np.prod(shape)), dtype=np.uint32) + np.uint32(zlib.crc32(name.encode()))
    x ^= x >> np.uint32(16)
    x *= np.uint32(0x85EBCA6B)
    x ^= x >> np.uint32(13)
    x *= np.uint32(0xC2B2AE35)
    x ^= x >> np.uint32(16)
    return (x.astype(np.float64) / 2.0**32).reshape(shape)


def value(name, tensor, normalised):
    u = noise(name, tuple(tensor.shape))
    if tensor.dim() > 1:  # uniform with variance 2 / fan-in, so that signals keep their size
        return (2 * u - 1) * np.sqrt(6.0 / (tensor.numel() // tensor.shape[0]))
    if name.endswith("running_var") or (normalised and name.endswith("weight")):
        return 0.5 + u
    return u - 0.5


def scatter(network):
    tensors = state(network)
    for name, tensor in tensors.items():
        normalised = name.rsplit(".", 1)[0] + ".running_mean" in tensors
        tensor.copy_(torch.from_numpy(value(name, tensor, normalised).astype(np.float32)))


def write_shapes(folder):
    for name, (make, width, side, classes) in NETWORKS.items():
        network = make(width, classes).eval()
        lines = [f"{key} {list(tensor.shape)}" for key, tensor in state(network).items()]
        if name in ORIGINALS:
            original = state(ORIGINALS[name]())
            assert lines == [f"{key} {list(tensor.shape)}" for key, tensor in original.items()]
        parameters = sum(p.numel() for p in network.parameters())
        head = f"# {parameters} parameters; {multiply_adds(network, side)} multiply-adds at {side}x{side}"
        Path(folder, name + ".txt").write_text("\n".join([head, *lines]) + "\n")


def write_scores(folder):
    width, classes = 4, 5
    lines = ["# network, side of the image, scores; width 4, 3 channels, 5 classes"]
    with torch.no_grad():
        for name, (make, _, usual, _) in NETWORKS.items():
            side = 224 if name == "vgg16-bn" else 37
            network = make(width, classes).eval()
            scatter(network)
            image = torch.from_numpy((2 * noise("image", (1, 3, side, side)) - 1).astype(np.float32))
            scores = network.double()(image.double())[0].tolist()
            lines.append(" ".join([name, str(side), *(f"{score:.9g}" for score in scores)]))
    Path(folder, "scores.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    {"shapes": write_shapes, "scores": write_scores}[sys.argv[1]](sys.argv[2])
