package io.topiary.benchmarks.inference;

import java.util.List;

/** Times contenders by turns. */
final class Rounds {

  private static final double TRIAL_SECONDS = 0.25;
  private static final int TRIALS = 3;
  private static final int STEADY = 5;
  private static final int LONGEST = 8;
  private static final double FASTER = 0.97;

  private Rounds() {}

  /** Milliseconds of a pass, for each contender the mean of each round. */
  static double[][] time(List<Contender> contenders, InferenceOptions options) {
    for (var contender : contenders) {
      warm(contender, options.warmUp());
    }
    var times = new double[contenders.size()][options.rounds()];
    for (var round = 0; round < options.rounds(); round++) {
      for (var i = 0; i < times.length; i++) {
        times[i][round] = round(contenders.get(i), options.seconds());
      }
    }
    return times;
  }

  /**
   * Runs for some seconds, and on for as long as it becomes faster, at most eight times as long:
   * how soon the JVM has compiled everything depends on what else the machine does.
   */
  private static void warm(Contender contender, double seconds) {
    var start = System.nanoTime();
    var shortest = Double.POSITIVE_INFINITY;
    var steady = 0;
    var elapsed = 0.0;
    while (elapsed < seconds || (steady < STEADY && elapsed < LONGEST * seconds)) {
      var time = round(contender, seconds / STEADY);
      steady = time < FASTER * shortest ? 0 : steady + 1;
      shortest = Math.min(shortest, time);
      elapsed = (System.nanoTime() - start) / 1e9;
    }
  }

  /** The fastest of them by the shortest of some short rounds; the others are closed. */
  static Contender fastest(List<Contender> contenders) {
    var shortest = new double[contenders.size()];
    var fastest = 0;
    for (var i = 0; i < shortest.length; i++) {
      round(contenders.get(i), TRIAL_SECONDS);
      shortest[i] = Double.POSITIVE_INFINITY;
    }
    for (var trial = 0; trial < TRIALS; trial++) {
      for (var i = 0; i < shortest.length; i++) {
        shortest[i] = Math.min(shortest[i], round(contenders.get(i), TRIAL_SECONDS));
      }
    }
    for (var i = 0; i < shortest.length; i++) {
      fastest = shortest[i] < shortest[fastest] ? i : fastest;
    }
    for (var i = 0; i < shortest.length; i++) {
      if (i != fastest) {
        contenders.get(i).close();
      }
    }
    return contenders.get(fastest);
  }

  /** Milliseconds of a pass, over as many whole passes as begin within the time. */
  private static double round(Contender contender, double seconds) {
    var start = System.nanoTime();
    var passes = 0;
    var nanos = 0L;
    while (nanos < seconds * 1e9) {
      contender.predict();
      passes++;
      nanos = System.nanoTime() - start;
    }
    return nanos / 1e6 / passes;
  }
}
