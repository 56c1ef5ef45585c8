package io.topiary.evaluator.timing;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.topiary.schemas.MeasuredSpeedup;
import java.time.Duration;
import java.util.List;

/**
 * All meters of timings: how often a figure was told, withheld or never measured, and for how long
 * trainers and other evaluations in this process had to pause.
 */
public final class TimingMeters {

  private final MeterRegistry registry;
  private final Timer pause;

  public TimingMeters(MeterRegistry registry) {
    this.registry = registry;
    // From the start, as 0: the first that is withheld is a step, then.
    List.of("told", "withheld", "too-long", "unsupported", "busy").forEach(this::counter);
    pause =
        Timer.builder("topiary.timing.duration")
            .description("how long networks were timed, while all other work in the process paused")
            .register(registry);
  }

  void measured(MeasuredSpeedup figure) {
    count(figure.getWithheld().isPresent() ? "withheld" : "told");
  }

  /** A batch size would have taken longer than the limit. */
  void tooLong() {
    count("too-long");
  }

  /** The network has something that the sparse engine cannot compute. */
  void unsupported() {
    count("unsupported");
  }

  /** Other work in the process did not pause in time. */
  void busy() {
    count("busy");
  }

  void took(Duration duration) {
    pause.record(duration);
  }

  private void count(String result) {
    counter(result).increment();
  }

  private Counter counter(String result) {
    return Counter.builder("topiary.timings")
        .description("figures of measured speedups that were told, withheld or never measured")
        .tag("result", result)
        .register(registry);
  }
}
