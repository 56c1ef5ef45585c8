package io.topiary.cli.compare.experiment;

import java.time.Instant;

/**
 * What tells a comparison from every other one.
 *
 * @param startedAt when it was begun; its jobs bear it as their generation
 * @param model what its models are called, before the seed
 */
public record Identity(Instant startedAt, String model) {

  /** Every seed has a dense network, and so a model, of its own. */
  String model(long seed) {
    return model + "-seed" + seed;
  }

  String generation() {
    return startedAt.toString();
  }
}
