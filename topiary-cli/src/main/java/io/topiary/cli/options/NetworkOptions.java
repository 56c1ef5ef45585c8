package io.topiary.cli.options;

import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.NetworkJson;
import io.topiary.sparsity.network.NetworkSource;
import io.topiary.sparsity.network.NetworkSource.GraphFile;
import io.topiary.sparsity.network.Shape;
import picocli.CommandLine.Option;

/** Which network, as it is asked for on the command line. */
public final class NetworkOptions {

  @Option(
      names = "--network",
      paramLabel = "NAME|FILE",
      defaultValue = "resnet8",
      description =
          "A network by name, or a graph of your own such as my-net.json. Default:"
              + " ${DEFAULT-VALUE}. Names: ${COMPLETION-CANDIDATES}",
      completionCandidates = NetworkNames.class)
  private String network = "";

  @Option(
      names = "--width",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Channels of the first stage of a network by name; 0 for the network's own default.")
  private int width;

  /** As if somebody had typed these. */
  public static NetworkOptions of(String network, int width) {
    var options = new NetworkOptions();
    options.network = network;
    options.width = width;
    return options;
  }

  /**
   * What was asked for; whether a network file can be read is found out by opening it.
   *
   * @throws io.topiary.sparsity.InvalidInputException when there is no such network
   */
  public NetworkSource source() {
    return NetworkSource.of(network, width);
  }

  /**
   * The network by itself, for the images that it is known for.
   *
   * @throws io.topiary.sparsity.InvalidInputException when there is no such network
   * @throws io.topiary.runtime.StartException when its file cannot be read
   */
  public Network open() {
    var usual = UsualImages.of(source());
    return open(usual.image(), usual.classes());
  }

  /**
   * The network by itself: one in a file as the file has it, one by name for the images given.
   *
   * @throws io.topiary.sparsity.InvalidInputException when there is no such network
   * @throws io.topiary.runtime.StartException when its file cannot be read
   */
  Network open(Shape image, int classes) {
    return source() instanceof GraphFile graph
        ? InputFile.read("--network", graph.file(), NetworkJson::read)
        : source().network(image, classes);
  }
}
