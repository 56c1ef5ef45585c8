package io.topiary.evaluator.timing;

import io.topiary.schemas.MeasuredSpeedup;
import io.topiary.schemas.TimingProtocol;
import java.util.List;
import java.util.Optional;

/**
 * What came of timing a network.
 *
 * @param speedups by batch size
 * @param protocol absent when nothing was timed
 */
public record Measured(List<MeasuredSpeedup> speedups, Optional<TimingProtocol> protocol) {

  /** Nothing. */
  public static final Measured NOTHING = new Measured(List.of(), Optional.empty());

  public Measured {
    speedups = List.copyOf(speedups);
  }
}
