package io.topiary.inference;

import io.topiary.inference.kernel.DenseConvolution;
import io.topiary.inference.kernel.Kernels;
import io.topiary.inference.kernel.SparseConvolution;
import io.topiary.inference.kernel.Tiles;

/**
 * The operands of a layer's kernel.
 *
 * @param weight output by output
 * @param bias of every output
 * @param offsets for each of an output's weights, how many floats from a place of the output the
 *     value lies that it is multiplied with
 * @param channels inputs of a group
 * @param groups of outputs that read inputs of their own
 * @param groupStep floats from the inputs of one group to those of the next
 */
@SuppressWarnings("ArrayRecordComponent") // weights
record Packing(
    float[] weight, float[] bias, int[] offsets, int channels, int groups, int groupStep) {

  /** Bytes of a tile's input that are to stay in the first cache. */
  private static final int CACHED = 48 << 10;

  /**
   * Fewer weights than this for a visit of an output are not worth loading and storing its sums.
   */
  private static final int WORTH_A_VISIT = 16;

  static Packing of(Operation.Convolution convolution, Geometry in) {
    var conv = convolution.conv();
    var phases = convolution.phases().count();
    var channels = in.channels() / phases / conv.groups();
    var taps = convolution.phases().taps(conv);
    var offsets = new int[channels * taps.size()];
    for (var i = 0; i < offsets.length; i++) {
      var tap = taps.get(i % taps.size());
      offsets[i] =
          (i / taps.size() * phases + tap.phase()) * in.plane()
              + tap.row() * in.row()
              + tap.column() * in.images();
    }
    return new Packing(
        convolution.weight(),
        convolution.bias(),
        offsets,
        channels,
        conv.groups(),
        channels * phases * in.plane());
  }

  static Packing of(Operation.Linear linear, Geometry in) {
    var offsets = new int[in.channels()];
    for (var i = 0; i < offsets.length; i++) {
      offsets[i] = i * in.plane();
    }
    return new Packing(linear.weight(), linear.bias(), offsets, in.channels(), 1, 0);
  }

  DenseConvolution dense(Kernels kernels, Geometry out, int residualPlane, boolean relu) {
    var vectors = (out.extent() + kernels.lanes() - 1) / kernels.lanes();
    var height = vectors < 3 ? 8 : 4;
    var outputs = bias.length / groups;
    var blocks = (outputs + height - 1) / height;
    var row = offsets.length;
    var packed = new float[groups * blocks * row * height];
    var first = new int[groups * blocks];
    var inputs = new int[groups * blocks];
    for (var block = 0; block < first.length; block++) {
      var group = block / blocks;
      inputs[block] = group * groupStep;
      first[block] = group * outputs + Math.min(block % blocks * height, outputs - height);
      for (var i = 0; i < row; i++) {
        for (var j = 0; j < height; j++) {
          packed[(block * row + i) * height + j] = weight[(first[block] + j) * row + i];
        }
      }
    }
    var tiles = Tiles.of(out.places(), relu, kernels.lanes(), kernels.denseWidths(height));
    return new DenseConvolution(
        packed, offsets, first, inputs, bias, height, out.plane(), residualPlane, tiles);
  }

  SparseConvolution sparse(
      Kernels kernels, Geometry in, Geometry out, int residualPlane, boolean relu) {
    var tiles = Tiles.of(out.places(), relu, kernels.lanes(), kernels.sparseWidths());
    var count = 0;
    for (var w : weight) {
      count += w == 0 ? 0 : 1;
    }
    var blocks = blocks(count, tiles.widths()[0] * kernels.lanes(), in);
    var weights = new float[count];
    var offs = new int[count];
    var rows = new int[blocks * bias.length + 1];
    var next = 0;
    for (var block = 0; block < blocks; block++) {
      var taps = offsets.length / channels;
      var from = (int) ((long) channels * block / blocks) * taps;
      var to = (int) ((long) channels * (block + 1) / blocks) * taps;
      for (var o = 0; o < bias.length; o++) {
        var base = o / (bias.length / groups) * groupStep;
        for (var i = from; i < to; i++) {
          var w = weight[o * offsets.length + i];
          if (w != 0) {
            weights[next] = w;
            offs[next++] = base + offsets[i];
          }
        }
        rows[block * bias.length + o + 1] = next;
      }
    }
    return new SparseConvolution(
        weights, offs, rows, bias, blocks, out.plane(), residualPlane, tiles);
  }

  /** As many blocks of input channels as keep what a tile reads of one in the first cache. */
  private int blocks(int count, int tile, Geometry in) {
    var taps = offsets.length / channels;
    var least = Integer.MAX_VALUE;
    var most = Integer.MIN_VALUE;
    for (var i = 0; i < taps; i++) {
      least = Math.min(least, offsets[i]);
      most = Math.max(most, offsets[i]);
    }
    var read = Math.min(most - least + tile, in.plane()) * (long) Float.BYTES;
    var cached = (channels * read + CACHED - 1) / CACHED;
    var worthwhile = count / (WORTH_A_VISIT * (long) bias.length);
    return (int) Math.max(1, Math.min(channels, Math.min(cached, worthwhile)));
  }
}
