package io.topiary.benchmarks;

import io.topiary.sparsity.checkpoint.CheckpointFile;
import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Parameter;
import io.topiary.sparsity.network.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.util.Map;
import java.util.Random;

/**
 * ResNet-50 for ImageNet as it is before training, 25,502,912 prunable weights: every weight is
 * normal with variance 2 / fan-in (He, Zhang, Ren and Sun, 2015, arXiv 1502.01852), from a seed.
 */
final class ResNet50File {

  private static final long SEED = 50;

  private ResNet50File() {}

  static Network network() {
    return BuiltInNetworks.network("resnet50", 64, Shape.of(3, 224, 224), 1000);
  }

  /** Writes the weights to a file that is deleted when the process ends. */
  static CheckpointFile write(Network network) {
    var random = new Random(SEED);
    try {
      var path = Files.createTempFile("resnet50-", ".safetensors");
      path.toFile().deleteOnExit();
      CheckpointFile.write(path, network, Map.of(), parameter -> values(parameter, random));
      return CheckpointFile.open(path, network);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static FloatBuffer values(Parameter parameter, Random random) {
    var values = FloatBuffer.allocate((int) parameter.shape().elements());
    var deviation = parameter.role().prunable() ? Math.sqrt(2.0 / fanIn(parameter.shape())) : 0;
    while (values.hasRemaining()) {
      values.put(deviation == 0 ? 1 : (float) (deviation * random.nextGaussian()));
    }
    return values.flip();
  }

  private static long fanIn(Shape shape) {
    return shape.elements() / shape.dimension(0);
  }
}
