package io.topiary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.runtime.telemetry.Telemetry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HealthCommandTest {

  @Test
  void shouldTellWhoIsReadyAndWhyAnotherIsNot() {
    // Given
    try (var well = Telemetry.start("127.0.0.1", 0);
        var waiting = Telemetry.start("127.0.0.1", 0)) {
      waiting.health().component("store").unready("the bucket is away");

      // When
      var run =
          CommandLineRun.of("health", well.address().toString(), waiting.address().toString());

      // Then
      assertThat(run.status()).isEqualTo(1);
      assertThat(run.out())
          .containsExactly(
              well.address() + " is ready",
              waiting.address() + " is not ready: store: the bucket is away");
    }
  }

  @Test
  void shouldBeContentWhenAllAreReady() {
    // Given
    try (var well = Telemetry.start("127.0.0.1", 0)) {
      // When
      var run = CommandLineRun.of("health", well.address().toString());

      // Then
      assertThat(run.status()).isZero();
    }
  }

  @Test
  void shouldTellWhereNobodyAnswers() {
    // When
    var run = CommandLineRun.of("health", "http://127.0.0.1:1");

    // Then
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.out()).containsExactly("http://127.0.0.1:1 is not ready: nobody answers there");
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost:8080", "8080", "ftp://localhost", "http:/localhost"})
  void shouldRefuseWhatIsNoAddress(String address) {
    // When
    var run = CommandLineRun.of("health", address);

    // Then
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err())
        .containsExactly(
            "'%s' is no address of a service; it should be like http://localhost:8081."
                .formatted(address));
  }
}
