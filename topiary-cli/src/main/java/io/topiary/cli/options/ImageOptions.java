package io.topiary.cli.options;

import static io.topiary.cli.options.Refusals.require;

import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Shape;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What images a network by name is for, where no data set says it. */
public final class ImageOptions {

  private static final Shape USUAL_IMAGE = Shape.of(1, 28, 28);
  private static final int USUAL_CLASSES = 10;

  @Option(
      names = "--input",
      paramLabel = "N",
      split = ",",
      description =
          "Channels, height and width of the images of a network by name. Default: 1,28,28")
  private List<Integer> input = List.of();

  @Option(
      names = "--classes",
      paramLabel = "N",
      description = "Classes that a network by name tells apart. Default: 10")
  private Optional<Integer> classes = Optional.empty();

  /**
   * The network; a file of one's own says itself what it is for.
   *
   * @throws io.topiary.runtime.StartException when the file cannot be read, or when there can be no
   *     such images
   * @throws io.topiary.sparsity.InvalidInputException when there is no such network
   */
  public Network open(NetworkOptions network) {
    require(
        input.isEmpty()
            || ((input.size() == 3 || input.size() == 1)
                && input.stream().allMatch(extent -> extent >= 1)),
        "--input is %s, but it should be channels, height and width, for example 3,32,32.",
        input);
    var asked = network.open(image(), classes.orElse(USUAL_CLASSES));
    require(
        (input.isEmpty() || asked.input().equals(image()))
            && (classes.isEmpty() || asked.classes() == classes.orElseThrow()),
        "--input and --classes are %s and %d, but network '%s' takes %s and tells %d classes apart.",
        image(),
        classes.orElse(asked.classes()),
        asked.name(),
        asked.input(),
        asked.classes());
    return asked;
  }

  private Shape image() {
    return input.isEmpty() ? USUAL_IMAGE : new Shape(input);
  }
}
