package io.topiary.cli.options;

import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.sparsity.schedule.CosineDecay;
import io.topiary.sparsity.schedule.DenseRule;
import io.topiary.sparsity.schedule.LinearDecay;
import io.topiary.sparsity.schedule.OneCycle;
import io.topiary.sparsity.schedule.StepDecay;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DenseShapeTest {

  @Test
  void shouldWarmUpAsAskedOrAsIsUsual() {
    assertThat(rates(DenseRule.LINEAR, Optional.empty())).isEqualTo(new LinearDecay(0.4, 0, 850));
    assertThat(rates(DenseRule.STEP, Optional.of(0.1)))
        .isEqualTo(StepDecay.threeDrops(0.4, 85, 850));
    assertThat(rates(DenseRule.COSINE, Optional.of(0.1))).isEqualTo(new CosineDecay(0.4, 85, 850));
    assertThat(rates(DenseRule.ONE_CYCLE, Optional.empty())).isEqualTo(new OneCycle(0.4, 255, 850));
    assertThat(rates(DenseRule.ONE_CYCLE, Optional.of(0.0))).isEqualTo(new OneCycle(0.4, 0, 850));
  }

  @ParameterizedTest
  @CsvSource({"0.9999, 10, 9", "0.9, 1, 0", "0.3, 2, 1", "0.29, 100, 29", "0.5, 0, 0"})
  void shouldLeaveAnIterationAfterTheWarmUp(double share, int iterations, int warmUp) {
    var shape = new DenseShape(DenseRule.ONE_CYCLE, share);

    assertThat(shape.rates(0.1, iterations).warmUp()).isEqualTo(warmUp);
  }

  private static Object rates(DenseRule rule, Optional<Double> warmUp) {
    return DenseShape.of(rule, warmUp).rates(0.4, 850);
  }
}
