package io.topiary.evaluator.timing;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.topiary.engine.Weights;
import io.topiary.engine.data.DataSets;
import io.topiary.runtime.config.Settings;
import io.topiary.runtime.quiet.QuietPeriods;
import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.Shape;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class SpeedupMeasurementTest {

  private static final Weights WEIGHTS =
      Weights.initial(BuiltInNetworks.network("mlp", 4, Shape.of(1, 4, 4), 10), 1);

  private final Logger log = (Logger) LoggerFactory.getLogger(SpeedupMeasurement.class);
  private final ListAppender<ILoggingEvent> said = new ListAppender<>();

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final QuietPeriods periods = new QuietPeriods();
  private final SpeedupMeasurement speedups =
      new SpeedupMeasurement(
          TimingSettings.from(Settings.of(TimingSettings.SETTINGS, Map.of())),
          new TimingMeters(registry),
          System::nanoTime,
          Duration.ofMillis(150));

  @BeforeEach
  void listen() {
    said.start();
    log.setLevel(Level.WARN);
    log.addAppender(said);
  }

  @AfterEach
  void listenNoMore() {
    log.detachAppender(said);
    log.setLevel(null);
  }

  @Test
  void shouldTimeNothingAndSayWhyWhenSomebodyDoesNotPauseInTime() throws Exception {
    // Given somebody who works on
    var images = DataSets.open(DataSets.FASHION_MNIST_SAMPLE, List.of()).test();
    var goneOn = new AtomicInteger();
    Measured measured;
    try (var other = periods.begin(() -> false);
        var work = periods.begin(() -> false)) {

      // When
      measured = speedups.measure(WEIGHTS, images, work, goneOn::incrementAndGet);

      // Then work goes on as before
      work.pause();
      other.pause();
    }

    // Then
    assertThat(measured).isEqualTo(Measured.NOTHING);
    assertThat(registry.get("topiary.timings").tag("result", "busy").counter().count())
        .isEqualTo(1);
    assertThat(registry.get("topiary.timing.duration").timer().count()).isZero();
    assertThat(said.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .containsExactly(
            "Nothing is timed: other work in this process did not pause within PT0.15S");
    assertThat(goneOn).hasValue(1);
  }
}
