package io.topiary.cli.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class WallClockTest {

  @Test
  void shouldCountEveryImageOnceAndLeaveOutWhatIsNoTraining() {
    // Given 10 images in batches of 4: 4, 4 and 2
    var clock = new WallClock(10, 4, Instant.ofEpochSecond(100));
    assertThat(clock.imagesPerSecond()).isZero();

    // When an epoch takes 5 s
    clock.done(1, Instant.ofEpochSecond(102));
    clock.done(2, Instant.ofEpochSecond(103));
    clock.done(3, Instant.ofEpochSecond(105));

    // Then
    assertThat(clock.imagesPerSecond()).isEqualTo(2);

    // When another training begins after a pause, and its first 4 images take 2 s
    clock.skipTo(Instant.ofEpochSecond(200));
    clock.done(1, Instant.ofEpochSecond(202));

    // Then
    assertThat(clock.imagesPerSecond()).isEqualTo(2);
  }
}
