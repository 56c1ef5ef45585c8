"""Trains a network in PyTorch, a round of iterations at a time, when told to on standard input.

The network comes as the JSON form of a network, images and labels as raw little-endian files.
First the fastest way to train it is looked for among those that a user of PyTorch has; the answer
to that, and to every round, is one line of JSON on standard output.
"""

import argparse
import collections
import json
import platform
import sys
import time

import numpy
import torch
from torch import nn
from torch.nn import functional


class Add(nn.Module):
    def forward(self, first, second):
        return first + second


class Slice(nn.Module):
    def __init__(self, steps):
        super().__init__()
        self.steps = steps

    def forward(self, x):
        return x[:, :, :: self.steps[0], :: self.steps[1]]


class Pad(nn.Module):
    def __init__(self, before, after):
        super().__init__()
        self.padding = (0, 0, 0, 0, before, after)

    def forward(self, x):
        return functional.pad(x, self.padding)


def module(node, shape, in_place):
    """The layer of one node, for an image or vector of the given shape."""
    operator = node["operator"]
    window = {key: tuple(node[key]) for key in ("stride", "padding") if key in node}
    if operator == "Conv":
        return nn.Conv2d(
            shape[0],
            node["outChannels"],
            tuple(node["kernel"]),
            dilation=tuple(node["dilation"]),
            groups=node["groups"],
            bias=node["bias"],
            **window,
        )
    if operator == "BatchNormalization":
        return nn.BatchNorm2d(shape[0], eps=node["epsilon"], momentum=node["momentum"])
    if operator == "Gemm":
        return nn.Linear(shape[0], node["outFeatures"], bias=node["bias"])
    if operator == "Relu":
        return nn.ReLU(inplace=in_place)
    if operator == "MaxPool":
        return nn.MaxPool2d(tuple(node["kernel"]), **window)
    if operator == "AveragePool":
        return nn.AvgPool2d(
            tuple(node["kernel"]), count_include_pad=node["countIncludePad"], **window
        )
    if operator == "GlobalAveragePool":
        return nn.AdaptiveAvgPool2d(1)
    if operator == "Flatten":
        return nn.Flatten()
    if operator == "Add":
        return Add()
    if operator == "Slice":
        return Slice(node["steps"])
    if operator == "Pad":
        return Pad(node["channelsBefore"], node["channelsAfter"])
    raise ValueError("no operator " + operator)


class Graph(nn.Module):
    """Nodes in an order in which each comes after those it reads."""

    def __init__(self, description):
        super().__init__()
        self.layers = nn.ModuleList()
        self.reads = []
        places = {"input": 0}
        values = [torch.zeros(2, *description["input"])]
        before = "input"
        readers = collections.Counter()
        for node in description["nodes"]:
            readers.update(node.get("inputs", [before]))
            before = node["name"]
        before = "input"
        for node in description["nodes"]:
            inputs = node.get("inputs", [before])
            reads = [places[name] for name in inputs]
            alone = readers[inputs[0]] == 1 and inputs[0] != "input"
            layer = module(node, values[reads[0]].shape[1:], alone)
            self.layers.append(layer)
            self.reads.append(reads)
            with torch.no_grad():
                values.append(layer(*[values[place].clone() for place in reads]))
            before = node["name"]
            places[before] = len(places)
        self.chain = all(reads == [place] for place, reads in enumerate(self.reads))

    def forward(self, x):
        if self.chain:
            for layer in self.layers:
                x = layer(x)
            return x
        values = [x]
        for layer, reads in zip(self.layers, self.reads):
            values.append(layer(*[values[place] for place in reads]))
        return values[-1]


class Trainer:
    """A network, its optimiser and its data, in one layout of memory and one kind of optimiser."""

    def __init__(self, job, layout, foreach):
        with open(job.network, encoding="utf-8") as file:
            description = json.load(file)
        torch.manual_seed(job.seed)
        self.format = getattr(torch, layout)
        self.model = Graph(description).train().to(memory_format=self.format)
        self.name = "%s, %s" % (layout, "foreach" if foreach else "loop over parameters")
        self.optimizer = torch.optim.SGD(
            self.model.parameters(),
            lr=job.rate,
            momentum=job.momentum,
            weight_decay=job.weight_decay,
            nesterov=job.weight_decay > 0,
            foreach=foreach,
        )
        pixels = numpy.fromfile(job.pixels, dtype="<f4").reshape(-1, *description["input"])
        self.pixels = torch.from_numpy(pixels).contiguous(memory_format=self.format)
        self.labels = torch.from_numpy(numpy.fromfile(job.labels, dtype="<i8"))
        self.batch = job.batch
        self.order = torch.randperm(len(self.labels))
        self.next = 0

    def round(self, iterations):
        """Trains; yields images, and seconds: of training alone, in all, and of the processor."""
        training = 0.0
        started = time.perf_counter()
        processor = time.process_time()
        for _ in range(iterations):
            if self.next + self.batch > len(self.order):
                self.order = torch.randperm(len(self.order))
                self.next = 0
            rows = self.order[self.next : self.next + self.batch]
            self.next += self.batch
            x = self.pixels[rows]
            y = self.labels[rows]
            begun = time.perf_counter()
            self.optimizer.zero_grad(set_to_none=True)
            loss = functional.cross_entropy(self.model(x), y)
            loss.backward()
            self.optimizer.step()
            training += time.perf_counter() - begun
        return {
            "images": iterations * self.batch,
            "training": training,
            "whole": time.perf_counter() - started,
            "processor": time.process_time() - processor,
            "loss": loss.item(),
        }


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--network", required=True)
    parser.add_argument("--pixels", required=True)
    parser.add_argument("--labels", required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--rate", type=float, required=True)
    parser.add_argument("--momentum", type=float, required=True)
    parser.add_argument("--weight-decay", type=float, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--probe", type=int, required=True, help="iterations of a first look")
    return parser.parse_args()


def fastest(job):
    """The fastest of the ways to train, by the better of two rounds of each."""
    trainers = [
        Trainer(job, layout, foreach)
        for layout in ("contiguous_format", "channels_last")
        for foreach in (False, True)
    ]
    for trainer in trainers:
        trainer.round(max(1, job.probe // 2))
    seconds = [float("inf")] * len(trainers)
    for _ in range(2):
        for index, trainer in enumerate(trainers):
            seconds[index] = min(seconds[index], trainer.round(job.probe)["processor"])
    return trainers[seconds.index(min(seconds))]


def answer(line):
    print(json.dumps(line), flush=True)


def main():
    job = options()
    torch.set_num_threads(job.threads)
    trainer = fastest(job)
    answer(
        {
            "way": trainer.name,
            "parameters": sum(p.numel() for p in trainer.model.parameters()),
            "version": "Python %s, PyTorch %s" % (platform.python_version(), torch.__version__),
        }
    )
    for line in sys.stdin:
        answer(trainer.round(int(line)))


if __name__ == "__main__":
    main()
