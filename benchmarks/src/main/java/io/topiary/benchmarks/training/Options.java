package io.topiary.benchmarks.training;

import java.nio.file.Path;
import java.util.List;

/**
 * What is compared.
 *
 * @param networks names of built-in networks
 * @param data name or folder of the data set
 * @param threads of each side, or of each slot
 * @param rounds of each side, one side after the other
 * @param seconds that a round lasts, nearly
 * @param slots independent jobs side by side in one process, against as many processes of Python
 * @param python the interpreter
 * @param peer its script
 */
record Options(
    List<String> networks,
    String data,
    int batchSize,
    int threads,
    int rounds,
    double seconds,
    int slots,
    String python,
    Path peer) {

  static Options parse(String[] arguments) {
    Options options =
        new Options(
            List.of("lenet5", "small-cnn", "resnet20", "resnet18-cifar"),
            "fashion-mnist",
            128,
            1,
            7,
            2,
            1,
            "/usr/bin/python3",
            Path.of("benchmarks/src/main/python/training_peer.py"));
    for (int i = 0; i < arguments.length; i += 2) {
      if (i + 1 == arguments.length) {
        throw new IllegalArgumentException("Option " + arguments[i] + " has no value.");
      }
      options = options.with(arguments[i], arguments[i + 1]);
    }
    return options;
  }

  private Options with(String option, String value) {
    return new Options(
        option.equals("--networks") ? List.of(value.split(",")) : networks,
        option.equals("--data") ? value : data,
        option.equals("--batch-size") ? Integer.parseInt(value) : batchSize,
        option.equals("--threads") ? Integer.parseInt(value) : threads,
        option.equals("--rounds") ? Integer.parseInt(value) : rounds,
        option.equals("--seconds") ? Double.parseDouble(value) : seconds,
        option.equals("--slots") ? Integer.parseInt(value) : slots,
        option.equals("--python") ? value : python,
        option.equals("--peer") ? Path.of(value) : peer);
  }
}
