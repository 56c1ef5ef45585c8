package io.topiary.engine;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.topiary.engine.data.Images;
import io.topiary.engine.random.RandomStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Fills one batch after the other into tensors that the session owns.
 *
 * <p>Pictures that have to be decoded, resized or augmented are prepared on another thread, up to
 * two batches ahead of the one that is computed with. Where pixels only have to be looked up, that
 * takes less than 1% of a training step and a second thread would not pay: the batch is filled when
 * it is asked for. What a batch holds is the same either way.
 */
final class Batches implements AutoCloseable {
  private static final int AHEAD = 2;

  /** Images between two looks at whether anybody still wants them. */
  private static final int IMAGES_AT_A_TIME = 16;

  private final Passes passes;
  private final int images;
  private final int batchSize;
  private final int perPass;
  private final int last;

  /** Batch i is in the tensors i modulo their number, so none is filled while it is in use. */
  private final BatchTensors[] tensors;

  private final Optional<ExecutorService> filler;
  private final Deque<Future<?>> ahead = new ArrayDeque<>();
  private int upcoming;
  private volatile boolean closed;

  private Batches(
      TorchSession session, Images images, int batchSize, int last, boolean ready, Passes passes) {
    this.passes = passes;
    this.images = images.size();
    this.batchSize = batchSize;
    this.last = last;
    perPass = (images.size() - 1) / batchSize + 1;
    tensors = new BatchTensors[ready ? 1 : 1 + AHEAD];
    for (int i = 0; i < tensors.length; i++) {
      tensors[i] = new BatchTensors(session, Math.min(batchSize, images.size()), images.shape());
    }
    filler = ready ? Optional.empty() : Optional.of(filler());
  }

  /** One pass over all images, in their order and as they are. */
  static Batches inOrder(TorchSession session, Images images, int batchSize) {
    Pass pass = new Pass(images, IntStream.range(0, images.size()).toArray());
    int last = (images.size() - 1) / batchSize;
    return new Batches(session, images, batchSize, last, images.ready(), epoch -> pass);
  }

  /** The batches of a run: each epoch in an order of its own, and augmented anew. */
  static Batches training(TorchSession session, TrainingRun run) {
    boolean ready = run.images().ready() && run.augmentation().isNone();
    int last = run.schedule().iterations() - 1;
    Passes passes = new Epochs(run);
    return new Batches(session, run.images(), run.batchSize(), last, ready, passes);
  }

  /** Batches of one pass over all images; the last one may be smaller than the others. */
  int perPass() {
    return perPass;
  }

  /**
   * A batch. Asked for one after the other they are ready the soonest; any other order works too.
   * It is overwritten when the next one is asked for.
   *
   * @param iteration counts batches through all passes, from 0
   * @param scratch closes the batch's views of the tensors, and what is computed from them
   * @throws io.topiary.engine.data.DataSetException if a picture's file is broken
   * @throws java.io.UncheckedIOException if a picture's file cannot be read
   */
  Batch next(int iteration, PtNDManager scratch) {
    if (filler.isPresent()) {
      fillAhead(filler.get(), iteration);
    } else {
      fill(iteration);
    }
    return tensors(iteration).batch(size(iteration), scratch);
  }

  /** Ends the filling thread; the tensors are not written to any more. */
  @Override
  public void close() {
    closed = true;
    filler.ifPresent(
        service -> {
          service.shutdownNow();
          boolean interrupted = false;
          boolean ended = false;
          while (!ended) {
            try {
              ended = service.awaitTermination(1, TimeUnit.DAYS);
            } catch (InterruptedException e) {
              interrupted = true;
            }
          }
          restore(interrupted);
        });
  }

  private void fillAhead(ExecutorService service, int iteration) {
    if (iteration != upcoming) {
      ahead.forEach(Batches::await);
      ahead.clear();
      upcoming = iteration;
    }
    int end = Math.min(iteration + AHEAD, Math.max(last, iteration));
    for (int i = iteration + ahead.size(); i <= end; i++) {
      int batch = i;
      ahead.add(service.submit(() -> fill(batch)));
    }
    upcoming++;
    rethrow(await(ahead.remove()));
  }

  private void fill(int iteration) {
    Pass pass = passes.of(iteration / perPass);
    int size = size(iteration);
    BatchTensors target = tensors(iteration);
    target.rewind();
    for (int done = 0; done < size; done += IMAGES_AT_A_TIME) {
      if (closed) {
        throw new CancellationException("Nobody waits for this batch any more.");
      }
      int from = iteration % perPass * batchSize + done;
      int images = Math.min(IMAGES_AT_A_TIME, size - done);
      pass.images().fill(pass.order(), from, images, target.pixels(), target.labels());
    }
  }

  private int size(int iteration) {
    return Math.min(batchSize, images - iteration % perPass * batchSize);
  }

  private BatchTensors tensors(int iteration) {
    return tensors[iteration % tensors.length];
  }

  /** Waits, interrupted or not: an interrupted run ends where its listener says so. */
  private static Optional<Throwable> await(Future<?> filling) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          filling.get();
          return Optional.empty();
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          return Optional.of(Objects.requireNonNull(e.getCause()));
        }
      }
    } finally {
      restore(interrupted);
    }
  }

  /** The filling thread's own exception: where it came from makes no difference to a caller. */
  private static void rethrow(Optional<Throwable> failure) {
    if (failure.isPresent()) {
      if (failure.get() instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) failure.get();
    }
  }

  private static void restore(boolean interrupted) {
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Its thread starts with the first batch. */
  private static ExecutorService filler() {
    String name = Thread.currentThread().getName() + "-images";
    return Executors.newSingleThreadExecutor(
        task -> {
          Thread thread = new Thread(task, name);
          thread.setDaemon(true);
          return thread;
        });
  }

  /** What is gone through, epoch by epoch. */
  private interface Passes {
    Pass of(int epoch);
  }

  private static final class Epochs implements Passes {
    private final TrainingRun run;
    private int epoch = -1;
    private Pass pass;

    Epochs(TrainingRun run) {
      this.run = run;
      pass = new Pass(run.images(), new int[0]);
    }

    /** Called by one thread, which fills. */
    @Override
    public Pass of(int epoch) {
      if (epoch != this.epoch) {
        this.epoch = epoch;
        Images images = run.images();
        pass =
            new Pass(
                images.augmented(run.augmentation(), run.seed(), epoch),
                RandomStream.of(run.seed(), RandomStream.IMAGE_ORDER, epoch)
                    .permutation(images.size()));
      }
      return pass;
    }
  }

  /** Images in the order in which they are gone through. */
  private static final class Pass {
    private final Images images;
    private final int[] order;

    Pass(Images images, int[] order) {
      this.images = images;
      this.order = order;
    }

    Images images() {
      return images;
    }

    int[] order() {
      return order;
    }
  }

  /**
   * @param size number of images
   * @param pixels [size, channels, height, width]
   * @param labels [size, 1]
   */
  record Batch(int size, PtNDArray pixels, PtNDArray labels) {}
}
