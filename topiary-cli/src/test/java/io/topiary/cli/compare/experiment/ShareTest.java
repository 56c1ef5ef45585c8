package io.topiary.cli.compare.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.topiary.runtime.StartException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShareTest {

  @Test
  void shouldBeExactWhereAFractionIs() {
    // When the paper's shares are taken of 45 epochs
    var shares = Share.parse("--retrain", List.of(Share.USUAL));

    // Then they are whole and half epochs
    assertThat(shares.stream().map(share -> share.of(45))).containsExactly(1.0, 2.5, 5.0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0.0222        | 0.999",
        "1             | 45",
        "' 2 / 90 '    | 1",
      })
  void shouldTakeDecimalsAndFractions(String typed, double epochs) {
    assertThat(Share.parse("--retrain", List.of(typed)).get(0).of(45)).isEqualTo(epochs);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0          | above 0 and at most 1",
        "1.5        | above 0 and at most 1",
        "1/0        | above 0 and at most 1",
        "-1/2       | above 0 and at most 1",
        "a tenth    | shares of the dense epochs with commas between them",
        "1/9/9      | shares of the dense epochs with commas between them",
        "1/9,,1/3   | shares of the dense epochs with commas between them",
        "1/2,0.5    | should be named once",
      })
  void shouldRefuseWhatIsNoShare(String typed, String expected) {
    assertThatThrownBy(() -> Share.parse("--retrain", List.of(typed)))
        .isInstanceOf(StartException.class)
        .hasMessageContaining(expected);
  }
}
