package io.topiary.engine.data;

import java.io.IOException;
import java.lang.ref.SoftReference;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The data sets of a process, each held in memory once, however many jobs use it at a time. Safe
 * for use by several threads.
 */
public final class DataSetLibrary {
  private final List<Path> searchPath;

  /** One that no job uses gives way when memory is short. */
  private final Map<Key, SoftReference<ImageDataSet>> held = new HashMap<>();

  /**
   * @param searchPath folders whose sub-folders are data sets, see {@link DataSets#open}
   */
  public DataSetLibrary(List<Path> searchPath) {
    this.searchPath = List.copyOf(searchPath);
  }

  /**
   * The data set of that name and digest.
   *
   * @param imageSize height and width to which the pictures of a folder are brought; 0 for the size
   *     they have
   * @throws DataSetException if there is none, or its files are not what they should be
   * @throws IOException if they cannot be read, or may be in a folder of the search path that is
   *     away
   */
  public synchronized ImageDataSet open(String name, String sha256, int imageSize)
      throws IOException {
    Key key = new Key(name, imageSize);
    var known =
        Optional.ofNullable(held.get(key))
            .flatMap(reference -> Optional.ofNullable(reference.get()))
            .filter(data -> data.sha256().equals(sha256));
    if (known.isPresent()) {
      return known.get();
    }
    var data = DataSets.open(name, searchPath, imageSize);
    if (!data.sha256().equals(sha256)) {
      throw new DataSetException(
          "Data set '%s' has the SHA-256 %s here; it must be %s."
              .formatted(name, data.sha256(), sha256));
    }
    held.put(key, new SoftReference<>(data));
    return data;
  }

  private record Key(String name, int imageSize) {}
}
