package io.topiary.engine.data;

import io.topiary.engine.random.RandomStream;
import io.topiary.sparsity.network.Shape;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Divides pictures into those that are trained on, those held out for validation and those that
 * test, once and for all.
 */
final class Split {
  private static final int ONE_OUT_OF = 10;

  /** Purpose of the permutation that chooses a test set where there is none. */
  private static final long TEST = 1;

  private final String name;
  private final Pictures training;
  private final int[] trainingRows;
  private final Pictures test;
  private final int[] testRows;

  private Split(String name, Pictures training, int[] trainingRows, Pictures test, int[] testRows) {
    if (trainingRows.length < ONE_OUT_OF) {
      throw new DataSetException(
          "Data set '%s' has %d training images; it takes at least %d to hold out a tenth."
              .formatted(name, trainingRows.length, ONE_OUT_OF));
    }
    this.name = name;
    this.training = training;
    this.trainingRows = trainingRows;
    this.test = test;
    this.testRows = testRows;
  }

  /** Where training and test pictures lie apart. */
  static Split of(String name, Pictures training, Pictures test) {
    return new Split(name, training, all(training), test, all(test));
  }

  /** Where they lie together: a tenth, chosen by the seed of data sets, tests. */
  static Split of(String name, Pictures pictures) {
    int[] order = RandomStream.of(ImageDataSet.HELD_OUT_SEED, TEST).permutation(pictures.size());
    int tested = order.length / ONE_OUT_OF;
    int[] testRows = Arrays.copyOf(order, tested);
    int[] trainingRows = Arrays.copyOfRange(order, tested, order.length);
    Arrays.sort(testRows);
    Arrays.sort(trainingRows);
    return new Split(name, pictures, trainingRows, pictures, testRows);
  }

  /** The pictures that are trained on: all for training but a tenth. */
  int[] train() {
    int[] order = order();
    return rows(order, order.length / ONE_OUT_OF, order.length);
  }

  ImageDataSet dataSet(String sha256, Shape image, int classes, Normalization normalization) {
    int[] order = order();
    int[] validation = rows(order, 0, order.length / ONE_OUT_OF);
    return new ImageDataSet(
        name,
        sha256,
        image,
        classes,
        new Images(image, classes, training, train(), normalization),
        new Images(image, classes, training, validation, normalization),
        new Images(image, classes, test, testRows, normalization));
  }

  private int[] order() {
    return RandomStream.of(ImageDataSet.HELD_OUT_SEED).permutation(trainingRows.length);
  }

  private int[] rows(int[] order, int from, int to) {
    return IntStream.range(from, to).map(i -> trainingRows[order[i]]).toArray();
  }

  private static int[] all(Pictures pictures) {
    return IntStream.range(0, pictures.size()).toArray();
  }
}
