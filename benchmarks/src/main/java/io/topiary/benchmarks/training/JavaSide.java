package io.topiary.benchmarks.training;

import io.topiary.engine.TrainingRun;
import io.topiary.engine.TrainingStoppedException;
import io.topiary.engine.Weights;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Supplier;

/**
 * Topiary's own training, on a thread of its own: one long run that is held between rounds. Its
 * first iteration is done before the first round.
 */
final class JavaSide implements Side {
  private final String description;
  private final BlockingQueue<Integer> orders = new ArrayBlockingQueue<>(1);
  private final BlockingQueue<Supplier<Round>> answers = new ArrayBlockingQueue<>(1);
  private final Thread thread;

  JavaSide(String description, TrainingRun run, Weights start) {
    this.description = description;
    RoundListener listener = new RoundListener(run, orders, answers);
    thread = new Thread(() -> train(run, start, listener), description);
    thread.start();
    finish();
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public void begin(int iterations) {
    try {
      orders.put(iterations);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public Round finish() {
    try {
      return answers.take().get();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    begin(RoundListener.STOP);
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void train(TrainingRun run, Weights start, RoundListener listener) {
    try {
      run.run(start, listener);
      throw new IllegalStateException(description + " came to its end; it takes more iterations.");
    } catch (TrainingStoppedException e) {
      // As it was told to.
    } catch (RuntimeException e) {
      answers.add(
          () -> {
            throw new IllegalStateException(description + " failed.", e);
          });
    }
  }
}
