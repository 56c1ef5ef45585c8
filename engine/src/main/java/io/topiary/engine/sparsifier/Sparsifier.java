package io.topiary.engine.sparsifier;

import java.util.Map;

/**
 * A method at work in one training run, on the run's thread. In every iteration the loop asks it
 * for the weights to compute with, hands it their gradients, and lets it step:
 *
 * <pre>
 * loss(effective(rows)); rows.gradients() = gradient of the loss
 * backward(rows)
 * step(rows, sgd, rate)
 * afterIteration(rows, iterations done)
 * </pre>
 *
 * <p>The optimiser moves {@code rows.weights()}; a method that computes with others, as many do,
 * keeps those in a row of its own. Whatever it must remember from one iteration to the next is in
 * {@link #state}, so that a run can be taken up again anywhere and go on bit for bit.
 */
public sealed interface Sparsifier
    permits Dense,
        FixedMask,
        GradualMagnitudePruning,
        GlobalSparseMomentum,
        DynamicPruning,
        NeuralWirings,
        LearningCompression,
        SoftThresholds,
        TrainableThresholds {

  /**
   * What the next forward pass computes with: {@code rows.weights()} itself, or a row of the
   * method's own, which lasts until the next call. It is a function of the rows and of {@link
   * #state} alone.
   */
  float[] effective(Rows rows);

  /**
   * Makes of the gradients with respect to {@link #effective} those that the step is to follow, in
   * place.
   */
  default void backward(Rows rows) {}

  /** Moves the weights, and thresholds if the method has any, by one step. */
  default void step(Rows rows, Sgd sgd, double learningRate) {
    sgd.step(rows.weights(), rows.gradients(), rows.momentum(), learningRate);
  }

  /**
   * Enforces, recomputes and drops what the method does between iterations.
   *
   * @param done iterations that are done, the one just taken included
   */
  default void afterIteration(Rows rows, int done) {}

  /**
   * What it remembers beside the rows, by name, as copies; what is not in it can be worked out
   * anew.
   */
  default Map<String, float[]> state() {
    return Map.of();
  }

  /**
   * Goes on from what {@link #state} was, which must have the same names and lengths.
   *
   * @throws SparsifierException if it has others
   */
  default void restore(Map<String, float[]> state) {
    StateMismatch.requireNames(Map.of(), state);
  }

  /** Fraction of the prunable weights that must be 0 in the end; 0 where the mask is given. */
  default double target() {
    return 0;
  }
}
