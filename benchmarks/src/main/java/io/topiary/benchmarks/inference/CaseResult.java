package io.topiary.benchmarks.inference;

/**
 * What came out for one network, sparsity and batch size; times in milliseconds for a batch.
 *
 * @param torchForm the fastest of PyTorch's forms
 * @param torchRatio PyTorch's time over ours, round by round
 * @param onnxRatio ONNX Runtime's time over ours
 * @param torchError the largest difference of a score from PyTorch's, over the largest score
 * @param multiplyAdds that are left, 10^9 of them per second
 * @param rounds of each
 */
record CaseResult(
    String network,
    double sparsity,
    int batch,
    int threads,
    String engine,
    Quartiles sparse,
    String torchForm,
    Quartiles torch,
    Quartiles onnx,
    Quartiles torchRatio,
    Quartiles onnxRatio,
    double torchError,
    double onnxError,
    double multiplyAdds,
    int rounds,
    String at,
    String machine) {

  /** Whether this is what one would measure again for that case. */
  boolean is(String otherNetwork, double otherSparsity, int otherBatch, int otherThreads) {
    return network.equals(otherNetwork)
        && sparsity == otherSparsity
        && batch == otherBatch
        && threads == otherThreads;
  }
}
