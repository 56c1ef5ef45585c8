package io.topiary.inference;

import io.topiary.inference.kernel.Kernels;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Where values lie in the arena. A value whose last reader has run makes room for another of the
 * same geometry, and for no other: both then keep their zeros, between rows and around planes, at
 * the same places, and nobody has to write them again.
 */
final class Buffers {

  /** Floats in a cache line. */
  private static final int LINE = 16;

  /**
   * Where the first buffer begins. An array that is large enough for a region of the garbage
   * collector's own starts at a cache line, with a header of 16 bytes; from the float at 12 on its
   * lines are the processor's. Kernels read before and behind a value, so there is a margin.
   */
  private static final int START = Kernels.ZEROS + Kernels.MARGIN;

  private final Map<String, Integer> places = new HashMap<>();
  private final Map<Geometry, Deque<Integer>> free = new HashMap<>();
  private int end = START;

  private Buffers() {}

  /**
   * Places for all values, given the stages that make them in order.
   *
   * @throws ArithmeticException when they need more floats than an array has
   */
  static Buffers of(String input, List<Stage> stages, Map<String, Geometry> geometries) {
    var lastReaders = new HashMap<String, Integer>();
    for (var i = 0; i < stages.size(); i++) {
      lastReaders.put(stages.get(i).input(), i);
      var index = i;
      stages.get(i).residual().ifPresent(residual -> lastReaders.put(residual, index));
    }
    var buffers = new Buffers();
    var kept = new HashSet<String>();
    buffers.place(input, geometries);
    for (var i = 0; i < stages.size(); i++) {
      var stage = stages.get(i);
      // It may leave planes or places as they are, and they are zeros only if nobody else writes.
      if (stage.operation() instanceof Operation.Selection) {
        kept.add(stage.output());
        buffers.placeAnew(stage.output(), geometries);
      } else {
        buffers.place(stage.output(), geometries);
      }
      buffers.release(stage, i, lastReaders, kept, geometries);
    }
    return buffers;
  }

  private void release(
      Stage stage,
      int index,
      Map<String, Integer> lastReaders,
      Set<String> kept,
      Map<String, Geometry> geometries) {
    var read = new HashSet<>(Set.of(stage.input()));
    stage.residual().ifPresent(read::add);
    for (var value : read) {
      if (lastReaders.getOrDefault(value, -1) == index && !kept.contains(value)) {
        free.computeIfAbsent(geometry(value, geometries), g -> new ArrayDeque<>())
            .push(start(value));
      }
    }
  }

  private void place(String value, Map<String, Geometry> geometries) {
    var place = free.getOrDefault(geometry(value, geometries), new ArrayDeque<>()).poll();
    if (place == null) {
      placeAnew(value, geometries);
    } else {
      places.put(value, place);
    }
  }

  private void placeAnew(String value, Map<String, Geometry> geometries) {
    var geometry = geometry(value, geometries);
    places.put(value, end);
    var floats = (long) geometry.channels() * geometry.plane();
    end = Math.toIntExact(end + (floats + LINE - 1) / LINE * LINE + 2 * LINE);
  }

  /** Index of the first float of a value's first plane. */
  int start(String value) {
    var place = places.get(value);
    if (place == null) {
      throw new IllegalStateException("there is no '" + value + "'");
    }
    return place;
  }

  /** Floats in the arena. */
  long size() {
    return (long) end + Kernels.MARGIN;
  }

  private static Geometry geometry(String value, Map<String, Geometry> geometries) {
    var geometry = geometries.get(value);
    if (geometry == null) {
      throw new IllegalStateException("there is no '" + value + "'");
    }
    return geometry;
  }
}
