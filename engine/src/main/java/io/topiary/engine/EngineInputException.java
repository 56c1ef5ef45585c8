package io.topiary.engine;

import io.topiary.engine.data.Images;
import io.topiary.sparsity.InvalidInputException;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Node;
import io.topiary.sparsity.network.Operator.BatchNormalization;
import io.topiary.sparsity.network.Shape;
import java.util.Map;
import java.util.Objects;

/** A request that the engine cannot fulfil, now or later. */
public final class EngineInputException extends InvalidInputException {
  private static final long serialVersionUID = 1L;

  EngineInputException(String message) {
    super(message);
  }

  static void requireFit(Network network, Images images) {
    if (!network.input().equals(images.shape()) || network.classes() != images.classes()) {
      throw new EngineInputException(
          "Network '%s' takes images %s of %d classes, but these are images %s of %d classes."
              .formatted(
                  network.name(),
                  network.input(),
                  network.classes(),
                  images.shape(),
                  images.classes()));
    }
  }

  static void requireFit(Network network, Momentum momentum) {
    if (!network.equals(momentum.network())) {
      throw new EngineInputException(
          "The momentum is that of network '%s'; it must be that of '%s', whose weights are trained."
              .formatted(momentum.network().name(), network.name()));
    }
  }

  static void requireBatchSize(int batchSize) {
    if (batchSize < 1) {
      throw new EngineInputException(
          "Batch size is %d; it must be at least 1.".formatted(batchSize));
    }
  }

  /** BatchNorm divides by the batch's own deviation, and one value has none. */
  static void requireVariance(Network network, Images images, int batchSize) {
    boolean singleImage = batchSize == 1 || images.size() % batchSize == 1;
    if (!singleImage) {
      return;
    }
    Map<String, Shape> shapes = network.shapes();
    for (Node node : network.nodes()) {
      Shape shape = Objects.requireNonNull(shapes.get(node.name()));
      if (node.operator() instanceof BatchNormalization && shape.elements() == shape.dimension(0)) {
        throw new EngineInputException(
            "The last batch of %d images by %d has a single image, of which node '%s' of network '%s' would normalise a single pixel: there is no variance in that; use another batch size."
                .formatted(images.size(), batchSize, node.name(), network.name()));
      }
    }
  }
}
