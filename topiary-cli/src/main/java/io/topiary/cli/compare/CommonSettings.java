package io.topiary.cli.compare;

import static io.topiary.cli.options.Refusals.number;

import io.topiary.cli.options.Subject;
import io.topiary.cli.options.TrainingRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The settings that the results of both comparisons depend on, by option. */
final class CommonSettings {

  private CommonSettings() {}

  static Map<String, String> of(
      Subject subject, TrainingRequest training, double epochs, List<Long> seeds) {
    var network = subject.network();
    var data = subject.data();
    var perEpoch = subject.iterationsPerEpoch(training);
    var rates = training.rates(network, (int) Math.rint(epochs * perEpoch));
    var settings = new LinkedHashMap<String, String>();
    settings.put("network", network.name());
    settings.put(
        "prunable weights",
        String.valueOf(
            network.prunable().stream().mapToLong(weight -> weight.shape().elements()).sum()));
    settings.put("data", data.name());
    settings.put(
        "images (training, validation, test)",
        "%d, %d, %d".formatted(data.train().size(), data.validation().size(), data.test().size()));
    settings.put("data SHA-256", data.sha256());
    settings.put("augmentation", subject.augmentation().toString());
    settings.put("--epochs", number(epochs));
    settings.put("--batch-size", String.valueOf(training.batchSize()));
    settings.put("iterations per epoch", String.valueOf(perEpoch));
    settings.put("--learning-rate", number(rates.peak()));
    settings.put("--dense-schedule", training.shape().rule().label());
    settings.put("--warm-up", number(training.shape().warmUp()));
    settings.put("--weight-decay", number(training.weightDecay(network)));
    settings.put(
        "--momentum",
        training.momentum().map(given -> number(given)).orElse("the method's usual one"));
    settings.put("seeds", seeds.stream().map(String::valueOf).collect(Collectors.joining(",")));
    return settings;
  }
}
