package io.topiary.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FiguresTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "0.1, 0.1",
    "0.00012345, 0.0001234",
    "0.00009, 9.0e-05",
    "99990, 99990",
    "99999, 100000",
    "12345.67, 12350",
    "123456, 1.2e+05",
    "1e80, 1.0e+80",
    "2.2250738585072014E-308, 2.2e-308",
    "1.7976931348623157E308, 1.8e+308"
  })
  void shouldWriteAnyRateInFewCharacters(double rate, String text) {
    assertThat(Figures.number(rate)).isEqualTo(text).hasSizeLessThan(10);
  }

  @Test
  void shouldCountInWords() {
    assertThat(Figures.count(1, "iteration")).isEqualTo("1 iteration");
    assertThat(Figures.count(1_281_167, "image")).isEqualTo("1,281,167 images");
    assertThat(Figures.count(0, "phase")).isEqualTo("0 phases");
  }
}
