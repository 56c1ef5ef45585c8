package io.topiary.engine.data;

import io.topiary.sparsity.network.Shape;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;

/**
 * Labelled images of one split, held as the bytes of their file. Splits of the same file share the
 * bytes; each lists the rows that belong to it. Safe for use by several threads.
 */
public final class Images {
  private final Shape shape;
  private final int classes;
  private final byte[] pixels;
  private final byte[] labels;
  private final int[] rows;
  private final Normalization normalization;

  Images(Shape shape, int classes, LabelledBytes bytes, int[] rows, Normalization normalization) {
    this.shape = shape;
    this.classes = classes;
    this.pixels = bytes.images().content();
    this.labels = bytes.labels().content();
    this.rows = rows;
    this.normalization = normalization;
  }

  /** How many images there are. */
  public int size() {
    return rows.length;
  }

  /** Shape of one image: [channels, height, width]. */
  public Shape shape() {
    return shape;
  }

  /** How many classes there are, whether or not each has an image here. */
  public int classes() {
    return classes;
  }

  /** The class of an image, counted from 0. */
  public int label(int index) {
    return Byte.toUnsignedInt(labels[rows[index]]);
  }

  /**
   * Writes a batch: normalised pixels as [images, channels, height, width] and the class of each
   * image, both from the buffers' positions on.
   *
   * @param order which images, as indices into this split
   * @param from position in the order of the batch's first image
   * @param images how many images
   */
  public void fill(int[] order, int from, int images, FloatBuffer batch, LongBuffer classes) {
    int length = pixelsPerImage();
    float[] image = new float[length];
    for (int i = from; i < from + images; i++) {
      int row = rows[order[i]];
      normalization.apply(pixels, row * length, image);
      batch.put(image);
      classes.put(Byte.toUnsignedLong(labels[row]));
    }
  }

  private int pixelsPerImage() {
    return Math.toIntExact(shape.elements());
  }
}
