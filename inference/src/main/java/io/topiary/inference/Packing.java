package io.topiary.inference;

import io.topiary.inference.kernel.DenseConvolution;
import io.topiary.inference.kernel.Kernels;
import io.topiary.inference.kernel.SparseConvolution;
import io.topiary.inference.kernel.Tiles;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.stream.IntStream;

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
    var tiles = tiles(kernels, in, out, relu);
    var count = (int) IntStream.range(0, weight.length).filter(i -> weight[i] != 0).count();
    var outputs = bias.length;
    var blocks = blocks(count, tiles, kernels.lanes());
    var weights = new float[count];
    var offs = new int[count];
    var rows = new int[blocks * outputs + 1];
    var order = new int[blocks * outputs];
    var next = 0;
    for (var block = 0; block < blocks; block++) {
      var taps = offsets.length / channels;
      var from = (int) ((long) channels * block / blocks) * taps;
      var to = (int) ((long) channels * (block + 1) / blocks) * taps;
      var sorted = longestFirst(from, to);
      for (var i = 0; i < outputs; i++) {
        var o = sorted[i];
        var base = o / (outputs / groups) * groupStep;
        for (var k = from; k < to; k++) {
          var w = weight[o * offsets.length + k];
          if (w != 0) {
            weights[next] = w;
            offs[next++] = base + offsets[k];
          }
        }
        order[block * outputs + i] = o;
        rows[block * outputs + i + 1] = next;
      }
    }
    var biases = new float[order.length];
    for (var i = 0; i < outputs; i++) {
      biases[i] = bias[order[i]];
    }
    return new SparseConvolution(
        weights, offs, rows, order, biases, outputs, blocks, out.plane(), residualPlane, tiles);
  }

  /** Outputs by how many weights they have in a range of their inputs. */
  private int[] longestFirst(int from, int to) {
    var counts = new int[bias.length];
    for (var o = 0; o < counts.length; o++) {
      for (var k = from; k < to; k++) {
        counts[o] += weight[o * offsets.length + k] == 0 ? 0 : 1;
      }
    }
    return IntStream.range(0, counts.length)
        .boxed()
        .sorted(Comparator.comparingInt(o -> -counts[o]))
        .mapToInt(o -> o)
        .toArray();
  }

  /** Patches where a place is a vector and the plane is large enough. */
  private static Tiles tiles(Kernels kernels, Geometry in, Geometry out, boolean relu) {
    var lanes = kernels.lanes();
    var runs = Tiles.of(out.places(), relu, lanes, kernels.sparseWidths());
    return out.images() == lanes && in.row() == out.row()
        ? Tiles.patches(out.height(), out.width(), out.row(), relu, lanes, kernels.sparsePatches())
            .orElse(runs)
        : runs;
  }

  /** As many blocks of input channels as keep what a tile reads of one in the first cache. */
  private int blocks(int count, Tiles tiles, int lanes) {
    var read = new BitSet();
    var least = Arrays.stream(offsets).min().orElse(0);
    for (var i = 0; i < offsets.length / channels; i++) {
      for (var y = 0; y < tiles.rows(); y++) {
        var from = (offsets[i] - least + y * tiles.rowStep()) / lanes;
        read.set(from, from + tiles.widths()[0]);
      }
    }
    var bytes = (long) channels * read.cardinality() * lanes * Float.BYTES;
    var cached = (bytes + CACHED - 1) / CACHED;
    var worthwhile = count / (WORTH_A_VISIT * (long) bias.length);
    return (int) Math.max(1, Math.min(channels, Math.min(cached, worthwhile)));
  }
}
