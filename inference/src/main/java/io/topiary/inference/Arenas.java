package io.topiary.inference;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A program and the arenas it has run in: as many as there were ever calls at once. */
record Arenas(Program program, Queue<float[]> idle) {

  Arenas(Program program) {
    this(program, new ConcurrentLinkedQueue<>());
  }

  /** Runs the program in an arena that nobody else has; see {@link Program#run}. */
  void run(float[] images, int from, float[] scores, int to) {
    var arena = idle.poll();
    if (arena == null) {
      arena = new float[program.arena()];
    }
    program.run(arena, images, from, scores, to);
    idle.add(arena);
  }
}
