package io.topiary.cli.compare.result;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A comparison, as far as it has come.
 *
 * @param command that makes it, as it was typed first
 * @param settings what the results depend on, by option, in the order of the command's help
 * @param versions of what computed them, by name
 * @param seeds ascending; each stands for start weights and an order of the images
 * @param dense networks that others were pruned from, as far as they are done
 * @param runs sparse networks, as far as they are done or have failed
 */
public record Comparison(
    Kind kind,
    String command,
    Instant startedAt,
    Map<String, String> settings,
    Map<String, String> versions,
    List<Long> seeds,
    List<DenseResult> dense,
    List<Run> runs) {

  public Comparison {
    settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    versions = Collections.unmodifiableMap(new LinkedHashMap<>(versions));
    seeds = List.copyOf(seeds);
    dense = List.copyOf(dense);
    runs = List.copyOf(runs);
  }
}
