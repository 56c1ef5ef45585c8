package io.topiary.engine.data;

import java.util.stream.IntStream;

/** An image file and its label file, which belong together. */
record LabelledBytes(IdxFile images, IdxFile labels) {

  LabelledBytes {
    if (images.size() != labels.size()) {
      throw new DataSetException(
          "%s holds %d images but %s holds %d labels: there must be one label for each image."
              .formatted(images.name(), images.size(), labels.name(), labels.size()));
    }
  }

  int size() {
    return images.size();
  }

  HeldPictures pictures() {
    return new HeldPictures(
        1,
        images.dimensions().get(1),
        images.dimensions().get(2),
        images.content(),
        labels.content());
  }

  /** The number of classes when labels run from 0 without a gap. */
  int classes() {
    boolean[] seen = new boolean[256];
    for (byte label : labels.content()) {
      seen[Byte.toUnsignedInt(label)] = true;
    }
    int highest = IntStream.range(0, 256).filter(i -> seen[i]).max().orElseThrow();
    for (int label = 0; label < highest; label++) {
      if (!seen[label]) {
        throw new DataSetException(
            "%s has label %d but no label %d: labels must run from 0 without a gap."
                .formatted(labels.name(), highest, label));
      }
    }
    return highest + 1;
  }

  void requireLabelsBelow(int classes) {
    byte[] content = labels.content();
    for (int i = 0; i < content.length; i++) {
      int label = Byte.toUnsignedInt(content[i]);
      if (label >= classes) {
        throw new DataSetException(
            "%s has label %d at position %d, but the training images know only 0 to %d."
                .formatted(labels.name(), label, i, classes - 1));
      }
    }
  }
}
