package io.topiary.inference;

import io.topiary.inference.kernel.Kernels;
import java.util.List;

/**
 * A network compiled for blocks of so many images. A program has no state: what it computes with is
 * all in the arena that a caller brings.
 *
 * @param arena floats that it needs
 */
record Program(Kernels kernels, Planes input, List<Step> steps, Planes scores, int arena) {

  int images() {
    return input.images();
  }

  int classes() {
    return scores.channels();
  }

  /**
   * Classifies one block.
   *
   * @param from index of the block's first float
   * @param to index of its first score
   */
  void run(float[] arena, float[] images, int from, float[] scores, int to) {
    read(arena, images, from);
    for (var step : steps) {
      step.run(arena);
    }
    write(arena, scores, to);
  }

  private void read(float[] arena, float[] source, int from) {
    var width = input.width();
    var elements = input.channels() * input.height() * width;
    if (input.geometry().contiguous()) {
      readRow(arena, source, from, elements, input.origin(), elements);
      return;
    }
    var next = from;
    for (var c = 0; c < input.channels(); c++) {
      for (var y = 0; y < input.height(); y++, next += width) {
        readRow(arena, source, next, elements, input.at(c, y, 0), width);
      }
    }
  }

  private void readRow(float[] arena, float[] source, int from, int elements, int to, int width) {
    if (input.images() == 1) {
      System.arraycopy(source, from, arena, to, width);
    } else {
      kernels.interleave(source, from, elements, arena, to, input.images(), width);
    }
  }

  private void write(float[] arena, float[] target, int to) {
    var block = scores.images();
    var classes = scores.channels();
    for (var c = 0; c < classes; c++) {
      for (var i = 0; i < block; i++) {
        target[to + i * classes + c] = arena[scores.at(c, 0, 0) + i];
      }
    }
  }
}
