package io.topiary.evaluator;

/** An evaluation that ended early because its worker stops. */
final class EvaluationStoppedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  EvaluationStoppedException() {
    super("The worker stops.");
  }
}
