package io.topiary.inference.kernel;

/**
 * The kernels in plain Java, for a JVM without the Vector API. They cut planes up as vectors of 16
 * floats would, so that both compile to the same program.
 */
public final class ScalarKernels implements Kernels {

  private static final int LANES = 16;
  private static final int[][] PATCHES = {{2, 8}, {2, 7}, {4, 4}, {2, 6}, {2, 5}};
  private static final int[] WIDTHS = {1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 17};

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
  public int[][] sparsePatches() {
    return PATCHES.clone();
  }

  @Override
  public int[] denseWidths(int height) {
    return WIDTHS.clone();
  }

  @Override
  public void sparse(SparseConvolution layer, float[] arena, int in, int out, int residual) {
    var tiles = layer.tiles();
    for (var tile = 0; tile < tiles.starts().length; tile++) {
      for (var block = 0; block < layer.blocks(); block++) {
        for (var row = 0; row < layer.outputs(); row++) {
          for (var y = 0; y < tiles.rows(); y++) {
            var start = tiles.starts()[tile] + y * tiles.rowStep();
            sparse(
                layer, tile, block, block * layer.outputs() + row, start, arena, in, out, residual);
          }
        }
      }
    }
  }

  private static void sparse(
      SparseConvolution layer,
      int tile,
      int block,
      int row,
      int start,
      float[] arena,
      int in,
      int out,
      int residual) {
    var tiles = layer.tiles();
    var length = tiles.widths()[tile] * LANES;
    var sums = new float[length];
    fill(sums, length, layer.bias()[row]);
    for (var k = layer.rows()[row]; k < layer.rows()[row + 1]; k++) {
      add(sums, length, layer.weights()[k], arena, in + start + layer.offsets()[k]);
    }
    var o = layer.order()[row];
    var to = out + o * layer.outPlane() + start;
    var none = residual < 0 ? -1 : residual + o * layer.residualPlane() + start;
    var floor = block == layer.blocks() - 1 ? tiles.floor() : tiles.open();
    store(sums, length, arena, to, block == 0 ? none : to, floor, tiles.floorAt(tile));
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
          store(sums, length, arena, to, at, tiles.floor(), start);
        }
      }
    }
  }

  @Override
  public void linear(DenseRows layer, float[] arena, int in, int out, int residual) {
    var inputs = layer.inputs();
    for (var row = 0; row < layer.bias().length; row++) {
      var sum = layer.bias()[row];
      for (var i = 0; i < inputs; i++) {
        sum += layer.weights()[row * inputs + i] * arena[in + i];
      }
      sum += residual < 0 ? 0 : arena[residual + row];
      arena[out + row] = layer.relu() && sum < 0 ? 0 : sum;
    }
  }

  @Override
  public void linear(SparseRows layer, float[] arena, int in, int out, int residual) {
    for (var i = 0; i < layer.rows().length; i++) {
      var sum = layer.bias()[i];
      var slice = i / LANES;
      for (var k = layer.slices()[slice] + i % LANES; k < layer.slices()[slice + 1]; k += LANES) {
        sum += layer.weights()[k] * arena[in + layer.columns()[k]];
      }
      var row = layer.rows()[i];
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
  public void max(float[] arena, int in, int step, int out, int length) {
    for (var i = 0; i < length; i++) {
      arena[out + i] = Math.max(arena[out + i], arena[in + i * step]);
    }
  }

  @Override
  public void select(
      float[] arena,
      int in,
      int inRow,
      int step,
      int out,
      int outRow,
      int rows,
      int columns,
      int images) {
    for (var y = 0; y < rows; y++) {
      for (var x = 0; x < columns; x++) {
        var from = in + y * inRow + x * step * images;
        System.arraycopy(arena, from, arena, out + y * outRow + x * images, images);
      }
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
      float[] sums, int length, float[] arena, int out, int residual, float[] floor, int at) {
    for (var i = 0; i < length; i++) {
      var sum = sums[i] + (residual < 0 ? 0 : arena[residual + i]);
      // A patch has one floor for all of its places.
      arena[out + i] = sum < floor[(at + i) % floor.length] ? 0 : sum;
    }
  }
}
