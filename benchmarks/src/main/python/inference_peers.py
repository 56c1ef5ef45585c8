"""Writes the dense forms of a checkpoint that Topiary's sparse inference is compared with.

Reads a dense checkpoint that carries its network's graph, folds BatchNorm into the layers before
it, and writes TorchScript, traced and frozen, in both memory formats, and ONNX, one file for each
batch size. What this PyTorch cannot write is left out and said on standard error. What
torch.jit.optimize_for_inference makes cannot be written: its oneDNN weights are lost in the file.
"""

import argparse
import collections
import json
import os
import struct
import sys
import warnings

import numpy
import torch
from torch import nn
from torch.nn.utils import fusion

from training_peer import Graph


class ChannelsLast(nn.Module):
    """A network that lays its images channels-last first."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        return self.model(x.contiguous(memory_format=torch.channels_last))


def checkpoint(path):
    """The graph, and the tensors by name, of a safetensors file of 32-bit floats."""
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    graph = json.loads(header.pop("__metadata__")["topiary.network"])
    tensors = {}
    for name, info in header.items():
        begin, end = info["data_offsets"]
        values = numpy.frombuffer(data[begin:end], dtype="<f4").reshape(info["shape"])
        tensors[name] = torch.from_numpy(values.copy())
    return graph, tensors


def network(graph, tensors):
    """The network for inference, with BatchNorm folded."""
    model = Graph(graph)
    names = [node["name"] for node in graph["nodes"]]
    for name, layer in zip(names, model.layers):
        prefix = name + "."
        state = {k[len(prefix) :]: v for k, v in tensors.items() if k.rpartition(".")[0] == name}
        for key, value in state.items():
            parameter = getattr(layer, key)
            assert parameter.shape == value.shape, (name, key, parameter.shape, value.shape)
            parameter.data.copy_(value)
    model.eval()
    readers = collections.Counter(place for reads in model.reads for place in reads)
    for index, layer in enumerate(model.layers):
        place = model.reads[index][0]
        if not isinstance(layer, nn.BatchNorm2d) or place == 0 or readers[place] > 1:
            continue
        before = model.layers[place - 1]
        if isinstance(before, nn.Conv2d):
            model.layers[place - 1] = fusion.fuse_conv_bn_eval(before, layer)
            model.layers[index] = nn.Identity()
    return model


def frozen(model, example):
    with torch.no_grad():
        return torch.jit.freeze(torch.jit.trace(model, example).eval())


def attempt(what, path, write):
    try:
        write(path)
    except Exception as e:  # whatever this PyTorch complains of
        if os.path.exists(path):
            os.remove(path)
        print("%s is left out: %s" % (what, str(e).splitlines()[0]), file=sys.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--batches", required=True)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    graph, tensors = checkpoint(options.checkpoint)
    model = network(graph, tensors)
    for batch in options.batches.split(","):
        example = torch.randn(int(batch), *graph["input"])
        base = os.path.join(options.out, batch)
        contiguous = frozen(model, example)
        forms = {"contiguous": contiguous}
        if len(graph["input"]) == 3 and any(isinstance(l, nn.Conv2d) for l in model.layers):
            forms["channels-last"] = frozen(
                ChannelsLast(network(graph, tensors).to(memory_format=torch.channels_last)), example
            )
        for name, form in forms.items():
            attempt(name, "%s-%s.pt" % (base, name), form.save)
        attempt(
            "ONNX",
            base + ".onnx",
            lambda path: torch.onnx.export(
                model, example, path, input_names=["images"], output_names=["scores"]
            ),
        )


if __name__ == "__main__":
    main()
