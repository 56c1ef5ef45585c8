package io.topiary.engine.data;

import io.topiary.engine.random.RandomStream;
import io.topiary.sparsity.network.Shape;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Optional;

/**
 * Labelled images of one split. Splits of the same files share the pictures; each lists the rows
 * that belong to it. Safe for use by several threads.
 */
public final class Images {
  private final Shape shape;
  private final int classes;
  private final Pictures pictures;
  private final int[] rows;
  private final Normalization normalization;
  private final Optional<Epoch> epoch;

  Images(Shape shape, int classes, Pictures pictures, int[] rows, Normalization normalization) {
    this(shape, classes, pictures, rows, normalization, Optional.empty());
  }

  private Images(
      Shape shape,
      int classes,
      Pictures pictures,
      int[] rows,
      Normalization normalization,
      Optional<Epoch> epoch) {
    this.shape = shape;
    this.classes = classes;
    this.pictures = pictures;
    this.rows = rows;
    this.normalization = normalization;
    this.epoch = epoch;
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
    return pictures.label(rows[index]);
  }

  /**
   * Whether the pixels of a batch only have to be looked up: pictures lie in memory, in the images'
   * size, and nothing is drawn. Otherwise batches are worth being filled on another thread.
   */
  public boolean ready() {
    return epoch.isEmpty() && pictures.ready();
  }

  /**
   * These images as an epoch of training sees them. Each is a function of seed, epoch and the
   * image's index in this split, whatever was filled before.
   *
   * @param seed of the training run
   * @param epoch counted from 0
   * @throws DataSetException if the images are too small for the augmentation
   */
  public Images augmented(Augmentation augmentation, long seed, int epoch) {
    augmentation.requireFit(shape);
    return new Images(
        shape,
        classes,
        pictures,
        rows,
        normalization,
        augmentation.isNone()
            ? Optional.empty()
            : Optional.of(new Epoch(augmentation, seed, epoch)));
  }

  /**
   * Writes a batch: normalised pixels as [images, channels, height, width] and the class of each
   * image, both from the buffers' positions on.
   *
   * @param order which images, as indices into this split
   * @param from position in the order of the batch's first image
   * @param images how many images
   * @throws DataSetException if a picture's file is broken
   * @throws java.io.UncheckedIOException if a picture's file cannot be read
   */
  public void fill(int[] order, int from, int images, FloatBuffer batch, LongBuffer classes) {
    float[] image = new float[Math.toIntExact(shape.elements())];
    for (int i = from; i < from + images; i++) {
      int index = order[i];
      Picture picture = pictures.picture(rows[index]);
      if (epoch.isPresent()) {
        epoch.get().fill(index, picture, height(), width(), normalization, image);
      } else if (picture.has(height(), width())) {
        normalization.apply(picture, image);
      } else {
        normalization.apply(Resampling.fit(picture, height(), width()), image);
      }
      batch.put(image);
      classes.put(label(index));
    }
  }

  private int height() {
    return shape.dimension(1);
  }

  private int width() {
    return shape.dimension(2);
  }

  /** What an epoch draws. */
  private record Epoch(Augmentation augmentation, long seed, int epoch) {
    void fill(
        int index,
        Picture picture,
        int height,
        int width,
        Normalization normalization,
        float[] image) {
      RandomStream random = RandomStream.of(seed, RandomStream.AUGMENTATION, epoch, index);
      augmentation.fill(random, picture, height, width, normalization, image);
    }
  }
}
