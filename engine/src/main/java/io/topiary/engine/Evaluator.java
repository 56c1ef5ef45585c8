package io.topiary.engine;

import ai.djl.pytorch.engine.PtNDManager;
import io.topiary.engine.Batches.Batch;
import io.topiary.engine.data.Images;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/** Answers of a network, with BatchNorm's running statistics. */
public final class Evaluator {
  /** Decides nothing but speed. */
  private static final int BATCH_SIZE = 128;

  private Evaluator() {}

  /**
   * Asks the network about every image, on the calling thread.
   *
   * @param imagesDone is told from time to time how many images are done
   * @throws EngineInputException if the images do not fit the network
   */
  public static Predictions evaluate(Weights weights, Images images, IntConsumer imagesDone) {
    return evaluate(weights, images, Computing.DEFAULT, imagesDone);
  }

  /** The same, computed with something other than one thread of the CPU. */
  public static Predictions evaluate(
      Weights weights, Images images, Computing computing, IntConsumer imagesDone) {
    EngineInputException.requireFit(weights.network(), images);
    computing.requirePresent();
    List<Integer> answers = new ArrayList<>(images.size());
    int correct = 0;
    double loss = 0;
    try (TorchSession session = TorchSession.withoutGradients(computing);
        Batches batches = Batches.inOrder(session, images, BATCH_SIZE)) {
      TorchNetwork network = new TorchNetwork(session, weights);
      float[] scores = new float[images.classes()];
      for (int i = 0; i < batches.perPass(); i++) {
        try (PtNDManager scratch = session.newScratch()) {
          Batch batch = batches.next(i, scratch);
          FloatBuffer all = network.values(network.forward(batch.pixels(), false));
          while (all.hasRemaining()) {
            int label = images.label(answers.size());
            all.get(scores);
            int answer = argMax(scores);
            answers.add(answer);
            correct += answer == label ? 1 : 0;
            loss += crossEntropy(scores, label);
          }
        }
        imagesDone.accept(answers.size());
      }
    }
    return new Predictions(answers, correct, loss / images.size());
  }

  private static int argMax(float[] scores) {
    int best = 0;
    for (int i = 1; i < scores.length; i++) {
      if (scores[i] > scores[best]) {
        best = i;
      }
    }
    return best;
  }

  /** -log softmax(scores)[label], shifted by the largest score so that no exponential overflows. */
  private static double crossEntropy(float[] scores, int label) {
    double largest = scores[argMax(scores)];
    double sum = 0;
    for (float score : scores) {
      sum += Math.exp(score - largest);
    }
    return Math.log(sum) + largest - scores[label];
  }
}
