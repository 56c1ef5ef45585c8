package io.topiary.inference;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A program and the arenas it has run in: as many as there were ever calls at once. */
record Arenas(Program program, Queue<float[]> idle) {

  /**
   * Floats of an array that the garbage collector G1 gives regions of its own, in heaps of up to 16
   * GiB. Such an array lies at a cache line and is never moved, as {@link Buffers} wants it; with
   * vectors of 512 bits every load from an array that lies elsewhere goes across two lines, and
   * takes longer.
   */
  private static final int LARGE = (4 << 20) / Float.BYTES;

  Arenas(Program program) {
    this(program, new ConcurrentLinkedQueue<>());
  }

  /**
   * Runs the program in an arena that nobody else has; see {@link Program#run}. Where sums have
   * overflowed, infinities may lie where others look for zeros, and nobody may use that arena
   * again.
   */
  void run(float[] images, int from, float[] scores, int to) {
    var arena = idle.poll();
    if (arena == null) {
      arena = new float[program.images() == 1 ? program.arena() : Math.max(program.arena(), LARGE)];
    }
    program.run(arena, images, from, scores, to);
    if (finite(scores, to, program.images() * program.classes())) {
      idle.add(arena);
    }
  }

  private static boolean finite(float[] scores, int from, int count) {
    for (var i = from; i < from + count; i++) {
      if (!Float.isFinite(scores[i])) {
        return false;
      }
    }
    return true;
  }
}
