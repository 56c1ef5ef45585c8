package io.topiary.benchmarks.inference;

import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** What is compared. */
final class InferenceOptions {

  @Option(
      names = "--networks",
      split = ",",
      paramLabel = "NAME",
      description = "Names of built-in networks.")
  private List<String> networks =
      List.of("mlp", "resnet8", "resnet20", "resnet18-cifar", "vgg16-bn-cifar");

  @Option(
      names = "--batches",
      split = ",",
      paramLabel = "IMAGES",
      description = "How many images are classified at once.")
  private List<Integer> batches = List.of(1, 64);

  @Option(
      names = "--sparsities",
      split = ",",
      paramLabel = "SHARE",
      description = "Shares of all prunable weights that are 0.")
  private List<Double> sparsities = List.of(0.0, 0.7, 0.8, 0.9, 0.95, 0.98);

  @Option(names = "--threads", paramLabel = "N", description = "Threads of each side.")
  private int threads = 1;

  @Option(names = "--rounds", paramLabel = "N", description = "Rounds of each side, by turns.")
  private int rounds = 7;

  @Option(names = "--seconds", paramLabel = "S", description = "How long a round lasts, nearly.")
  private double seconds = 0.3;

  @Option(
      names = "--warm-up",
      paramLabel = "S",
      description = "Seconds that each side runs before the rounds.")
  private double warmUp = 1.5;

  @Option(
      names = "--folder",
      paramLabel = "FOLDER",
      description = "Where trained networks and results are kept.")
  private Path folder = Path.of("topiary-data/compare-inference");

  @Option(
      names = "--python",
      paramLabel = "FILE",
      description = "The interpreter that makes the peers' files.")
  private String python = "/usr/bin/python3";

  @Option(names = "--peer", paramLabel = "FILE", description = "The script that makes them.")
  private Path peer = Path.of("benchmarks/src/main/python/inference_peers.py");

  @Option(
      names = "--again",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "true|false",
      description = "Whether cases that have a result are measured once more.")
  private boolean again;

  List<String> networks() {
    return networks;
  }

  List<Integer> batches() {
    return batches;
  }

  List<Double> sparsities() {
    return sparsities;
  }

  int threads() {
    return threads;
  }

  int rounds() {
    return rounds;
  }

  double seconds() {
    return seconds;
  }

  double warmUp() {
    return warmUp;
  }

  Path folder() {
    return folder;
  }

  String python() {
    return python;
  }

  Path peer() {
    return peer;
  }

  boolean again() {
    return again;
  }
}
