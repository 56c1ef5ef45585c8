package io.topiary.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.engine.sparsifier.Sgd;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the optimiser against {@code torch.optim.SGD} in float32: see training.py. With {@code
 * -Dtopiary.test.log=INFO} it says how far off it is.
 */
class OptimizerAgreementTest {
  private static final Logger LOG = LoggerFactory.getLogger(OptimizerAgreementTest.class);
  private static final int WEIGHTS = 12;

  /** Of the largest value of its row: PyTorch rounds a product and a sum in one. */
  private static final int ULPS = 4;

  /**
   * @param momentum in the words of the file, as is the weight decay; Nesterov is on where both are
   *     above 0
   */
  @ParameterizedTest
  @CsvSource({"0.9, 0", "0.9, 0.0005", "0.9, 0.1", "0, 0", "0, 0.1"})
  void shouldStepAsPyTorchDoesUnderChangingRates(String momentum, String weightDecay)
      throws IOException {
    // Given
    Golden golden = Golden.read("optimizer.txt");
    Sgd sgd = new Sgd(Double.parseDouble(momentum), Double.parseDouble(weightDecay));
    float[] weights = GoldenInputs.uniform("optimizer/weights", WEIGHTS);
    float[] buffers = new float[WEIGHTS];
    double[] rates = golden.row("rates");
    double ulps = 0;

    for (int i = 0; i < rates.length; i++) {
      // When
      sgd.step(
          weights, GoldenInputs.uniform("optimizer/gradients/" + i, WEIGHTS), buffers, rates[i]);

      // Then
      String step = momentum + "/" + weightDecay + "/" + i;
      ulps = Math.max(ulps, ulps(golden, step + "/weights", weights));
      if (sgd.momentum() > 0) {
        ulps = Math.max(ulps, ulps(golden, step + "/buffers", buffers));
      }
    }
    LOG.info("momentum {}, weight decay {}: {} ulps", momentum, weightDecay, ulps);
    assertThat(ulps).isLessThan(ULPS);
  }

  private static double ulps(Golden golden, String name, float[] row) {
    double largest = Arrays.stream(golden.row(name)).map(Math::abs).max().orElseThrow();
    double[] values = new double[row.length];
    Arrays.setAll(values, i -> row[i]);
    return golden.off(name, values) / Math.ulp((float) largest);
  }
}
