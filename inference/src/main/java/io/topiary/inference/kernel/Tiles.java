package io.topiary.inference.kernel;

import java.util.Arrays;

/**
 * How the places of one output plane are cut up: runs of whole vectors, which one kernel call keeps
 * in registers. Rows follow each other with a gap between them, and what a kernel computes for
 * places in the gap is noise that must become zero again. So a sum that is less than its place's
 * floor becomes zero, whether that is for ReLU, where the floor is zero, or for the gap, where it
 * is infinite.
 *
 * @param starts of every tile, in floats from the plane's first place
 * @param widths of every tile, in vectors
 * @param floor for every float from the plane's first place on
 * @param open as many floors that let everything through
 */
@SuppressWarnings("ArrayRecordComponent") // kernels index these millions of times a second
public record Tiles(int[] starts, int[] widths, float[] floor, float[] open) {

  /**
   * Tiles of nearly equal widths.
   *
   * @param places whether there is a place, for each float from the first place to the last
   * @param relu whether sums less than zero become zero
   * @param available the widths there are kernels for, ascending
   */
  public static Tiles of(boolean[] places, boolean relu, int lanes, int[] available) {
    var vectors = (places.length + lanes - 1) / lanes;
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
    var open = new float[next * lanes];
    Arrays.fill(open, Float.NEGATIVE_INFINITY);
    var floor = open.clone();
    for (var i = 0; i < floor.length; i++) {
      var place = i < places.length && places[i];
      floor[i] = place ? (relu ? 0 : Float.NEGATIVE_INFINITY) : Float.POSITIVE_INFINITY;
    }
    return new Tiles(starts, widths, floor, open);
  }

  /** How many vectors all tiles are together. */
  public int vectors() {
    return Arrays.stream(widths).sum();
  }

  private static int atLeast(int share, int[] available) {
    return Arrays.stream(available).filter(width -> width >= share).findFirst().orElseThrow();
  }
}
