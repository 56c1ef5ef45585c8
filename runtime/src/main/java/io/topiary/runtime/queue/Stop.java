package io.topiary.runtime.queue;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Tells many threads, once and for all, that it is time to stop. */
final class Stop {

  private final CountDownLatch latch = new CountDownLatch(1);

  void signal() {
    latch.countDown();
  }

  boolean signalled() {
    return latch.getCount() == 0;
  }

  /** Pauses for so long, or until it is time to stop; tells which. */
  boolean signalledWithin(Duration duration) throws InterruptedException {
    return latch.await(duration.toMillis(), TimeUnit.MILLISECONDS);
  }
}
