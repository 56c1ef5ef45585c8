package io.topiary.runtime.queue;

import java.time.Duration;

/** Longer and longer pauses between attempts: 1 s, 2 s, 4 s and so on, up to half a minute. */
final class Backoff {

  private static final int DOUBLINGS = 5;
  private static final Duration LONGEST = Duration.ofSeconds(30);

  private Backoff() {}

  /** The pause after so many failures in a row, counted from 1. */
  static Duration after(int failures) {
    var pause = Duration.ofSeconds(1L << Math.min(failures - 1, DOUBLINGS));
    return pause.compareTo(LONGEST) < 0 ? pause : LONGEST;
  }
}
