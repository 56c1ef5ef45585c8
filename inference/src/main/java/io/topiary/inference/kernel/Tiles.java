package io.topiary.inference.kernel;

import java.util.Arrays;

/**
 * How the places of one output plane are cut up: runs of whole vectors, which one kernel call keeps
 * in registers. Rows follow each other with a gap between them, and what a kernel computes for
 * places in the gap is noise that the mask takes away.
 *
 * @param starts of every tile, in floats from the plane's first place
 * @param widths of every tile, in vectors
 * @param mask for every float from the plane's first place on: all bits where there is a place,
 *     none where there is not
 */
@SuppressWarnings("ArrayRecordComponent") // kernels index these millions of times a second
public record Tiles(int[] starts, int[] widths, int[] mask) {

  /**
   * Tiles of nearly equal widths.
   *
   * @param mask without what lies after the last place
   * @param available the widths there are kernels for, ascending
   */
  public static Tiles of(int[] mask, int lanes, int[] available) {
    var vectors = (mask.length + lanes - 1) / lanes;
    var widest = available[available.length - 1];
    var count = (vectors + widest - 1) / widest;
    var starts = new int[count];
    var widths = new int[count];
    var next = 0;
    for (var i = 0; i < count; i++) {
      var share = (vectors - next + count - i - 1) / (count - i);
      starts[i] = next * lanes;
      widths[i] = atLeast(share, available);
      next += widths[i];
    }
    return new Tiles(starts, widths, Arrays.copyOf(mask, next * lanes));
  }

  /** How many vectors all tiles are together. */
  public int vectors() {
    return Arrays.stream(widths).sum();
  }

  private static int atLeast(int share, int[] available) {
    return Arrays.stream(available).filter(width -> width >= share).findFirst().orElseThrow();
  }
}
