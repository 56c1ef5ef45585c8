package io.topiary.engine;

import io.topiary.engine.data.Images;
import io.topiary.sparsity.InvalidInputException;
import io.topiary.sparsity.network.Network;

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

  static void requireBatchSize(int batchSize) {
    if (batchSize < 1) {
      throw new EngineInputException(
          "Batch size is %d; it must be at least 1.".formatted(batchSize));
    }
  }
}
