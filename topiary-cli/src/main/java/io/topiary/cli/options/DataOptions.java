package io.topiary.cli.options;

import static io.topiary.cli.options.Refusals.require;

import io.topiary.cli.text.Reason;
import io.topiary.engine.data.DataSets;
import io.topiary.engine.data.ImageDataSet;
import io.topiary.runtime.StartException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which images, as they are asked for on the command line. */
public final class DataOptions {

  private static final String USUAL = "fashion-mnist-sample";

  @Option(
      names = "--data",
      paramLabel = "NAME|FOLDER",
      description =
          "fashion-mnist-sample (shipped), fashion-mnist or mnist where they are installed, or a"
              + " folder with IDX files. Default: fashion-mnist-sample")
  private Optional<String> data = Optional.empty();

  /** Whether somebody named one. */
  public boolean given() {
    return data.isPresent();
  }

  /** The folder in which the data set, where it is one of files, is a folder of its name. */
  public Path folder() {
    var folder = Path.of(name()).toAbsolutePath().normalize();
    return Optional.ofNullable(folder.getParent()).orElse(folder);
  }

  /**
   * The data set, read.
   *
   * @throws StartException when its files cannot be read
   * @throws io.topiary.sparsity.InvalidInputException when there is none, or its files are not what
   *     they should be
   */
  public ImageDataSet open() {
    requireOneFolder("--data", name());
    try {
      return DataSets.open(name(), List.of(folder()));
    } catch (IOException e) {
      throw new StartException(
          "The files of data set \"%s\" cannot be read: %s.".formatted(name(), Reason.of(e)), e);
    }
  }

  private String name() {
    return data.orElse(USUAL);
  }

  /** Folders end up in lists: Kafka's log.dirs and the workers' data folders. */
  public static void requireOneFolder(String option, String path) {
    require(
        path.indexOf(',') < 0,
        "%s is %s, but it should be one folder, with no comma in its name.",
        option,
        path);
  }
}
