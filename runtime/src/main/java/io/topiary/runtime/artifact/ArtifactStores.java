package io.topiary.runtime.artifact;

import io.topiary.runtime.StartException;
import io.topiary.runtime.config.Setting;
import io.topiary.runtime.config.SettingException;
import io.topiary.runtime.config.Settings;
import java.util.List;
import java.util.stream.Stream;

/** The artifact store of a process: a folder or a bucket, as its settings say. */
public final class ArtifactStores {

  public static final List<Setting<?>> SETTINGS =
      Stream.of(FileArtifactStore.SETTINGS, S3Settings.SETTINGS)
          .<Setting<?>>flatMap(List::stream)
          .toList();

  private ArtifactStores() {}

  /**
   * Opens it.
   *
   * @throws StartException when a folder and a bucket are set, or neither, or when it cannot be
   *     used
   */
  public static ArtifactStore open(Settings settings) {
    var folder = settings.get(FileArtifactStore.DIRECTORY);
    var bucket = settings.get(S3Settings.BUCKET);
    if (folder.isPresent() == bucket.isPresent()) {
      throw new SettingException(
          "%s and %s are %s set, but artifacts should lie in one place; set one of them."
              .formatted(
                  FileArtifactStore.DIRECTORY.name(),
                  S3Settings.BUCKET.name(),
                  folder.isPresent() ? "both" : "both not"));
    }
    // The SDK is not loaded where artifacts are files.
    return bucket.isPresent()
        ? S3ArtifactStore.open(S3Settings.from(bucket.orElseThrow(), settings))
        : FileArtifactStore.open(folder.orElseThrow());
  }
}
