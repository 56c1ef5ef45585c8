package io.topiary.cli.options;

import static io.topiary.cli.options.Refusals.require;

import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Shape;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What images a network by name is for, where no data set says it. */
public final class ImageOptions {

  @Option(
      names = "--input",
      paramLabel = "N",
      description =
          "Channels, height and width of the images of a network by name. Default: its usual ones,"
              + " for example 3,224,224 for resnet50 and 1,28,28 for resnet8")
  private List<String> input = List.of();

  @Option(
      names = "--classes",
      paramLabel = "N",
      description =
          "Classes that a network by name tells apart. Default: as many as its usual images have")
  private Optional<Integer> classes = Optional.empty();

  /** Whether nobody asked for anything. */
  public boolean isEmpty() {
    return input.isEmpty() && classes.isEmpty();
  }

  /**
   * The network; a file of one's own says itself what it is for.
   *
   * @throws io.topiary.runtime.StartException when the file cannot be read, or when there can be no
   *     such images
   * @throws io.topiary.sparsity.InvalidInputException when there is no such network
   */
  public Network open(NetworkOptions network) {
    var extents = TypedNumbers.whole("--input", input, "3,32,32");
    require(
        extents.isEmpty()
            || ((extents.size() == 3 || extents.size() == 1)
                && extents.stream().allMatch(extent -> extent >= 1)),
        "--input is %s, but it should be channels, height and width, for example 3,32,32.",
        String.join(",", input));
    var usual = UsualImages.of(network.source());
    var image = extents.isEmpty() ? usual.image() : new Shape(extents);
    var asked = network.open(image, classes.orElse(usual.classes()));
    require(
        (extents.isEmpty() || asked.input().equals(image))
            && (classes.isEmpty() || asked.classes() == classes.orElseThrow()),
        "--input and --classes are %s and %d, but network '%s' takes %s and tells %d classes apart.",
        image,
        classes.orElse(asked.classes()),
        asked.name(),
        asked.input(),
        asked.classes());
    return asked;
  }
}
