package io.topiary.cli.compare;

import io.topiary.cli.compare.experiment.Experiment;
import io.topiary.schemas.TimingProtocol;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.utils.AppInfoParser;

/** What computed the results, as far as it decides how they come out. */
final class Versions {

  private Versions() {}

  /**
   * @param topiary the command line's own
   */
  static Map<String, String> of(String topiary, Experiment experiment, Findings findings) {
    var versions = new LinkedHashMap<String, String>();
    versions.put("Topiary", topiary);
    versions.put("Java", System.getProperty("java.vm.name") + " " + Runtime.version());
    versions.put("Kafka", AppInfoParser.getVersion());
    protocol(experiment, findings)
        .ifPresent(
            protocol -> {
              versions.put("dense inference", protocol.getDenseEngine());
              versions.put("sparse inference", protocol.getSparseEngine());
            });
    versions.put(
        "machine",
        "%s %s, %d processors"
            .formatted(
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                Runtime.getRuntime().availableProcessors()));
    return versions;
  }

  private static Optional<TimingProtocol> protocol(Experiment experiment, Findings findings) {
    return experiment.trials().stream()
        .flatMap(trial -> findings.finished(trial).stream())
        .flatMap(made -> made.evaluation().getProtocol().stream())
        .findFirst();
  }
}
