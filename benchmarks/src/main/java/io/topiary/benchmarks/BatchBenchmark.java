package io.topiary.benchmarks;

import io.topiary.engine.Computing;
import io.topiary.engine.TrainingRun;
import io.topiary.engine.Weights;
import io.topiary.engine.data.Augmentation;
import io.topiary.engine.data.DataSets;
import io.topiary.engine.data.Images;
import io.topiary.engine.random.RandomStream;
import io.topiary.engine.sparsifier.Sgd;
import io.topiary.engine.sparsifier.Sparsification;
import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.schedule.LinearDecay;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it takes to fill a batch of 128 images, beside what it would save to have it filled by
 * another thread: the training step that goes on meanwhile, and the hand-over from thread to thread
 * that it costs.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 1, jvmArgsAppend = "-Xmx1g")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class BatchBenchmark {
  private static final int BATCH = 128;
  private static final int STEPS = 10;

  /** Kinds of images, and the network that is trained on them. */
  public enum Kind {
    /** Fashion-MNIST as it is. */
    IDX("small-cnn"),
    /** The shape of CIFAR as it is. */
    CIFAR("resnet20"),
    /** The same, moved and mirrored. */
    CIFAR_AUGMENTED("resnet20"),
    /** JPEG files of 375 x 500 pixels, cropped at random and resized to 224 x 224. */
    JPEG_AUGMENTED("resnet18");

    private final String network;

    Kind(String network) {
      this.network = network;
    }

    private Augmentation augmentation() {
      return switch (this) {
        case IDX, CIFAR -> Augmentation.none();
        case CIFAR_AUGMENTED -> new Augmentation(4, true, false);
        case JPEG_AUGMENTED -> new Augmentation(0, true, true);
      };
    }
  }

  /** Images of one kind. */
  @State(Scope.Benchmark)
  public static class Batch {
    @Param public Kind kind = Kind.IDX;

    private final ExecutorService other = Executors.newSingleThreadExecutor();
    private Path folder = Path.of("");
    private Images images;
    private FloatBuffer pixels = FloatBuffer.allocate(0);
    private final LongBuffer labels = LongBuffer.allocate(BATCH);
    private int[] order = {};
    private int epoch;

    public Batch() {
      try {
        images = DataSets.open(DataSets.FASHION_MNIST_SAMPLE, List.of()).train();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Setup
    public void open() throws IOException {
      folder = Files.createTempDirectory("images");
      if (kind == Kind.CIFAR || kind == Kind.CIFAR_AUGMENTED) {
        writeCifar(folder);
        images = DataSets.open(folder.toString(), List.of()).train();
      } else if (kind == Kind.JPEG_AUGMENTED) {
        writeJpeg(folder);
        images = DataSets.open(folder.toString(), List.of(), 224).train();
      }
      pixels = FloatBuffer.allocate((int) images.shape().elements() * BATCH);
      order = RandomStream.of(1).permutation(images.size());
    }

    @TearDown
    public void delete() throws IOException {
      other.shutdown();
      try (var files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }

    private static void writeCifar(Path folder) throws IOException {
      RandomStream random = RandomStream.of(1);
      for (String file : List.of("1", "2", "3", "4", "5", "test")) {
        byte[] records = new byte[200 * 3073];
        for (int i = 0; i < records.length; i++) {
          records[i] = (byte) (i % 3073 == 0 ? i / 3073 % 10 : random.nextInt(256));
        }
        String name = file.equals("test") ? "test_batch.bin" : "data_batch_%s.bin".formatted(file);
        Files.write(folder.resolve(name), records);
      }
    }

    /** Waves with a little noise, which JPEG compresses as it does photographs. */
    private static void writeJpeg(Path folder) throws IOException {
      RandomStream random = RandomStream.of(1);
      for (int i = 0; i < 260; i++) {
        BufferedImage image = new BufferedImage(500, 375, BufferedImage.TYPE_3BYTE_BGR);
        for (int pixel = 0; pixel < 500 * 375; pixel++) {
          int x = pixel % 500;
          int y = pixel / 500;
          int grey = (int) (100 + 60 * Math.sin(x * 0.07 + i) * Math.cos(y * 0.05));
          image.setRGB(x, y, 0x010203 * (grey / 4) + 0x10101 * random.nextInt(24));
        }
        Path file = folder.resolve(i % 2 == 0 ? "even" : "odd").resolve(i + ".jpg");
        Files.createDirectories(file.getParent());
        ImageIO.write(image, "jpg", file.toFile());
      }
    }
  }

  /** Filling it, on the thread that asks. */
  @Benchmark
  public FloatBuffer fill(Batch batch) {
    batch
        .images
        .augmented(batch.kind.augmentation(), 1, batch.epoch++)
        .fill(batch.order, 0, BATCH, batch.pixels.clear(), batch.labels.clear());
    return batch.pixels;
  }

  /** Nothing, done by another thread. */
  @Benchmark
  public boolean handOver(Batch batch) throws Exception {
    return batch.other.submit(() -> true).get();
  }

  /** A step of dense training, batches filled as they are in training. */
  @Benchmark
  @OperationsPerInvocation(STEPS)
  public Weights step(Batch batch) {
    Network network =
        BuiltInNetworks.network(
            batch.kind.network, 0, batch.images.shape(), batch.images.classes());
    return new TrainingRun(
            batch.images,
            batch.kind.augmentation(),
            new LinearDecay(0.01, 0, STEPS),
            BATCH,
            new Sgd(0.9, 5e-4),
            new Sparsification.None(),
            1,
            Computing.DEFAULT)
        .run(Weights.initial(network, 1), progress -> true)
        .weights();
  }
}
