package io.topiary.engine;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import io.topiary.engine.Batches.Batch;
import io.topiary.engine.sparsifier.HardPrune;
import io.topiary.engine.sparsifier.Layout;
import io.topiary.engine.sparsifier.Rows;
import io.topiary.engine.sparsifier.Sparsifier;
import io.topiary.sparsity.network.Network;

/**
 * The iterations of one training run, on tensors of the session it is made in. The optimiser's
 * weights are a row in Java; the network is given, before each forward pass, what the method makes
 * of them.
 */
final class TrainingLoop {
  private static final double NANOS_PER_SECOND = 1e9;

  private final TorchSession session;
  private final TrainingRun run;
  private final Network network;
  private final TorchNetwork torch;
  private final Layout layout;
  private final Rows rows;
  private final TensorExchange exchange;
  private final Sparsifier sparsifier;
  private final Batches batches;
  private final PtNDArray one;
  private final EpochLosses losses;

  private int done;
  private long imagesDone;
  private long computeNanos;

  /** Starts where the snapshot is, be it before the first iteration. */
  TrainingLoop(TorchSession session, TrainingRun run, Batches batches, Snapshot start) {
    this.session = session;
    this.run = run;
    this.batches = batches;
    network = start.network();
    torch = new TorchNetwork(session, start.weights());
    layout = Layout.of(network);
    rows = start.rows(layout);
    exchange = TensorExchange.of(session, torch, layout);
    one = (PtNDArray) session.manager().ones(new Shape(), DataType.FLOAT32);
    losses = new EpochLosses(start.losses());
    done = start.iteration();
    sparsifier = run.begin(layout);
    if (done > 0) {
      sparsifier.restore(start.method());
    }
  }

  /** All that is left to do; the snapshot after the last iteration. */
  void run(TrainingListener listener) {
    int iterations = run.schedule().iterations();
    while (done < iterations) {
      int epoch = done / batches.perPass();
      double rate = run.schedule().learningRate(done);
      double loss = iterate(rate);
      if (!Double.isFinite(loss)) {
        throw new TrainingDivergedException("the loss became " + loss, epoch + 1, rate);
      }
      double epochLoss = losses.mean();
      if (done % batches.perPass() == 0 || done == iterations) {
        losses.endEpoch();
      }
      TrainingProgress progress =
          new TrainingProgress(
              epoch + 1, done, iterations, rate, loss, epochLoss, imagesPerSecond());
      if (!listener.onIteration(progress, this::snapshot)) {
        throw new TrainingStoppedException(done, iterations);
      }
    }
  }

  /** The run as it stands between two iterations. */
  Snapshot snapshot() {
    return new Snapshot(
        done, weights(rows.weights()), momentum(), sparsifier.state(), losses.state());
  }

  /**
   * The network in the end.
   *
   * @param weights what it computes with
   * @param pruned how many of them went at once because the method had left too many
   */
  record End(Weights weights, int pruned) {}

  /** The network after the last iteration, as sparse as the method promised. */
  End end() {
    float[] effective = sparsifier.effective(rows).clone();
    int pruned = HardPrune.prune(effective, layout, sparsifier.target());
    return new End(finite(weights(effective)), pruned);
  }

  private Weights finite(Weights weights) {
    // The last step is followed by no loss that would show them to be infinite.
    weights
        .notFinite()
        .ifPresent(
            name -> {
              int last = run.schedule().iterations() - 1;
              throw new TrainingDivergedException(
                  name + " is no longer finite",
                  last / batches.perPass() + 1,
                  run.schedule().learningRate(last));
            });
    return weights;
  }

  /** As finite as the weights, which the last step moved by it. */
  Momentum momentum() {
    return Momentum.copyOf(network, parameter -> layout.part(rows.momentum(), parameter.name()));
  }

  EpochLosses.State losses() {
    return losses.state();
  }

  double imagesPerSecond() {
    return computeNanos == 0 ? 0 : imagesDone * NANOS_PER_SECOND / computeNanos;
  }

  /** One step on the next batch; yields the loss before the step. */
  private double iterate(double rate) {
    try (PtNDManager scratch = session.newScratch()) {
      Batch batch = batches.next(done, scratch);
      long start = System.nanoTime();
      exchange.load(sparsifier.effective(rows));
      PtNDArray loss = crossEntropy(torch.forward(batch.pixels(), true), batch.labels());
      JniUtils.backward(loss, one, false, false);
      exchange.takeGradients(rows.gradients());
      sparsifier.backward(rows);
      sparsifier.step(rows, run.sgd(), rate);
      done++;
      sparsifier.afterIteration(rows, done);
      double value = loss.getFloat();
      computeNanos += System.nanoTime() - start;

      losses.add(value, batch.size());
      imagesDone += batch.size();
      return value;
    }
  }

  /** Mean of -log softmax(scores)[label] over the batch. */
  private static PtNDArray crossEntropy(PtNDArray scores, PtNDArray labels) {
    PtNDArray logProbabilities = JniUtils.logSoftmax(scores, 1, DataType.FLOAT32);
    return JniUtils.neg(JniUtils.mean(JniUtils.gather(logProbabilities, labels, 1)));
  }

  private Weights weights(float[] row) {
    return Weights.copyOf(
        network,
        parameter ->
            parameter.role().trainable()
                ? layout.part(row, parameter.name())
                : torch.values(parameter));
  }
}
