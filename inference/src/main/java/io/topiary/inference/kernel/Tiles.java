package io.topiary.inference.kernel;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * How the places of one output plane are cut up, into what one kernel call keeps in registers.
 *
 * <p>Runs are whole vectors, one after the other. Rows follow each other with a gap between them,
 * and what a kernel computes for places in the gap is noise that must become zero again. So a sum
 * that is less than its place's floor becomes zero, whether that is for ReLU, where the floor is
 * zero, or for the gap, where it is infinite.
 *
 * <p>Patches are some rows high and some places wide, where a place is a vector. They read less of
 * the input than runs of as many places, and nothing of the gap: all their places have one floor.
 * Where a plane is no multiple of them, the last ones compute again what others have.
 *
 * @param starts of every tile, in floats from the plane's first place
 * @param widths of every tile's rows, in vectors
 * @param rows of a tile; 1 for runs
 * @param rowStep floats from one row to the next
 * @param floor for every float from the plane's first place on; for patches, a vector of them
 * @param open as many floors that let everything through
 */
@SuppressWarnings("ArrayRecordComponent") // kernels index these millions of times a second
public record Tiles(
    int[] starts, int[] widths, int rows, int rowStep, float[] floor, float[] open) {

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
    return new Tiles(starts, widths, 1, 0, floor, open);
  }

  /**
   * Patches, as many as a plane needs of those that compute least in vain.
   *
   * @param lanes floats of a place
   * @param rowStep floats from one row to the next
   * @param available rows and columns of the patches there are kernels for, the best ones first
   * @return none when the plane is smaller than all of them
   */
  public static Optional<Tiles> patches(
      int height, int width, int rowStep, boolean relu, int lanes, int[][] available) {
    return Arrays.stream(available)
        .filter(patch -> patch[0] <= height && patch[1] <= width)
        .min(Comparator.comparingInt(patch -> covered(height, patch[0]) * covered(width, patch[1])))
        .map(patch -> patches(height, width, rowStep, relu, lanes, patch[0], patch[1]));
  }

  private static Tiles patches(
      int height, int width, int rowStep, boolean relu, int lanes, int rows, int columns) {
    var starts =
        IntStream.range(0, covered(height, rows) / rows)
            .map(i -> Math.min(i * rows, height - rows) * rowStep)
            .flatMap(
                row ->
                    IntStream.range(0, covered(width, columns) / columns)
                        .map(i -> row + Math.min(i * columns, width - columns) * lanes))
            .toArray();
    var widths = new int[starts.length];
    Arrays.fill(widths, columns);
    var open = new float[lanes];
    Arrays.fill(open, Float.NEGATIVE_INFINITY);
    var floor = relu ? new float[lanes] : open;
    return new Tiles(starts, widths, rows, rowStep, floor, open);
  }

  /** The length of as many parts as cover a length. */
  private static int covered(int length, int part) {
    return (length + part - 1) / part * part;
  }

  /** Where the floors of a tile begin. */
  public int floorAt(int tile) {
    return rows == 1 ? starts[tile] : 0;
  }

  private static int atLeast(int share, int[] available) {
    return Arrays.stream(available).filter(width -> width >= share).findFirst().orElseThrow();
  }
}
