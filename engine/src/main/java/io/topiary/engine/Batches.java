package io.topiary.engine;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import io.topiary.engine.data.Images;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;

/**
 * Fills one batch after the other into the same two tensors, which the session owns. Pixels and
 * labels are written straight into the tensors' memory.
 */
final class Batches {
  private final Images images;
  private final int batchSize;
  private final PtNDArray pixels;
  private final PtNDArray labels;
  private final FloatBuffer pixelMemory;
  private final LongBuffer labelMemory;

  Batches(TorchSession session, Images images, int batchSize) {
    this.images = images;
    this.batchSize = batchSize;
    var image = images.shape();
    var largest = Math.min(batchSize, images.size());
    pixels =
        session
            .manager()
            .create(
                new Shape(largest, image.dimension(0), image.dimension(1), image.dimension(2)),
                DataType.FLOAT32);
    labels = session.manager().create(new Shape(largest, 1), DataType.INT64);
    pixelMemory = pixels.toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer();
    labelMemory = labels.toByteBuffer(true).order(ByteOrder.nativeOrder()).asLongBuffer();
  }

  /** Batches of one pass over all images; the last one may be smaller than the others. */
  int perPass() {
    return (images.size() - 1) / batchSize + 1;
  }

  /**
   * A batch of a pass over the images in the given order. It is overwritten by the next one.
   *
   * @param manager closes the batch's views of the tensors, and what is computed from them
   */
  Batch fill(int[] order, int index, PtNDManager manager) {
    int from = index * batchSize;
    int size = Math.min(batchSize, order.length - from);
    images.fill(order, from, size, pixelMemory.clear(), labelMemory.clear());
    return new Batch(size, first(size, pixels, manager), first(size, labels, manager));
  }

  private static PtNDArray first(int size, PtNDArray tensor, PtNDManager manager) {
    PtNDArray view = JniUtils.slice(tensor, 0, 0, size, 1);
    view.attach(manager);
    return view;
  }

  /**
   * @param size number of images
   * @param pixels [size, channels, height, width]
   * @param labels [size, 1]
   */
  record Batch(int size, PtNDArray pixels, PtNDArray labels) {}
}
