package io.topiary.engine.data;

import io.topiary.engine.data.FolderPictures.Item;
import io.topiary.engine.data.PictureFile.Size;
import io.topiary.sparsity.network.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * PNG and JPEG files in folders named after their classes: {@code train/<class>/<name>.png} and
 * {@code test/} or {@code val/} beside {@code train/}, or {@code <class>/<name>.png} alone, of
 * which a tenth by seed is the test set then. Classes are numbered by name. Pixels are normalised
 * by ImageNet's means and deviations, which published networks expect.
 *
 * <p>The digest goes over all pictures in the order of their relative paths, with '/' between
 * steps: each one's path in UTF-8 with '/' between steps, a zero byte, its length as a big-endian
 * long, and its contents.
 */
final class FolderFormat implements DataSetFormat {
  private static final String TRAINING = "train";
  private static final List<String> TEST = List.of("test", "val");

  /** Decoded pictures up to this many bytes are held. */
  private static final long MOST_HELD = 1L << 28;

  private final long mostHeld;

  FolderFormat() {
    this(MOST_HELD);
  }

  FolderFormat(long mostHeld) {
    this.mostHeld = mostHeld;
  }

  @Override
  public String lookedFor() {
    return "images in folders (train/<class>/<name>.png, .jpg or .jpeg with test/ or val/ beside train/, or <class>/<name>.png without a split)";
  }

  @Override
  public boolean recognises(Path folder) throws IOException {
    return !folders(folder.resolve(TRAINING)).isEmpty() || !classes(folder).isEmpty();
  }

  @Override
  public ImageDataSet read(String name, Path folder, int imageSize) throws IOException {
    Scan scan = new Scan(name, folder);
    if (folders(folder.resolve(TRAINING)).isEmpty()) {
      List<String> classes = classes(folder);
      List<Item> items = scan.items("", classes);
      Shape image = image(name, items, imageSize);
      return dataSet(Split.of(name, pictures(items, image)), scan, image, classes);
    }
    String test = testFolder(name, folder);
    List<String> classes = folders(folder.resolve(TRAINING));
    for (String tested : folders(folder.resolve(test))) {
      if (!classes.contains(tested)) {
        throw new DataSetException(
            "Data set '%s' has a folder %s/%s but no %s/%s: classes of the test set must be among those of training."
                .formatted(name, test, tested, TRAINING, tested));
      }
    }
    // In the order of their paths: "test" comes before "train", and "val" after it.
    boolean testFirst = test.compareTo(TRAINING) < 0;
    List<Item> early = scan.items(testFirst ? test : TRAINING, classes);
    List<Item> late = scan.items(testFirst ? TRAINING : test, classes);
    List<Item> both = Stream.concat(early.stream(), late.stream()).toList();
    Shape image = image(name, both, imageSize);
    Pictures training = pictures(testFirst ? late : early, image);
    Pictures tests = pictures(testFirst ? early : late, image);
    return dataSet(Split.of(name, training, tests), scan, image, classes);
  }

  private static ImageDataSet dataSet(Split split, Scan scan, Shape image, List<String> classes) {
    return split.dataSet(scan.sha256(), image, classes.size(), Normalization.imageNet());
  }

  private Pictures pictures(List<Item> items, Shape image) {
    return new FolderPictures(items, mostHeld, new Size(image.dimension(1), image.dimension(2)));
  }

  private static String testFolder(String name, Path folder) throws IOException {
    for (String test : TEST) {
      if (!folders(folder.resolve(test)).isEmpty()) {
        return test;
      }
    }
    throw new DataSetException(
        "Data set '%s' has a folder train, but neither test nor val beside it with folders of classes in it."
            .formatted(name));
  }

  private static Shape image(String name, List<Item> items, int imageSize) {
    if (imageSize != 0) {
      return Shape.of(3, imageSize, imageSize);
    }
    Item first = items.get(0);
    for (Item item : items) {
      if (!item.size().equals(first.size())) {
        throw new DataSetException(
            "The images of data set '%s' differ in size (%s has %d x %d pixels, %s has %d x %d), so an image size must be given, such as 224."
                .formatted(
                    name,
                    first.name(),
                    first.size().height(),
                    first.size().width(),
                    item.name(),
                    item.size().height(),
                    item.size().width()));
      }
    }
    return Shape.of(3, first.size().height(), first.size().width());
  }

  /** Sub-folders that hold pictures. */
  private static List<String> classes(Path folder) throws IOException {
    List<String> classes = new ArrayList<>();
    for (String name : folders(folder)) {
      try (Stream<Path> files = Files.list(folder.resolve(name))) {
        if (files.anyMatch(FolderFormat::isPicture)) {
          classes.add(name);
        }
      }
    }
    return classes;
  }

  private static boolean isPicture(Path file) {
    return PictureFile.isPicture(String.valueOf(file.getFileName())) && Files.isRegularFile(file);
  }

  /** Names of sub-folders, in order; none if there is no such folder. */
  private static List<String> folders(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(Files::isDirectory)
          .map(path -> String.valueOf(path.getFileName()))
          .filter(name -> !name.startsWith("."))
          .sorted()
          .toList();
    }
  }

  /** Goes through all pictures once, for their sizes and the digest. */
  private static final class Scan {
    private final String name;
    private final Path folder;
    private final MessageDigest digest = Digests.sha256();

    Scan(String name, Path folder) {
      this.name = name;
      this.folder = folder;
    }

    /**
     * The pictures of one part of the data set.
     *
     * @param part its folder; empty for the data set's own
     */
    List<Item> items(String part, List<String> classes) throws IOException {
      List<Item> items = new ArrayList<>();
      for (int label = 0; label < classes.size(); label++) {
        String path = part.isEmpty() ? classes.get(label) : part + "/" + classes.get(label);
        int before = items.size();
        for (String file : pictureNames(folder.resolve(path))) {
          items.add(item(path + "/" + file, label));
        }
        boolean needed = !TEST.contains(part);
        if (needed && items.size() == before) {
          throw new DataSetException(
              "Folder %s of data set '%s' holds no .png, .jpg or .jpeg file, so its class has no image to train on."
                  .formatted(path, name));
        }
      }
      if (items.isEmpty()) {
        throw new DataSetException(
            "Folder %s of data set '%s' holds no images.".formatted(part, name));
      }
      return items;
    }

    String sha256() {
      return Digests.hex(digest);
    }

    private Item item(String path, int label) throws IOException {
      Path file = folder.resolve(path);
      byte[] content = Files.readAllBytes(file);
      digest.update(path.getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
      digest.update(ByteBuffer.allocate(Long.BYTES).putLong(content.length).array());
      digest.update(content);
      String title = name + "/" + path;
      return new Item(file, title, label, PictureFile.size(title, content));
    }

    private static List<String> pictureNames(Path folder) throws IOException {
      if (!Files.isDirectory(folder)) {
        return List.of();
      }
      try (Stream<Path> files = Files.list(folder)) {
        return files
            .filter(FolderFormat::isPicture)
            .map(path -> String.valueOf(path.getFileName()))
            .sorted()
            .toList();
      }
    }
  }
}
