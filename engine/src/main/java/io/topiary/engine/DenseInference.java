package io.topiary.engine;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.FloatBuffer;
import java.util.stream.LongStream;

/**
 * A network ready for passes over one batch, its zeros computed as any weight, in the fastest form
 * that PyTorch has for it through DJL's operators: what sparse inference has to beat. BatchNorm is
 * folded into the layers before it, weights and images are tensors beforehand and lie in the order
 * that computes faster, and nothing is recorded for gradients.
 *
 * <p>Belongs to the thread that made it: PyTorch counts its threads, and keeps its gradient mode,
 * per thread.
 */
public final class DenseInference implements AutoCloseable {
  /** Passes that tell which order is faster; a pass that takes this long tells by itself. */
  private static final int TRIALS = 5;

  private static final long LONG_NANOS = 50_000_000;

  private final TorchSession session;
  private final TorchNetwork network;
  private final PtNDArray batch;
  private final int scores;

  /**
   * What runs fastest in memory, of images, activations and the weights of convolutions: channels,
   * or columns. Many channels are faster with the first, few with the second.
   */
  enum Layout {
    CHANNELS_LAST,
    CONTIGUOUS
  }

  private DenseInference(Weights weights, float[] images, int threads, Layout layout) {
    session = TorchSession.withoutGradients(Computing.onCpu(threads));
    try {
      network = new TorchNetwork(session, weights);
      long count = images.length / weights.network().input().elements();
      scores = Math.toIntExact(count * weights.network().classes());
      PtNDArray contiguous =
          session
              .manager()
              .create(FloatBuffer.wrap(images), shape(count, weights), DataType.FLOAT32);
      if (layout == Layout.CHANNELS_LAST) {
        network.layChannelsLast();
        batch = TorchNetwork.channelsLast(contiguous);
        contiguous.close();
      } else {
        batch = contiguous;
      }
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
  }

  /**
   * Prepares everything for passes over a batch, and tries which form is the fastest.
   *
   * @param images normalised pixels, [images, channels, height, width]
   * @param threads of the CPU for one operation
   * @throws EngineInputException if the batch does not consist of images of the network, or there
   *     are no threads
   */
  public static DenseInference fastest(Weights weights, float[] images, int threads) {
    requireFit(weights, images);
    Weights folded = BatchNormFolding.fold(weights);
    long channelsLast = nanos(folded, images, threads, Layout.CHANNELS_LAST);
    long contiguous = nanos(folded, images, threads, Layout.CONTIGUOUS);
    return new DenseInference(
        folded,
        images,
        threads,
        channelsLast <= contiguous ? Layout.CHANNELS_LAST : Layout.CONTIGUOUS);
  }

  /** The same in a given form. */
  static DenseInference of(Weights weights, float[] images, int threads, Layout layout) {
    requireFit(weights, images);
    return new DenseInference(BatchNormFolding.fold(weights), images, threads, layout);
  }

  /** What a network runs on here, for people. */
  public static String engine() {
    return "PyTorch %s through DJL, BatchNorm folded, channels-last or contiguous as is faster"
        .formatted(TorchSession.engine().getVersion());
  }

  /** One pass over the batch: class scores, [images, classes]. */
  public float[] predict() {
    float[] all = new float[scores];
    try (PtNDManager scratch = session.newScratch()) {
      PtNDArray view = JniUtils.slice(batch, 0, 0, Long.MAX_VALUE, 1);
      view.attach(scratch);
      network.values(network.infer(view)).get(all);
    }
    return all;
  }

  /** The shortest of some passes, the first left out. */
  private static long nanos(Weights folded, float[] images, int threads, Layout layout) {
    try (DenseInference dense = new DenseInference(folded, images, threads, layout)) {
      dense.predict();
      long shortest = Long.MAX_VALUE;
      for (int i = 0; i < TRIALS && (i == 0 || shortest < LONG_NANOS); i++) {
        long start = System.nanoTime();
        dense.predict();
        shortest = Math.min(shortest, System.nanoTime() - start);
      }
      return shortest;
    }
  }

  private static Shape shape(long images, Weights weights) {
    return new Shape(
        LongStream.concat(
                LongStream.of(images),
                weights.network().input().dimensions().stream().mapToLong(Integer::longValue))
            .toArray());
  }

  private static void requireFit(Weights weights, float[] images) {
    long pixels = weights.network().input().elements();
    if (images.length == 0 || images.length % pixels != 0) {
      throw new EngineInputException(
          "A batch has %d values; it must have %d for each image of network '%s', of which it needs one at least."
              .formatted(images.length, pixels, weights.network().name()));
    }
  }

  @Override
  public void close() {
    session.close();
  }
}
