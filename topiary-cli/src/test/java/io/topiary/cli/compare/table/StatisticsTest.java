package io.topiary.cli.compare.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class StatisticsTest {

  /** Hours of sleep gained by two drugs, of the same ten patients (Student, 1908). */
  private static final double[][] SLEEP = {
    {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0},
    {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4}
  };

  @Test
  void shouldFindWhatStudentFound() {
    // When
    var test = PairedTest.of(bySeed(SLEEP[1]), bySeed(SLEEP[0])).orElseThrow();

    // Then p is that of R's t.test(extra ~ group, data = sleep, paired = TRUE)
    assertThat(test.p()).isCloseTo(0.002833, within(5e-7));
    assertThat(test.difference()).isCloseTo(1.58, within(1e-12));
    assertThat(test.better()).isTrue();
    assertThat(test.worse()).isFalse();
  }

  @Test
  void shouldCompareTheSeedsThatBothHave() {
    // Given figures of which one seed is alone
    var first = Map.of(1L, 90.0, 2L, 91.0, 3L, 80.0);
    var second = Map.of(1L, 89.0, 2L, 90.5);

    // When
    var test = PairedTest.of(first, second).orElseThrow();

    // Then
    assertThat(test.seeds()).isEqualTo(2);
    assertThat(test.difference()).isEqualTo(0.75);
    assertThat(PairedTest.of(Map.of(1L, 90.0), second)).isEmpty();
  }

  @Test
  void shouldFindNoDifferenceWhereThereIsNone() {
    var same = Map.of(1L, 90.0, 2L, 91.0, 3L, 80.0);

    var test = PairedTest.of(same, same).orElseThrow();

    assertThat(test.p()).isOne();
    assertThat(test.better() || test.worse()).isFalse();
  }

  @Test
  void shouldDivideByOneLess() {
    assertThat(Spread.of(List.of(1.0, 2.0, 4.0)).orElseThrow().deviation().orElseThrow())
        .isCloseTo(Math.sqrt(7 / 3.0), within(1e-12));
    assertThat(Spread.of(List.of(3.0)).orElseThrow().deviation()).isEmpty();
    assertThat(Spread.of(List.of())).isEmpty();
  }

  private static Map<Long, Double> bySeed(double[] values) {
    var bySeed = new TreeMap<Long, Double>();
    for (var value : values) {
      bySeed.put((long) bySeed.size(), value);
    }
    return bySeed;
  }
}
