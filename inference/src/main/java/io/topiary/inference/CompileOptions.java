package io.topiary.inference;

/**
 * How a network is to be computed.
 *
 * @param threads at most so many cores for one call of {@link SparseNetwork#predict}
 */
public record CompileOptions(int threads) {

  /**
   * @throws InferenceException when there is no thread
   */
  public CompileOptions {
    if (threads < 1) {
      throw new InferenceException("threads is %d; it must be at least 1.".formatted(threads));
    }
  }

  /** All cores. */
  public static CompileOptions defaults() {
    return new CompileOptions(Runtime.getRuntime().availableProcessors());
  }
}
