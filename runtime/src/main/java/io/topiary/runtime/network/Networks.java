package io.topiary.runtime.network;

import io.topiary.runtime.artifact.ArtifactException;
import io.topiary.runtime.artifact.ArtifactStore;
import io.topiary.schemas.Artifact;
import io.topiary.schemas.BuiltInNetwork;
import io.topiary.schemas.NetworkSpec;
import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.NetworkJson;
import io.topiary.sparsity.network.Shape;
import java.io.IOException;

/** Resolves the networks that records name, by built-in name or by graph file. */
public final class Networks {

  private final ArtifactStore artifacts;

  public Networks(ArtifactStore artifacts) {
    this.artifacts = artifacts;
  }

  /**
   * The network that the record names, for the images and classes that it names.
   *
   * @throws io.topiary.sparsity.InvalidInputException when there is no such network, or when it is
   *     for other images or classes
   * @throws io.topiary.runtime.artifact.CorruptArtifactException when the graph file is not what
   *     the record says
   * @throws ArtifactException when the artifact store is away: worth a retry
   */
  public Network network(NetworkSpec spec) {
    var input = new Shape(spec.getInput());
    if (spec.getDefinition() instanceof BuiltInNetwork builtIn) {
      return BuiltInNetworks.network(
          builtIn.getName(), builtIn.getWidth(), input, spec.getClasses());
    }
    var network = read((Artifact) spec.getDefinition());
    if (!network.input().equals(input) || network.classes() != spec.getClasses()) {
      throw new NetworkMismatchException(
          "Network '%s' takes images %s and tells %d classes apart; the record says %s and %d."
              .formatted(
                  network.name(), network.input(), network.classes(), input, spec.getClasses()));
    }
    return network;
  }

  private Network read(Artifact graph) {
    var file = artifacts.fetch(graph);
    try {
      return NetworkJson.read(file);
    } catch (IOException e) {
      throw new ArtifactException("The graph file %s cannot be read: %s.".formatted(file, e), e);
    }
  }
}
