package io.topiary.engine;

import ai.djl.Device;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import io.topiary.engine.Batches.Batch;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;

/**
 * Tensors for the pixels and labels of one batch, in memory that Java writes straight into. A
 * device that does not see that memory is given a copy of each batch.
 */
final class BatchTensors {
  private final boolean onCpu;
  private final PtNDArray pixels;
  private final PtNDArray labels;
  private final FloatBuffer pixelMemory;
  private final LongBuffer labelMemory;

  /**
   * @param largest images of a batch, at most
   * @param image shape of one image: [channels, height, width]
   */
  BatchTensors(TorchSession session, int largest, io.topiary.sparsity.network.Shape image) {
    onCpu = session.onCpu();
    Shape shape = new Shape(largest, image.dimension(0), image.dimension(1), image.dimension(2));
    pixels = onHost(session, shape, DataType.FLOAT32);
    labels = onHost(session, new Shape(largest, 1), DataType.INT64);
    pixelMemory = pixels.toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer();
    labelMemory = labels.toByteBuffer(true).order(ByteOrder.nativeOrder()).asLongBuffer();
  }

  /** Begins a new batch. */
  void rewind() {
    pixelMemory.clear();
    labelMemory.clear();
  }

  /** Where the next image goes: [channels, height, width]. */
  FloatBuffer pixels() {
    return pixelMemory;
  }

  /** Where the next image's class goes. */
  LongBuffer labels() {
    return labelMemory;
  }

  /**
   * What has been filled, for the network to compute with.
   *
   * @param scratch closes it
   */
  Batch batch(int size, PtNDManager scratch) {
    return new Batch(size, first(size, pixels, scratch), first(size, labels, scratch));
  }

  private PtNDArray first(int size, PtNDArray tensor, PtNDManager scratch) {
    PtNDArray view = JniUtils.slice(tensor, 0, 0, size, 1);
    view.attach(scratch);
    if (onCpu) {
      return view;
    }
    PtNDArray copy = view.toDevice(scratch.getDevice(), true);
    copy.attach(scratch);
    return copy;
  }

  private static PtNDArray onHost(TorchSession session, Shape shape, DataType type) {
    return (PtNDArray) session.manager().create(shape, type, Device.cpu());
  }
}
