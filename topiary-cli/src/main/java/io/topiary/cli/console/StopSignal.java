package io.topiary.cli.console;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C or SIGTERM: tells a run to stop, and keeps the process alive until the run has put its
 * things in order.
 */
public final class StopSignal implements AutoCloseable {

  /** Exit status of a run that was told to stop. */
  public static final int INTERRUPTED = 130;

  private static final Duration PATIENCE = Duration.ofSeconds(40);

  private final CountDownLatch inOrder = new CountDownLatch(1);
  private volatile boolean given;

  /** Listens from now on. */
  public static StopSignal listen() {
    var signal = new StopSignal();
    Runtime.getRuntime().addShutdownHook(new Thread(signal::give, "topiary-stop"));
    return signal;
  }

  /** Whether it is time to stop. */
  public boolean given() {
    return given;
  }

  /** Things are in order; the process may end. */
  @Override
  public void close() {
    inOrder.countDown();
  }

  private void give() {
    given = true;
    try {
      if (!inOrder.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        System.err.println("Stopping took longer than " + PATIENCE.toSeconds() + " s.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
