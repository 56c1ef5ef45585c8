package io.topiary.runtime.quiet;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Keeps a process quiet while something in it is timed. Whoever computes for long says so, and
 * pauses now and then, between two iterations for example; whoever times waits until all of them
 * pause, and they go on when the timing is done. Two timings never overlap.
 *
 * <p>It is a phase-fair lock (Brandenburg and Anderson, 2010, Spin-Based Reader-Writer
 * Synchronization for Multiprocessor Real-Time Systems, Real-Time Systems 46): a quiet period waits
 * for the work at hand only, and all work that waited for it has a turn before the next one, so
 * that neither side starves. Nobody waits for those who do not work.
 */
public final class QuietPeriods {

  /** How often somebody who waits looks whether it is time to stop. */
  private static final Duration LOOK = Duration.ofMillis(100);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** Those who work now. */
  private int working;

  /** Those who pause until the next change of turn. */
  private int pausing;

  /** Counts the turns of work: who pauses goes on with the next one. */
  private long turn;

  private boolean quiet;

  /** Those who time something, or want to; read without the lock by those who work. */
  private final AtomicInteger wanted = new AtomicInteger();

  /**
   * Begins to work, when nobody times anything or wants to.
   *
   * @param stopping whoever waits stops waiting, at the expense of what is being timed, when this
   *     becomes true
   */
  public Work begin(BooleanSupplier stopping) {
    var work = new Work(stopping);
    work.enter();
    return work;
  }

  /** How many pause just now: for tests. */
  int pausing() {
    lock.lock();
    try {
      return pausing;
    } finally {
      lock.unlock();
    }
  }

  /** How many time something just now, or wait to: for tests. */
  int wanted() {
    return wanted.get();
  }

  /** Lets all who pause go on. Holds the lock. */
  private void changeTurn() {
    working += pausing;
    pausing = 0;
    turn++;
    changed.signalAll();
  }

  /** Somebody's work from its beginning to its end. For use by one thread. */
  public final class Work implements AutoCloseable {

    private final BooleanSupplier stopping;

    private Work(BooleanSupplier stopping) {
      this.stopping = stopping;
    }

    /**
     * Lets quiet periods pass that somebody waits for; next to nothing when nobody does. Returns
     * early when it is time to stop, or when the thread is interrupted, which it still is then.
     */
    public void pause() {
      if (wanted.get() == 0 || stopping.getAsBoolean()) {
        return;
      }
      leave();
      enter();
    }

    /**
     * Does something while all others pause. Those who work on for longer than that are not waited
     * for: then it is not done at all.
     *
     * @param patience how long to wait for all others to pause
     * @param timing what to do; it should take seconds at most, and heed the stop itself
     * @return what came of it; absent when the others did not pause in time, when it is time to
     *     stop, or when the thread was interrupted, which it still is then
     */
    public <T> Optional<T> quietly(Duration patience, Supplier<T> timing) {
      if (!silence(patience)) {
        return Optional.empty();
      }
      try {
        return Optional.of(timing.get());
      } finally {
        makeRoom();
      }
    }

    /** The end of the work. */
    @Override
    public void close() {
      leave();
    }

    /** Whether it is quiet now. If not, this works on, when nobody else times anything. */
    private boolean silence(Duration patience) {
      lock.lock();
      try {
        working--;
        wanted.incrementAndGet();
        changed.signalAll();
        if (!outwait(() -> quiet || working > 0, patience.toNanos())) {
          if (wanted.decrementAndGet() == 0) {
            changeTurn();
          }
          // Whatever is timed now is not to be disturbed by this either.
          enter();
          return false;
        }
        quiet = true;
        return true;
      } finally {
        lock.unlock();
      }
    }

    private void enter() {
      lock.lock();
      try {
        if (wanted.get() == 0) {
          working++;
          return;
        }
        pausing++;
        var mine = turn;
        // An interrupt may come together with the turn, which has counted this already.
        if (!outwait(() -> turn == mine, Long.MAX_VALUE) && turn == mine) {
          pausing--;
          working++;
        }
      } finally {
        lock.unlock();
      }
    }

    private void leave() {
      lock.lock();
      try {
        working--;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }

    private void makeRoom() {
      lock.lock();
      try {
        quiet = false;
        wanted.decrementAndGet();
        working++;
        changeTurn();
      } finally {
        lock.unlock();
      }
    }

    /**
     * Waits as long as something is in the way, at most so long, and not for ever when it is time
     * to stop. Holds the lock.
     *
     * @return whether nothing is in the way any more
     */
    private boolean outwait(BooleanSupplier obstacle, long nanos) {
      var left = nanos;
      while (obstacle.getAsBoolean()) {
        if (left <= 0 || stopping.getAsBoolean()) {
          return false;
        }
        try {
          var look = Math.min(left, LOOK.toNanos());
          left -= look - changed.awaitNanos(look);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return false;
        }
      }
      return true;
    }
  }
}
