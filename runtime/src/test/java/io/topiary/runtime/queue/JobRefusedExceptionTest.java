package io.topiary.runtime.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.schemas.Stage;
import org.junit.jupiter.api.Test;

class JobRefusedExceptionTest {

  @Test
  void shouldNameTheValuesThatAreKnown() {
    // When, Then
    assertThat(JobRefusedException.unknown("The stage", Stage.class))
        .hasMessage(
            "The stage is one that this worker does not know; it knows DENSE, PRUNED, RETRAINED, SPARSE.");
  }
}
