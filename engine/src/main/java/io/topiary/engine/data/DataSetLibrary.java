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

  /** By name. One that no job uses gives way when memory is short. */
  private final Map<String, SoftReference<ImageDataSet>> held = new HashMap<>();

  /**
   * @param searchPath folders whose sub-folders are data sets, see {@link DataSets#open}
   */
  public DataSetLibrary(List<Path> searchPath) {
    this.searchPath = List.copyOf(searchPath);
  }

  /**
   * The data set of that name and digest.
   *
   * @throws DataSetException if there is none, or its files are not what they should be
   * @throws IOException if they cannot be read
   */
  public synchronized ImageDataSet open(String name, String sha256) throws IOException {
    var known =
        Optional.ofNullable(held.get(name))
            .flatMap(reference -> Optional.ofNullable(reference.get()))
            .filter(data -> data.sha256().equals(sha256));
    if (known.isPresent()) {
      return known.get();
    }
    var data = DataSets.open(name, searchPath);
    if (!data.sha256().equals(sha256)) {
      throw new DataSetException(
          "Data set '%s' has the SHA-256 %s here; it must be %s."
              .formatted(name, data.sha256(), sha256));
    }
    held.put(name, new SoftReference<>(data));
    return data;
  }
}
