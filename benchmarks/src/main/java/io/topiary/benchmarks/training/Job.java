package io.topiary.benchmarks.training;

import io.topiary.engine.Computing;
import io.topiary.engine.TrainingRun;
import io.topiary.engine.Weights;
import io.topiary.engine.data.ImageDataSet;
import io.topiary.engine.sparsifier.Sgd;
import io.topiary.engine.sparsifier.Sparsification;
import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.NetworkJson;
import io.topiary.sparsity.schedule.LinearDecay;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.IntStream;

/** What every side trains: a network on a data set, by stochastic gradient descent. */
record Job(Network network, ImageDataSet data, int batchSize, int threads) {
  private static final double RATE = 0.01;
  private static final double MOMENTUM = 0.9;
  private static final double WEIGHT_DECAY = 5e-4;
  private static final long SEED = 1;
  private static final int MORE_THAN_ENOUGH = 1_000_000;

  /** How many images the Python side is given: gathering them costs the same for more. */
  private static final int IMAGES_FOR_PYTHON = 6400;

  static Job of(String network, ImageDataSet data, int batchSize, int threads) {
    Network built = BuiltInNetworks.network(network, 0, data.image(), data.classes());
    return new Job(built, data, batchSize, threads);
  }

  /** Topiary's side, at its first iteration. */
  JavaSide java(String description, Sparsification sparsification, long seed) {
    LinearDecay schedule = new LinearDecay(RATE, 0, MORE_THAN_ENOUGH);
    TrainingRun run =
        new TrainingRun(
            data.train(),
            schedule,
            batchSize,
            new Sgd(MOMENTUM, WEIGHT_DECAY),
            sparsification,
            seed,
            Computing.onCpu(threads));
    return new JavaSide(description, run, Weights.initial(network, seed));
  }

  /** Python's side, with its fastest way chosen. */
  PythonSide python(String interpreter, Path script, Path folder, int probe) throws IOException {
    int images = Math.min(IMAGES_FOR_PYTHON, data.train().size());
    Path structure = folder.resolve("network.json");
    Path pixels = folder.resolve("pixels");
    Path labels = folder.resolve("labels");
    Files.writeString(structure, NetworkJson.write(network));
    long floats = images * data.image().elements();
    ByteBuffer floatBytes = littleEndian(floats * Float.BYTES);
    ByteBuffer longBytes = littleEndian((long) images * Long.BYTES);
    FloatBuffer floatValues = floatBytes.asFloatBuffer();
    LongBuffer longValues = longBytes.asLongBuffer();
    int[] order = IntStream.range(0, images).toArray();
    data.train().fill(order, 0, images, floatValues, longValues);
    write(pixels, floatBytes);
    write(labels, longBytes);
    return new PythonSide(
        List.of(
            interpreter,
            script.toString(),
            "--network=" + structure,
            "--pixels=" + pixels,
            "--labels=" + labels,
            "--batch=" + batchSize,
            "--threads=" + threads,
            "--rate=" + RATE,
            "--momentum=" + MOMENTUM,
            "--weight-decay=" + WEIGHT_DECAY,
            "--seed=" + SEED,
            "--probe=" + probe));
  }

  private static void write(Path file, ByteBuffer bytes) throws IOException {
    try (WritableByteChannel channel =
        Files.newByteChannel(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
  }

  private static ByteBuffer littleEndian(long bytes) {
    return ByteBuffer.allocate(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN);
  }
}
