package io.topiary.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.topiary.engine.data.DataSets;
import io.topiary.engine.data.Images;
import io.topiary.sparsity.mask.BitMask;
import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Parameter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;

/** What golden runs start from: see reference.py and inputs.py, which make the same. */
final class GoldenInputs {
  static final int CLASSES = 4;

  private static final int IMAGES = 84;

  private GoldenInputs() {}

  /** Training images of noise, brighter in the rows of their class; 76 of them, 8 are held out. */
  static Images images(Path folder, int side) throws IOException {
    double[] u = noise("train-images", IMAGES * side * side);
    ByteBuffer pixels = ByteBuffer.allocate(16 + u.length);
    ByteBuffer labels = ByteBuffer.allocate(8 + IMAGES);
    pixels.putInt(0x803).putInt(IMAGES).putInt(side).putInt(side);
    labels.putInt(0x801).putInt(IMAGES);
    for (int i = 0; i < IMAGES; i++) {
      labels.put((byte) (i % CLASSES));
    }
    for (int i = 0; i < u.length; i++) {
      int row = i / side % side;
      int image = i / (side * side);
      boolean bright = row % CLASSES == image % CLASSES;
      pixels.put((byte) ((int) (200 * u[i]) + (bright ? 55 : 0)));
    }
    for (String part : List.of("train", "t10k")) {
      Files.write(folder.resolve(part + "-images-idx3-ubyte"), pixels.array());
      Files.write(folder.resolve(part + "-labels-idx1-ubyte"), labels.array());
    }
    return DataSets.open(folder.toString(), List.of()).train();
  }

  static Weights weights(Network network) {
    return Weights.copyOf(network, GoldenInputs::values);
  }

  /** Weights with the variance 2 / fan-in, everything else around where it would be by default. */
  static FloatBuffer values(Parameter parameter) {
    double[] u = noise(parameter.name(), size(parameter));
    FloatBuffer values = FloatBuffer.allocate(u.length);
    double fanIn = u.length / (double) parameter.shape().dimension(0);
    for (double each : u) {
      values.put(
          (float)
              switch (parameter.role()) {
                case WEIGHT -> (2 * each - 1) * Math.sqrt(6 / fanIn);
                case NORM_WEIGHT, RUNNING_VAR -> 0.5 + each;
                case BIAS, NORM_BIAS, RUNNING_MEAN -> each - 0.5;
              });
    }
    return values.flip();
  }

  static Momentum momentum(Network network) {
    return Momentum.copyOf(
        network,
        parameter -> {
          double[] u = noise("momentum/" + parameter.name(), size(parameter));
          FloatBuffer values = FloatBuffer.allocate(u.length);
          for (double each : u) {
            values.put((float) (0.02 * (2 * each - 1)));
          }
          return values.flip();
        });
  }

  /** A mask under which this share of the weights lives. */
  static Mask mask(Network network, double share) {
    Map<String, BitMask> masks = new LinkedHashMap<>();
    for (Parameter parameter : network.prunable()) {
      double[] u = noise("mask/" + parameter.name(), size(parameter));
      BitSet alive = new BitSet();
      for (int i = 0; i < u.length; i++) {
        alive.set(i, u[i] < share);
      }
      masks.put(parameter.name(), BitMask.of(parameter.shape(), alive));
    }
    return new Mask(masks);
  }

  /** Numbers in [-1, 1). */
  static float[] uniform(String name, int length) {
    double[] u = noise(name, length);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) (2 * u[i] - 1);
    }
    return values;
  }

  /** Numbers in [0, 1): the finaliser of MurmurHash3 over index and name. */
  private static double[] noise(String name, int length) {
    CRC32 crc = new CRC32();
    crc.update(name.getBytes(UTF_8));
    double[] noise = new double[length];
    for (int i = 0; i < length; i++) {
      int x = i + (int) crc.getValue();
      x ^= x >>> 16;
      x *= 0x85ebca6b;
      x ^= x >>> 13;
      x *= 0xc2b2ae35;
      x ^= x >>> 16;
      noise[i] = Integer.toUnsignedLong(x) / (double) (1L << 32);
    }
    return noise;
  }

  private static int size(Parameter parameter) {
    return Math.toIntExact(parameter.shape().elements());
  }
}
