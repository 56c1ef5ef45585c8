package io.topiary.sparsity.selection;

import io.topiary.sparsity.mask.BitMask;
import io.topiary.sparsity.network.Shape;
import java.nio.FloatBuffer;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Networks of few weights that are hard to rank. */
final class RandomTensors {

  private RandomTensors() {}

  static List<PrunableTensor> of(Random random) {
    return IntStream.range(0, 1 + random.nextInt(5))
        .mapToObj(t -> of("t" + t, shape(random), random))
        .toList();
  }

  /** A fraction that leaves every tensor a weight, now and then the highest such. */
  static double fraction(List<PrunableTensor> tensors, Random random) {
    var alive = Quota.alive(tensors);
    var removable = tensors.stream().mapToLong(Quota::removable).sum();
    var highest = alive == 0 ? 0 : removable / (double) alive;
    return random.nextInt(8) == 0 ? highest : highest * random.nextDouble();
  }

  static PrunableTensor dense(String name, Shape shape, float... weights) {
    return new PrunableTensor(name, FloatBuffer.wrap(weights), BitMask.allAlive(shape));
  }

  /** Weights with many ties, both zeros, subnormals, and neighbours in the last bit. */
  static PrunableTensor of(String name, Shape shape, Random random) {
    var weights = new float[(int) shape.elements()];
    var alive = new BitSet();
    var density = random.nextInt(3) == 0 ? 1 : random.nextDouble();
    for (var i = 0; i < weights.length; i++) {
      weights[i] =
          switch (random.nextInt(6)) {
            case 0 -> random.nextInt(3) - 1;
            case 1 -> random.nextInt(5) * Float.MIN_VALUE;
            case 2 -> -0f;
            case 3 -> Math.nextUp(1f);
            case 4 -> Float.MAX_VALUE * (random.nextFloat() - 0.5f);
            default -> (float) random.nextGaussian();
          };
      alive.set(i, random.nextDouble() < density);
    }
    return new PrunableTensor(name, FloatBuffer.wrap(weights), BitMask.of(shape, alive));
  }

  private static Shape shape(Random random) {
    return random.nextBoolean()
        ? Shape.of(1 + random.nextInt(12), 1 + random.nextInt(12))
        : Shape.of(1 + random.nextInt(5), 1 + random.nextInt(5), 1 + random.nextInt(3), 2);
  }
}
