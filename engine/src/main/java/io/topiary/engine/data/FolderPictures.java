package io.topiary.engine.data;

import io.topiary.engine.data.PictureFile.Size;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Pictures that are files, each in the folder of its class. Few and small ones are held decoded;
 * others are decoded whenever they are asked for.
 */
final class FolderPictures implements Pictures {
  private final List<Item> items;
  private final Optional<List<Picture>> held;
  private final boolean ready;

  /**
   * @param mostHeld bytes that decoded pictures may take to be held
   * @param size of the images that will be made of the pictures
   * @throws DataSetException if pictures are to be held and one is broken
   */
  FolderPictures(List<Item> items, long mostHeld, Size size) {
    this.items = List.copyOf(items);
    long bytes = items.stream().mapToLong(Item::bytes).sum();
    held =
        bytes <= mostHeld
            ? Optional.of(items.stream().map(FolderPictures::decode).toList())
            : Optional.empty();
    ready = held.isPresent() && items.stream().allMatch(item -> item.size().equals(size));
  }

  @Override
  public int size() {
    return items.size();
  }

  @Override
  public int label(int row) {
    return items.get(row).label();
  }

  @Override
  public Picture picture(int row) {
    return held.map(pictures -> pictures.get(row)).orElseGet(() -> decode(items.get(row)));
  }

  @Override
  public boolean ready() {
    return ready;
  }

  private static Picture decode(Item item) {
    try {
      return PictureFile.decode(item.name(), Files.readAllBytes(item.file()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * One picture.
   *
   * @param name stands for the file in error messages
   */
  record Item(Path file, String name, int label, Size size) {
    /** That it takes when it is decoded. */
    long bytes() {
      return 3L * size.height() * size.width();
    }
  }
}
