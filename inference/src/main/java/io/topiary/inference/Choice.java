package io.topiary.inference;

import java.util.Optional;

/**
 * Which kernel a layer gets. The dense kernel uses every value that it loads for several outputs,
 * the sparse one loads a value for each weight: it pays where enough weights are zero.
 */
record Choice(boolean dense, double sparsity, String why) {

  /** From this sparsity on the sparse kernel is the faster one. */
  private static final double BREAK_EVEN = 0.5;

  /** The same for a linear layer and one image. */
  private static final double BREAK_EVEN_OF_ROWS = 0.7;

  /** The dense kernel computes eight outputs at a time. */
  private static final int FEWEST_OUTPUTS = 8;

  static Choice of(Operation.Convolution convolution) {
    var outputs = convolution.bias().length / convolution.conv().groups();
    return of(convolution.weight(), outputs);
  }

  static Choice of(Operation.Linear linear) {
    return of(linear.weight(), linear.bias().length);
  }

  /** For one image, whose values a sparse row must gather one by one. */
  static Choice ofRows(Operation.Linear linear) {
    var sparsity = sparsity(linear.weight());
    return new Choice(
        sparsity < BREAK_EVEN_OF_ROWS, sparsity, "gathering pays from " + BREAK_EVEN_OF_ROWS);
  }

  private static Choice of(float[] weight, int outputs) {
    var sparsity = sparsity(weight);
    if (outputs < FEWEST_OUTPUTS) {
      return new Choice(
          false,
          sparsity,
          "%d outputs that share inputs are fewer than the dense kernel's %d"
              .formatted(outputs, FEWEST_OUTPUTS));
    }
    return sparsity < BREAK_EVEN
        ? new Choice(true, sparsity, "sparsity is below %s".formatted(BREAK_EVEN))
        : new Choice(false, sparsity, "sparsity is at least %s".formatted(BREAK_EVEN));
  }

  private static double sparsity(float[] weight) {
    var zeros = 0;
    for (var w : weight) {
      zeros += w == 0 ? 1 : 0;
    }
    return (double) zeros / weight.length;
  }

  /** The plan of a stage, if it has weights. */
  static Optional<LayerPlan> plan(Stage stage) {
    if (stage.operation() instanceof Operation.Convolution convolution) {
      return Optional.of(of(convolution).plan(stage.name()));
    }
    return stage.operation() instanceof Operation.Linear linear
        ? Optional.of(of(linear).plan(stage.name()))
        : Optional.empty();
  }

  private LayerPlan plan(String name) {
    return new LayerPlan(name, dense ? "dense" : "sparse", sparsity, why);
  }
}
