package io.topiary.engine;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import io.topiary.engine.Batches.Batch;
import io.topiary.engine.SgdOptimizer.Slot;
import io.topiary.engine.random.RandomStream;
import io.topiary.sparsity.network.Parameter;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The iterations of one training run, on tensors of the session it is made in. */
final class TrainingLoop {
  private static final double NANOS_PER_SECOND = 1e9;

  private final TorchSession session;
  private final TrainingRun run;
  private final TorchNetwork network;
  private final Map<Parameter, Slot> slots = new LinkedHashMap<>();
  private final SgdOptimizer optimizer;
  private final Batches batches;
  private final PtNDArray one;

  private final List<Double> epochLoss = new ArrayList<>();
  private double lossOfEpoch;
  private int imagesOfEpoch;
  private long imagesDone;
  private long computeNanos;

  TrainingLoop(TorchSession session, TrainingRun run, Weights start, Optional<Momentum> momentum) {
    this.session = session;
    this.run = run;
    network = new TorchNetwork(session, start);
    network.requireGradients();
    start.network().trainable().forEach(parameter -> slots.put(parameter, slot(parameter)));
    momentum.ifPresent(
        given -> slots.forEach((parameter, slot) -> slot.buffer().put(given.values(parameter))));
    optimizer = new SgdOptimizer(run.momentum(), run.weightDecay(), List.copyOf(slots.values()));
    batches = new Batches(session, run.images(), run.batchSize());
    one = (PtNDArray) session.manager().ones(new Shape(), DataType.FLOAT32);
  }

  TrainedNetwork run(TrainingListener listener) {
    int iterations = run.schedule().iterations();
    int[] order = {};
    for (int i = 0; i < iterations; i++) {
      int epoch = i / batches.perPass();
      int batch = i % batches.perPass();
      if (batch == 0) {
        order = order(epoch);
      }
      double rate = run.schedule().learningRate(i);
      double loss = iterate(order, batch, rate);
      if (!Double.isFinite(loss)) {
        throw new TrainingDivergedException("the loss became " + loss, epoch + 1, rate);
      }
      if (batch == batches.perPass() - 1 || i == iterations - 1) {
        epochLoss.add(lossOfEpoch / imagesOfEpoch);
        lossOfEpoch = 0;
        imagesOfEpoch = 0;
      }
      TrainingProgress progress =
          new TrainingProgress(epoch + 1, i + 1, iterations, rate, loss, imagesPerSecond());
      if (!listener.onIteration(progress)) {
        throw new TrainingStoppedException(progress);
      }
    }
    Weights weights = finiteWeights();
    return new TrainedNetwork(weights, momentum(weights), epochLoss, imagesPerSecond());
  }

  /** As finite as the weights, which the last step moved by it. */
  private Momentum momentum(Weights weights) {
    return Momentum.copyOf(
        weights.network(), parameter -> Objects.requireNonNull(slots.get(parameter)).buffer());
  }

  /** The weights; the last step is followed by no loss that would show them to be infinite. */
  private Weights finiteWeights() {
    Weights weights = network.weights();
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

  private int[] order(int epoch) {
    return RandomStream.of(run.seed(), RandomStream.IMAGE_ORDER, epoch)
        .permutation(run.images().size());
  }

  /** One step on one batch; yields the loss before the step. */
  private double iterate(int[] order, int index, double rate) {
    try (PtNDManager scratch = session.newScratch()) {
      Batch batch = batches.fill(order, index, scratch);
      long start = System.nanoTime();
      PtNDArray loss = crossEntropy(network.forward(batch.pixels(), true), batch.labels());
      JniUtils.backward(loss, one, false, false);
      optimizer.step(rate);
      computeNanos += System.nanoTime() - start;

      double value = loss.getFloat();
      lossOfEpoch += value * batch.size();
      imagesOfEpoch += batch.size();
      imagesDone += batch.size();
      return value;
    }
  }

  /** Mean of -log softmax(scores)[label] over the batch. */
  private static PtNDArray crossEntropy(PtNDArray scores, PtNDArray labels) {
    PtNDArray logProbabilities = JniUtils.logSoftmax(scores, 1, DataType.FLOAT32);
    return JniUtils.neg(JniUtils.mean(JniUtils.gather(logProbabilities, labels, 1)));
  }

  private double imagesPerSecond() {
    return computeNanos == 0 ? 0 : imagesDone * NANOS_PER_SECOND / computeNanos;
  }

  private Slot slot(Parameter parameter) {
    FloatBuffer weights = network.memory(parameter);
    FloatBuffer gradients = network.gradientMemory(parameter);
    if (run.mask().isEmpty() || !parameter.role().prunable()) {
      return Slot.dense(weights, gradients);
    }
    float[] mask = new float[weights.capacity()];
    run.mask().get().tensor(parameter.name()).writeFactors(FloatBuffer.wrap(mask));
    return Slot.masked(weights, gradients, mask);
  }
}
