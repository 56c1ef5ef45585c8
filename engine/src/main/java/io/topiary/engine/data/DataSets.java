package io.topiary.engine.data;

import io.topiary.sparsity.network.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Finds and opens data sets: the sample that is shipped, or any folder whose format is known. The
 * format is recognised by what lies in the folder.
 */
public final class DataSets {
  /** 6,000 training and 2,000 test images of Fashion-MNIST, shipped with this library. */
  public static final String FASHION_MNIST_SAMPLE = "fashion-mnist-sample";

  /** In the order in which a folder is asked for them. */
  private static final List<DataSetFormat> FORMATS =
      List.of(new IdxFormat(), CifarFormat.ten(), CifarFormat.hundred(), new FolderFormat());

  private static final Path SYSTEM_DATA_SETS = Path.of("/usr/share/datasets");

  /** Height and width; three channels of it are far below what an array can hold. */
  public static final int LARGEST_IMAGE = 10_000;

  private DataSets() {}

  /** The same with images in the size they have. */
  public static ImageDataSet open(String nameOrFolder, List<Path> searchPath) throws IOException {
    return open(nameOrFolder, searchPath, 0);
  }

  /**
   * Opens a data set.
   *
   * @param nameOrFolder {@value #FASHION_MNIST_SAMPLE}, or the name of a folder in the search path
   *     or in /usr/share/datasets (where Debian's dataset-fashion-mnist puts fashion-mnist), or the
   *     path of a folder
   * @param searchPath folders whose sub-folders are data sets, looked through in this order
   * @param imageSize height and width to which the pictures of a folder are brought; 0 for the size
   *     they have, if it is one
   * @throws DataSetException if there is no such data set or its files are not what they should be
   * @throws IOException if they cannot be read, or if there is none while a folder of the search
   *     path, in which it may be, is away
   */
  public static ImageDataSet open(String nameOrFolder, List<Path> searchPath, int imageSize)
      throws IOException {
    if (imageSize < 0 || imageSize > LARGEST_IMAGE) {
      throw new DataSetException(
          "The image size is %d; it must be in 1 to %d, or 0 for the images' own."
              .formatted(imageSize, LARGEST_IMAGE));
    }
    if (nameOrFolder.equals(FASHION_MNIST_SAMPLE)) {
      return new IdxFormat().read(nameOrFolder, DataSets::resource, imageSize);
    }
    return read(folder(nameOrFolder, searchPath), imageSize);
  }

  private static Path folder(String nameOrFolder, List<Path> searchPath) throws IOException {
    if (nameOrFolder.isBlank()) {
      throw new DataSetException("The data set has no name: give one, or the path of its folder.");
    }
    List<Path> candidates = new ArrayList<>();
    List<Path> searched = List.of();
    try {
      Path given = Path.of(nameOrFolder);
      if (isName(given)) {
        searched = searchPath;
        searched.forEach(path -> candidates.add(path.resolve(given)));
        candidates.add(SYSTEM_DATA_SETS.resolve(given));
      }
      candidates.add(given.toAbsolutePath().normalize());
    } catch (InvalidPathException e) {
      throw new DataSetException(
          "'" + nameOrFolder + "' is neither the name of a data set nor a folder.", e);
    }
    for (Path candidate : candidates) {
      if (Files.isDirectory(candidate)) {
        return candidate;
      }
    }
    requireThere(nameOrFolder, searched);
    throw new DataSetException(
        "There is no data set '%s': use %s, or put its files into one of the folders %s."
            .formatted(
                nameOrFolder, FASHION_MNIST_SAMPLE, candidates.stream().distinct().toList()));
  }

  /** A folder that is away, as one that is not mounted yet, says nothing of what is in it. */
  private static void requireThere(String name, List<Path> searched) throws IOException {
    for (Path folder : searched) {
      if (!Files.isDirectory(folder)) {
        throw new IOException(
            "data set '%s' is found nowhere, and the folder %s, where it may be, is missing"
                .formatted(name, folder));
      }
    }
  }

  /** Whether it may be a sub-folder's name; a path such as "." or "../mnist" means one folder. */
  private static boolean isName(Path given) {
    return given.getNameCount() == 1
        && !given.isAbsolute()
        && !given.equals(Path.of("."))
        && !given.equals(Path.of(".."));
  }

  private static ImageDataSet read(Path folder, int imageSize) throws IOException {
    for (DataSetFormat format : FORMATS) {
      if (format.recognises(folder)) {
        return format.read(String.valueOf(folder.getFileName()), folder, imageSize);
      }
    }
    throw new DataSetException(
        "Folder %s holds no data set; looked for: %s."
            .formatted(
                folder,
                FORMATS.stream().map(DataSetFormat::lookedFor).collect(Collectors.joining("; "))));
  }

  /** For data sets whose images have a size of their own, which stays as it is. */
  static void requireOwnSize(String name, Shape image, int imageSize) {
    if (imageSize != 0 && (imageSize != image.dimension(1) || imageSize != image.dimension(2))) {
      throw new DataSetException(
          "Data set '%s' has images of %d x %d pixels, which are not resized; the image size is %d, but it must be 0 or the images' own."
              .formatted(name, image.dimension(1), image.dimension(2), imageSize));
    }
  }

  private static Optional<InputStream> resource(String file) {
    return Optional.ofNullable(
        DataSets.class.getResourceAsStream(FASHION_MNIST_SAMPLE + "/" + file + ".gz"));
  }
}
