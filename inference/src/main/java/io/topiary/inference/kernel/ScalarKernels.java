package io.topiary.inference.kernel;

/**
 * The kernels in plain Java, for a JVM without the Vector API. They cut planes up as vectors of 16
 * floats would, so that both compile to the same program.
 */
public final class ScalarKernels implements Kernels {

  private static final int LANES = 16;
  private static final int[] WIDTHS = {1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 18};

  @Override
  public String name() {
    return "scalar";
  }

  @Override
  public int lanes() {
    return LANES;
  }

  @Override
  public int[] sparseWidths() {
    return WIDTHS.clone();
  }

  @Override
  public int[] denseWidths(int height) {
    return WIDTHS.clone();
  }

  @Override
  public void sparse(SparseConvolution layer, float[] arena, int in, int out, int residual) {
    var tiles = layer.tiles();
    var sums = new float[LANES * WIDTHS[WIDTHS.length - 1]];
    for (var tile = 0; tile < tiles.starts().length; tile++) {
      var start = tiles.starts()[tile];
      var length = tiles.widths()[tile] * LANES;
      for (var o = 0; o < layer.outputs(); o++) {
        fill(sums, length, layer.bias()[o]);
        for (var block = 0; block < layer.blocks(); block++) {
          var row = block * layer.outputs() + o;
          for (var k = layer.rows()[row]; k < layer.rows()[row + 1]; k++) {
            add(sums, length, layer.weights()[k], arena, in + start + layer.offsets()[k]);
          }
        }
        var at = residual < 0 ? -1 : residual + o * layer.residualPlane() + start;
        store(sums, length, arena, out + o * layer.outPlane() + start, at, tiles, start);
      }
    }
  }

  @Override
  public void dense(DenseConvolution layer, float[] arena, int in, int out, int residual) {
    var tiles = layer.tiles();
    var taps = layer.offsets().length;
    var height = layer.height();
    var sums = new float[LANES * WIDTHS[WIDTHS.length - 1]];
    for (var tile = 0; tile < tiles.starts().length; tile++) {
      var start = tiles.starts()[tile];
      var length = tiles.widths()[tile] * LANES;
      for (var block = 0; block < layer.first().length; block++) {
        for (var i = 0; i < height; i++) {
          var o = layer.first()[block] + i;
          var from = in + start + layer.inputs()[block];
          fill(sums, length, layer.bias()[o]);
          for (var tap = 0; tap < taps; tap++) {
            var weight = layer.weights()[(block * taps + tap) * height + i];
            add(sums, length, weight, arena, from + layer.offsets()[tap]);
          }
          var at = residual < 0 ? -1 : residual + o * layer.residualPlane() + start;
          var to = out + o * layer.outPlane() + start;
          store(sums, length, arena, to, at, tiles, start);
        }
      }
    }
  }

  @Override
  public void linear(LinearRows layer, float[] arena, int in, int out, int residual) {
    for (var row = 0; row < layer.bias().length; row++) {
      var begin = layer.rows()[row];
      var end = layer.rows()[row + 1];
      var sum = layer.bias()[row];
      for (var k = begin; k < end; k++) {
        sum += layer.weights()[k] * arena[in + (layer.dense() ? k - begin : layer.columns()[k])];
      }
      sum += residual < 0 ? 0 : arena[residual + row];
      arena[out + row] = layer.relu() && sum < 0 ? 0 : sum;
    }
  }

  @Override
  public void affine(
      float[] arena,
      int in,
      int out,
      int residual,
      int length,
      float scale,
      float shift,
      boolean relu) {
    for (var i = 0; i < length; i++) {
      var value = scale * arena[in + i] + shift;
      value += residual < 0 ? 0 : arena[residual + i];
      arena[out + i] = relu && value < 0 ? 0 : value;
    }
  }

  @Override
  public void max(float[] arena, int in, int out, int length) {
    for (var i = 0; i < length; i++) {
      arena[out + i] = Math.max(arena[out + i], arena[in + i]);
    }
  }

  @Override
  public void interleave(
      float[] source, int from, int elements, float[] arena, int to, int images, int width) {
    for (var x = 0; x < width; x++) {
      for (var i = 0; i < images; i++) {
        arena[to + x * images + i] = source[from + x + i * elements];
      }
    }
  }

  @Override
  public boolean finite(float[] values) {
    for (var value : values) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
  }

  private static void fill(float[] sums, int length, float bias) {
    for (var i = 0; i < length; i++) {
      sums[i] = bias;
    }
  }

  private static void add(float[] sums, int length, float weight, float[] arena, int at) {
    for (var i = 0; i < length; i++) {
      sums[i] += weight * arena[at + i];
    }
  }

  private static void store(
      float[] sums, int length, float[] arena, int out, int residual, Tiles tiles, int start) {
    for (var i = 0; i < length; i++) {
      var sum = sums[i] + (residual < 0 ? 0 : arena[residual + i]);
      arena[out + i] = sum < tiles.floor()[start + i] ? 0 : sum;
    }
  }
}
