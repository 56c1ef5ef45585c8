package io.topiary.cli.train;

import java.time.Duration;
import java.time.Instant;

/**
 * How fast a training is by the clock on the wall: the loading of images and whatever else happens
 * between two iterations included.
 */
final class WallClock {

  private final int images;
  private final int batchSize;
  private Instant before;
  private Duration spent = Duration.ZERO;
  private long done;

  /**
   * @param images of an epoch, whose last batch may be smaller than the others
   * @param start when the training begins
   */
  WallClock(int images, int batchSize, Instant start) {
    this.images = images;
    this.batchSize = batchSize;
    this.before = start;
  }

  /** What happened since the last iteration does not count. */
  void skipTo(Instant now) {
    before = now;
  }

  /**
   * An iteration is done.
   *
   * @param iteration counted from 1
   */
  void done(int iteration, Instant now) {
    var perEpoch = (images - 1) / batchSize + 1;
    var isLast = iteration % perEpoch == 0;
    done += isLast ? images - (perEpoch - 1L) * batchSize : batchSize;
    spent = spent.plus(Duration.between(before, now));
    before = now;
  }

  /** Images over seconds; 0 where no time has passed. */
  double imagesPerSecond() {
    var seconds = spent.toNanos() / 1e9;
    return seconds > 0 ? done / seconds : 0;
  }
}
