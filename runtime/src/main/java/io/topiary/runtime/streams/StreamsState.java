package io.topiary.runtime.streams;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.streams.KafkaStreams;

/**
 * What state an application is in, as Prometheus shows states: a gauge for each, of which one is 1.
 * Kafka Streams' own metric is the ordinal of the state, which says nothing to those who read it.
 */
final class StreamsState implements AutoCloseable {

  private final MeterRegistry registry;
  private final List<Gauge> gauges;

  StreamsState(String application, KafkaStreams streams, MeterRegistry registry) {
    this.registry = registry;
    this.gauges =
        Arrays.stream(KafkaStreams.State.values())
            .map(
                state ->
                    Gauge.builder("topiary.streams.state", streams, of -> isIn(of, state))
                        .description("1 for the state that the Kafka Streams application is in")
                        .tag("application", application)
                        .tag("state", state.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                        .register(registry))
            .toList();
  }

  @Override
  public void close() {
    gauges.forEach(registry::remove);
  }

  private static int isIn(KafkaStreams streams, KafkaStreams.State state) {
    return streams.state() == state ? 1 : 0;
  }
}
