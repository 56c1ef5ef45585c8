package io.topiary.engine;

import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import io.topiary.engine.sparsifier.Layout;
import io.topiary.engine.sparsifier.Layout.Span;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Hands a row of weights to the tensors that a network computes with, and takes the gradients of a
 * backward pass back as a row.
 */
sealed interface TensorExchange {

  /** What the next forward pass computes with. */
  void load(float[] weights);

  /** The gradients of the backward pass just done, which the next one does not add to. */
  void takeGradients(float[] gradients);

  /** The way that fits where the network's tensors lie. */
  static TensorExchange of(TorchSession session, TorchNetwork network, Layout layout) {
    return session.onCpu()
        ? new SharedMemory(network, layout)
        : new Copies(session, network, layout);
  }

  /** Writes to, and reads from, the memory of the tensors themselves. */
  final class SharedMemory implements TensorExchange {
    private static final float[] ZEROS = new float[4096];

    private final List<Shared> tensors = new ArrayList<>();

    SharedMemory(TorchNetwork network, Layout layout) {
      network.requireGradients();
      layout
          .spans()
          .forEach(
              span ->
                  tensors.add(
                      new Shared(
                          span,
                          TorchNetwork.memory(network.tensor(span.name())),
                          network.gradientMemory(span.name()))));
    }

    @Override
    public void load(float[] weights) {
      for (Shared tensor : tensors) {
        tensor.weights.put(0, weights, tensor.span.from(), tensor.span.length());
      }
    }

    @Override
    public void takeGradients(float[] gradients) {
      for (Shared tensor : tensors) {
        int length = tensor.span.length();
        tensor.gradients.get(0, gradients, tensor.span.from(), length);
        for (int from = 0; from < length; from += ZEROS.length) {
          tensor.gradients.put(from, ZEROS, 0, Math.min(ZEROS.length, length - from));
        }
      }
    }

    private record Shared(Span span, FloatBuffer weights, FloatBuffer gradients) {}
  }

  /**
   * Makes new tensors for every forward pass, and copies gradients out of theirs: for a device
   * whose memory Java cannot reach.
   */
  final class Copies implements TensorExchange {
    private final TorchSession session;
    private final TorchNetwork network;
    private final List<Span> spans;

    Copies(TorchSession session, TorchNetwork network, Layout layout) {
      this.session = session;
      this.network = network;
      this.spans = layout.spans().toList();
    }

    @Override
    public void load(float[] weights) {
      for (Span span : spans) {
        FloatBuffer values = FloatBuffer.wrap(weights, span.from(), span.length());
        PtNDArray tensor =
            session
                .manager()
                .create(values, network.tensor(span.name()).getShape(), DataType.FLOAT32);
        tensor.setRequiresGradient(true);
        network.replace(span.name(), tensor);
      }
    }

    @Override
    public void takeGradients(float[] gradients) {
      for (Span span : spans) {
        try (PtNDArray gradient = network.tensor(span.name()).getGradient()) {
          gradient
              .toByteBuffer(false)
              .order(ByteOrder.nativeOrder())
              .asFloatBuffer()
              .get(gradients, span.from(), span.length());
        }
      }
    }
  }
}
