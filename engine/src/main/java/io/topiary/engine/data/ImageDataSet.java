package io.topiary.engine.data;

import io.topiary.sparsity.network.Shape;

/**
 * A data set in three splits. The official training images are divided once and for all by a fixed
 * permutation: the first tenth of it is held out for validation, which decides; the rest is trained
 * on. The official test images only report; where there are none, a tenth of all is set aside
 * first.
 *
 * @param name what it is called in records and tables
 * @param sha256 SHA-256, lower-case hexadecimal, over the contents of its files, as its format
 *     says; the same wherever the files lie, and whatever size images are brought to
 * @param image shape of one image: [channels, height, width]
 * @param classes number of classes; labels run from 0
 */
public record ImageDataSet(
    String name,
    String sha256,
    Shape image,
    int classes,
    Images train,
    Images validation,
    Images test) {

  /** Seed of the permutation that chooses the images held out for validation. */
  public static final long HELD_OUT_SEED = 2023;

  /**
   * Refuses to stand in for a data set that is divided in another way.
   *
   * @throws DataSetException unless the splits have these sizes and come from this seed
   */
  public void requireSplit(long heldOutSeed, int training, int held, int tested) {
    if (heldOutSeed != HELD_OUT_SEED
        || training != train.size()
        || held != validation.size()
        || tested != test.size()) {
      throw new DataSetException(
          "Data set '%s' is divided into %d training, %d validation and %d test images by seed %d; it must be %d, %d and %d by seed %d."
              .formatted(
                  name,
                  train.size(),
                  validation.size(),
                  test.size(),
                  HELD_OUT_SEED,
                  training,
                  held,
                  tested,
                  heldOutSeed));
    }
  }
}
