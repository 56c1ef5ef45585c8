package io.topiary.inference;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Spreads a batch over programs and threads: whole blocks first, what is left image by image. Every
 * thread takes the next unit of work when it has done one, each in an arena of its own; there is no
 * barrier within the network, where a thread that has lost its core would hold up the others.
 */
final class Batches {

  private final Arenas single;
  private final Arenas block;
  private final int threads;

  Batches(Program single, Program block, int threads) {
    this.single = new Arenas(single);
    this.block = new Arenas(block);
    this.threads = threads;
  }

  float[] predict(float[] images, int count) {
    var batch = new Batch(images, count);
    for (var i = 1; i < Math.min(threads, batch.units); i++) {
      ForkJoinPool.commonPool().execute(batch::work);
    }
    batch.work();
    return batch.await();
  }

  /** The images of one call. */
  private final class Batch {
    private final float[] images;
    private final float[] scores;
    private final int elements;
    private final int classes = single.program().classes();
    private final int blocks;
    private final int units;
    private final AtomicInteger next = new AtomicInteger();
    private final CountDownLatch done;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    Batch(float[] images, int count) {
      this.images = images;
      this.elements = images.length / count;
      this.scores = new float[count * classes];
      this.blocks = count / block.program().images();
      this.units = blocks + count % block.program().images();
      this.done = new CountDownLatch(units);
    }

    /**
     * Works until nothing is left; a thread that comes too late finds nothing, and is not missed.
     */
    void work() {
      for (var unit = next.getAndIncrement(); unit < units; unit = next.getAndIncrement()) {
        try {
          run(unit);
        } catch (RuntimeException | Error e) {
          failure.compareAndSet(null, e);
        } finally {
          done.countDown();
        }
      }
    }

    private void run(int unit) {
      var size = block.program().images();
      var first = unit < blocks ? unit * size : unit - blocks + blocks * size;
      var arenas = unit < blocks ? block : single;
      arenas.run(images, first * elements, scores, first * classes);
    }

    float[] await() {
      try {
        done.await();
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
