package io.topiary.sparsity.network;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;

/** Where a network comes from, as somebody typed it: a built-in name, or a file of their own. */
public sealed interface NetworkSource {

  /** How the name of a graph file ends; no built-in network's does. */
  String FILE_SUFFIX = ".json";

  /**
   * Understands a name or a path. No file is opened yet.
   *
   * @param nameOrFile one of {@link BuiltInNetworks#names}, or a path that ends in {@value
   *     #FILE_SUFFIX}
   * @param width see {@link BuiltInNetworks#network}; a file has its own widths, so it goes only
   *     with 0
   * @throws NetworkException when it is neither, or when a width is given for a file
   */
  static NetworkSource of(String nameOrFile, int width) {
    if (nameOrFile.toLowerCase(Locale.ROOT).endsWith(FILE_SUFFIX)) {
      if (width != 0) {
        throw new NetworkException(
            "Network '%s' says itself how wide it is; a width (%d) goes only with a built-in network."
                .formatted(nameOrFile, width));
      }
      return new GraphFile(path(nameOrFile));
    }
    if (!BuiltInNetworks.names().contains(nameOrFile)) {
      throw new NetworkException(
          "There is no network '%s'; known are %s, and any file of yours whose name ends in %s."
              .formatted(nameOrFile, String.join(", ", BuiltInNetworks.names()), FILE_SUFFIX));
    }
    return new BuiltIn(nameOrFile, width);
  }

  /**
   * The network, for images of that shape and that many classes.
   *
   * @param input shape of one image, {@code [channels, height, width]}
   * @throws NetworkException when it cannot be had, or is for other images or classes
   */
  Network network(Shape input, int classes);

  /**
   * A built-in network.
   *
   * @param width see {@link BuiltInNetworks#network}
   */
  record BuiltIn(String name, int width) implements NetworkSource {

    @Override
    public Network network(Shape input, int classes) {
      return BuiltInNetworks.network(name, width, input, classes);
    }
  }

  /** A network in its JSON form; see {@link NetworkJson}. */
  record GraphFile(Path file) implements NetworkSource {

    /**
     * {@inheritDoc}
     *
     * <p>A file that is missing or cannot be read counts as bad input too: somebody has just named
     * it.
     */
    @Override
    public Network network(Shape input, int classes) {
      var network = read();
      if (!network.input().equals(input) || network.classes() != classes) {
        throw new NetworkException(
            "Network '%s' in %s takes images %s and tells %d classes apart; the data has images %s of %d classes."
                .formatted(
                    network.name(), file, network.input(), network.classes(), input, classes));
      }
      return network;
    }

    private Network read() {
      if (Files.isDirectory(file)) {
        throw new NetworkException(
            "Network file %s is a folder; it must be a file.".formatted(file));
      }
      try {
        return NetworkJson.read(file);
      } catch (NoSuchFileException e) {
        throw new NetworkException("There is no network file %s.".formatted(file), e);
      } catch (AccessDeniedException e) {
        throw new NetworkException(
            "Network file %s cannot be read: permission denied.".formatted(file), e);
      } catch (IOException e) {
        throw new NetworkException(
            "Network file %s cannot be read: %s.".formatted(file, e.getMessage()), e);
      }
    }
  }

  private static Path path(String file) {
    try {
      return Path.of(file);
    } catch (InvalidPathException e) {
      throw new NetworkException("'%s' is no path of a network file.".formatted(file), e);
    }
  }
}
