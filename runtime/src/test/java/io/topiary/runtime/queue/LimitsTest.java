package io.topiary.runtime.queue;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LimitsTest {

  @ParameterizedTest
  @CsvSource({"5, 3, false", "5, 4, true", "5, 5, true", "3, 2, true", "2, 1, false", "2, 2, true"})
  void shouldLeaveADeliveryToSpareUnlessThatWouldBeTheFirst(
      int deliveries, int delivery, boolean spent) {
    // When, Then
    assertThat(new JobRunner.Limits(10, deliveries).spent(delivery)).isEqualTo(spent);
  }
}
