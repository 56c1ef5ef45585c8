package io.topiary.engine;

import ai.djl.pytorch.engine.PtNDManager;
import io.topiary.engine.data.Images;
import java.util.function.IntConsumer;

/**
 * Recomputes BatchNorm's running statistics after weights were pruned: they still describe the
 * activations of the dense network, and would make a just-pruned network look far worse than it is.
 * With every batch
 *
 * <pre>{@code
 * running = (1 - momentum) * running + momentum * batch's statistic
 * }</pre>
 *
 * <p>where momentum is the node's own, 0.1 unless the network says otherwise.
 *
 * <p>Source: the implementation behind the figures of Zimmer, Spiegel and Pokutta, 2023, How I
 * Learned to Stop Worrying and Love Retraining, ICLR (arXiv 2111.00843).
 */
public final class BatchNormRefresh {
  private BatchNormRefresh() {}

  /**
   * One pass over training images with batch statistics, which the running statistics follow with
   * BatchNorm's own momentum; no weight changes.
   *
   * @param batchSize images per batch, as in training
   * @param imagesDone is told from time to time how many images are done
   * @throws EngineInputException if the images do not fit the network, the batch size is below 1,
   *     or BatchNorm would have to normalise a batch of a single value
   */
  public static Weights refresh(
      Weights weights, Images images, int batchSize, IntConsumer imagesDone) {
    return refresh(weights, images, batchSize, Computing.DEFAULT, imagesDone);
  }

  /** The same, computed with something other than one thread of the CPU. */
  static Weights refresh(
      Weights weights, Images images, int batchSize, Computing computing, IntConsumer imagesDone) {
    EngineInputException.requireFit(weights.network(), images);
    EngineInputException.requireBatchSize(batchSize);
    EngineInputException.requireVariance(weights.network(), images, batchSize);
    try (TorchSession session = TorchSession.withoutGradients(computing);
        Batches batches = Batches.inOrder(session, images, batchSize)) {
      TorchNetwork network = new TorchNetwork(session, weights);
      for (int i = 0; i < batches.perPass(); i++) {
        try (PtNDManager scratch = session.newScratch()) {
          network.forward(batches.next(i, scratch).pixels(), true);
        }
        imagesDone.accept(Math.min((i + 1) * batchSize, images.size()));
      }
      return network.weights();
    }
  }
}
