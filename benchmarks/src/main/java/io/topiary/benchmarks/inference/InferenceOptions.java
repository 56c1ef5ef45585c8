package io.topiary.benchmarks.inference;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * What is compared.
 *
 * @param networks names of built-in networks
 * @param sparsities of all prunable weights
 * @param threads of each side
 * @param rounds of each side, by turns
 * @param seconds that a round lasts, nearly
 * @param warmUp seconds that each side runs before the rounds
 * @param folder where trained networks and results are kept
 * @param python the interpreter that makes the peers' files
 * @param peer its script
 * @param again whether cases that have a result are measured once more
 */
record InferenceOptions(
    List<String> networks,
    List<Integer> batches,
    List<Double> sparsities,
    int threads,
    int rounds,
    double seconds,
    double warmUp,
    Path folder,
    String python,
    Path peer,
    boolean again) {

  static InferenceOptions parse(String[] arguments) {
    var options =
        new InferenceOptions(
            List.of("mlp", "resnet8", "resnet20", "resnet18-cifar", "vgg16-bn-cifar"),
            List.of(1, 64),
            List.of(0.0, 0.7, 0.8, 0.9, 0.95, 0.98),
            1,
            7,
            0.3,
            1.5,
            Path.of("topiary-data/compare-inference"),
            "/usr/bin/python3",
            Path.of("benchmarks/src/main/python/inference_peers.py"),
            false);
    for (var i = 0; i < arguments.length; i += 2) {
      if (i + 1 == arguments.length) {
        throw new IllegalArgumentException("Option " + arguments[i] + " has no value.");
      }
      options = options.with(arguments[i], arguments[i + 1]);
    }
    return options;
  }

  private InferenceOptions with(String option, String value) {
    var known =
        List.of(
            "--networks",
            "--batches",
            "--sparsities",
            "--threads",
            "--rounds",
            "--seconds",
            "--warm-up",
            "--folder",
            "--python",
            "--peer",
            "--again");
    if (!known.contains(option)) {
      throw new IllegalArgumentException(
          "There is no option %s; there are %s.".formatted(option, String.join(", ", known)));
    }
    var values = Arrays.asList(value.split(",", -1));
    return new InferenceOptions(
        option.equals("--networks") ? values : networks,
        option.equals("--batches") ? values.stream().map(Integer::valueOf).toList() : batches,
        option.equals("--sparsities") ? values.stream().map(Double::valueOf).toList() : sparsities,
        option.equals("--threads") ? Integer.parseInt(value) : threads,
        option.equals("--rounds") ? Integer.parseInt(value) : rounds,
        option.equals("--seconds") ? Double.parseDouble(value) : seconds,
        option.equals("--warm-up") ? Double.parseDouble(value) : warmUp,
        option.equals("--folder") ? Path.of(value) : folder,
        option.equals("--python") ? value : python,
        option.equals("--peer") ? Path.of(value) : peer,
        option.equals("--again") ? Boolean.parseBoolean(value) : again);
  }
}
