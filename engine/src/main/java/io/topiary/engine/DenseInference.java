package io.topiary.engine;

import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Operator.Conv;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.stream.LongStream;

/**
 * A network ready for passes over one batch, its zeros computed as any weight, in the fastest form
 * that PyTorch has for it: what sparse inference has to beat. BatchNorm is folded into the layers
 * before it, the network is one module of TorchScript, weights and images are tensors beforehand,
 * and nothing is recorded for gradients.
 *
 * <p>Belongs to the thread that made it: PyTorch counts its threads, and keeps its gradient mode,
 * per thread.
 */
public final class DenseInference implements AutoCloseable {
  /** Passes that tell which form is faster; a pass that takes this long tells by itself. */
  private static final int TRIALS = 5;

  private static final long LONG_NANOS = 50_000_000;

  private final Form form;
  private final TorchSession session;
  private final TorchNetwork network;
  private final PtSymbolBlock module;
  private final IValue[] batchAndParameters;
  private final int scores;

  /** What is faster depends on the network and the batch: many channels like the later ones. */
  enum Form {
    CONTIGUOUS("scripted contiguous"),
    CHANNELS_LAST("scripted channels-last"),
    /** Channels-last too, with the sums and ReLUs that follow a convolution in it. */
    FUSED("scripted oneDNN");

    private final String text;

    Form(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }

    private String source(Network network, int images) {
      return this == FUSED ? ScriptSource.fused(network, images) : ScriptSource.plain(network);
    }
  }

  private DenseInference(Weights folded, float[] images, int threads, Form form) {
    this.form = form;
    int count = Math.toIntExact(images.length / folded.network().input().elements());
    scores = count * folded.network().classes();
    session = TorchSession.withoutGradients(Computing.onCpu(threads));
    try {
      network = new TorchNetwork(session, folded);
      module =
          ScriptArchive.load(
              session.manager(), ScriptSource.MODULE, form.source(folded.network(), count));
      PtNDArray batch = network.tensor(FloatBuffer.wrap(images), shape(count, folded));
      if (form != Form.CONTIGUOUS) {
        batch = TorchNetwork.channelsLast(batch);
      }
      if (form == Form.CHANNELS_LAST) {
        network.layChannelsLast();
      }
      PtNDArray[] parameters =
          folded.network().parameters().stream()
              .map(parameter -> network.tensor(parameter.name()))
              .toArray(PtNDArray[]::new);
      try (IValue unpacked = IValue.listFrom(parameters)) {
        batchAndParameters =
            new IValue[] {
              IValue.from(batch), IValueUtils.runMethod(module, ScriptSource.PACK, unpacked)
            };
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
    Form fastest = Form.CONTIGUOUS;
    long shortest = nanos(folded, images, threads, fastest);
    for (Form form : offered(folded.network())) {
      long nanos = nanos(folded, images, threads, form);
      if (nanos < shortest) {
        fastest = form;
        shortest = nanos;
      }
    }
    return new DenseInference(folded, images, threads, fastest);
  }

  /** The same in a given form. */
  static DenseInference of(Weights weights, float[] images, int threads, Form form) {
    requireFit(weights, images);
    return new DenseInference(BatchNormFolding.fold(weights), images, threads, form);
  }

  /** What may be faster than contiguous memory: nothing for a network without convolutions. */
  private static List<Form> offered(Network network) {
    boolean convolutions = network.nodes().stream().anyMatch(n -> n.operator() instanceof Conv);
    if (!convolutions) {
      return List.of();
    }
    return JniUtils.getFeatures().contains("MKLDNN")
        ? List.of(Form.CHANNELS_LAST, Form.FUSED)
        : List.of(Form.CHANNELS_LAST);
  }

  /** What a network runs on here, for people. */
  public static String engine() {
    return "PyTorch %s through DJL: TorchScript, BatchNorm folded, contiguous, channels-last or fused by oneDNN as is faster"
        .formatted(TorchSession.engine().getVersion());
  }

  /** The form that is run, for people. */
  public String form() {
    return form.toString();
  }

  /** One pass over the batch: class scores, [images, classes]. */
  public float[] predict() {
    float[] all = new float[scores];
    try (IValue output = IValueUtils.forward(module, batchAndParameters);
        PtNDArray tensor = output.toTensor(session.manager())) {
      network.values(tensor).get(all);
    }
    return all;
  }

  /** The shortest of some passes, the first left out. */
  private static long nanos(Weights folded, float[] images, int threads, Form form) {
    try (DenseInference dense = new DenseInference(folded, images, threads, form)) {
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
    for (IValue value : batchAndParameters) {
      value.close();
    }
    session.close();
  }
}
