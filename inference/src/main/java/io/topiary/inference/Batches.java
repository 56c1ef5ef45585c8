package io.topiary.inference;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Spreads a batch over programs and threads: large blocks first, what is left in smaller ones and
 * at last image by image. Every thread takes the next unit of work when it has done one, each in an
 * arena of its own; there is no barrier within the network, where a thread that has lost its core
 * would hold up the others.
 */
final class Batches {

  private final List<Arenas> programs;
  private final int threads;

  /**
   * @param programs for blocks of fewer and fewer images, the last for one
   */
  Batches(List<Program> programs, int threads) {
    this.programs = programs.stream().map(Arenas::new).toList();
    this.threads = threads;
  }

  float[] predict(float[] images, int count) {
    var batch = new Batch(images, count);
    // Where the pool has no threads, what it is given would lie there for ever.
    var helpers = Math.min(threads - 1, ForkJoinPool.getCommonPoolParallelism());
    for (var i = 0; i < Math.min(helpers, batch.units.size() - 1); i++) {
      ForkJoinPool.commonPool().execute(batch::work);
    }
    batch.work();
    return batch.await();
  }

  /** A block of images, and the program for as many. */
  private record Unit(Arenas arenas, int first) {}

  private List<Unit> units(int count) {
    var share = (count + threads - 1) / threads;
    var units = new ArrayList<Unit>();
    var first = 0;
    for (var arenas : programs) {
      var size = arenas.program().images();
      while (size <= share && first + size <= count) {
        units.add(new Unit(arenas, first));
        first += size;
      }
    }
    return units;
  }

  /** The images of one call. */
  private final class Batch {
    private final float[] images;
    private final float[] scores;
    private final int elements;
    private final int classes = programs.get(0).program().classes();
    private final List<Unit> units;
    private final AtomicInteger next = new AtomicInteger();
    private final CountDownLatch done;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    Batch(float[] images, int count) {
      this.images = images;
      this.elements = images.length / count;
      this.scores = new float[count * classes];
      this.units = units(count);
      this.done = new CountDownLatch(units.size());
    }

    /**
     * Works until nothing is left; a thread that comes too late finds nothing, and is not missed.
     */
    void work() {
      for (var i = next.getAndIncrement(); i < units.size(); i = next.getAndIncrement()) {
        try {
          run(units.get(i));
        } catch (RuntimeException | Error e) {
          failure.compareAndSet(null, e);
        } finally {
          done.countDown();
        }
      }
    }

    private void run(Unit unit) {
      unit.arenas().run(images, unit.first() * elements, scores, unit.first() * classes);
    }

    float[] await() {
      try {
        // A thread that was interrupted before it came may still have what it has computed itself.
        if (done.getCount() > 0) {
          done.await();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while other threads computed", e);
      }
      var thrown = failure.get();
      if (thrown != null) {
        throw new IllegalStateException("a part of the batch could not be computed", thrown);
      }
      return scores;
    }
  }
}
