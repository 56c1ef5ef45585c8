package io.topiary.inference.kernel;

import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * A sparse linear layer for one image at a time, a row in every lane of a vector, after Kreutzer et
 * al., 2014, A Unified Sparse Matrix Data Format for Efficient General Sparse Matrix-Vector
 * Multiplication on Modern Processors with Wide SIMD Units, SIAM Journal on Scientific Computing
 * 36(5) (arXiv 1307.6209). Rows are sorted by how many weights they have, and so many neighbours as
 * a vector has lanes are a slice: first come the first weights of all its rows, then the second
 * ones. Rows that are shorter than the longest of their slice end in weights of zero.
 *
 * @param weights slice by slice; within it by a weight's number in its row, then by lane
 * @param columns of every weight
 * @param slices where every slice begins, and where the last ends
 * @param rows which row every lane of every slice is; the last slice's idle lanes repeat its first
 * @param bias of every lane of every slice
 */
@SuppressWarnings("ArrayRecordComponent") // kernels index these millions of times a second
public record SparseRows(
    float[] weights,
    int[] columns,
    int[] slices,
    int[] rows,
    float[] bias,
    int outputs,
    boolean relu) {

  /**
   * Sorts and slices a layer's weights.
   *
   * @param weight row by row
   * @param lanes rows of a slice
   */
  public static SparseRows of(float[] weight, float[] bias, boolean relu, int lanes) {
    var outputs = bias.length;
    var inputs = weight.length / outputs;
    var kept = new int[outputs][];
    for (var row = 0; row < outputs; row++) {
      var start = row * inputs;
      kept[row] = IntStream.range(0, inputs).filter(i -> weight[start + i] != 0).toArray();
    }
    var longestFirst = Comparator.comparingInt((Integer row) -> -kept[row].length);
    var sorted = IntStream.range(0, outputs).boxed().sorted(longestFirst).toList();
    var slices = new int[(outputs + lanes - 1) / lanes + 1];
    var rows = new int[(slices.length - 1) * lanes];
    var biases = new float[rows.length];
    for (var slice = 0; slice < slices.length - 1; slice++) {
      var first = slice * lanes;
      slices[slice + 1] = slices[slice] + kept[sorted.get(first)].length * lanes;
      for (var i = first; i < first + lanes; i++) {
        rows[i] = sorted.get(i < outputs ? i : first);
        biases[i] = bias[rows[i]];
      }
    }
    var weights = new float[slices[slices.length - 1]];
    var columns = new int[weights.length];
    for (var i = 0; i < rows.length; i++) {
      var own = kept[rows[i]];
      for (var k = slices[i / lanes] + i % lanes; k < slices[i / lanes + 1]; k += lanes) {
        var number = (k - slices[i / lanes]) / lanes;
        // A zero reads what its row reads anyway, so that nothing infinite comes in with it.
        columns[k] = own.length == 0 ? 0 : own[Math.min(number, own.length - 1)];
        weights[k] = number < own.length ? weight[rows[i] * inputs + columns[k]] : 0;
      }
    }
    return new SparseRows(weights, columns, slices, rows, biases, outputs, relu);
  }
}
