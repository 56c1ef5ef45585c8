package io.topiary.benchmarks.inference;

import io.topiary.engine.Computing;
import io.topiary.engine.TrainingRun;
import io.topiary.engine.Weights;
import io.topiary.engine.data.DataSets;
import io.topiary.engine.data.ImageDataSet;
import io.topiary.engine.sparsifier.Sgd;
import io.topiary.engine.sparsifier.Sparsification.None;
import io.topiary.sparsity.checkpoint.CheckpointFile;
import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.schedule.LinearDecay;
import io.topiary.sparsity.selection.GlobalMagnitude;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Networks that were really trained, and pruned by global magnitude. Files are kept, and made only
 * where they are missing. Pruned networks are not retrained: that would change values, not where
 * they lie.
 */
final class PreparedNetworks {

  private static final Path FASHION = Path.of("/usr/share/datasets/fashion-mnist");
  private static final long SEED = 1;
  private static final int BATCH_SIZE = 64;
  private static final double MOMENTUM = 0.9;
  private static final double WEIGHT_DECAY = 5e-4;

  private final Path folder;
  private final int threads;

  PreparedNetworks(Path folder, int threads) {
    this.folder = folder;
    this.threads = threads;
  }

  /** The dense checkpoint of a network pruned that far. */
  Path pruned(Recipe recipe, double sparsity) throws IOException {
    var own = Files.createDirectories(folder.resolve("networks").resolve(recipe.name()));
    var dense = own.resolve("dense.safetensors");
    if (!Files.exists(dense)) {
      keep(train(recipe), dense);
    }
    if (sparsity == 0) {
      return dense;
    }
    var pruned = own.resolve("pruned-%s.safetensors".formatted(sparsity));
    if (!Files.exists(pruned)) {
      var file = CheckpointFile.open(dense);
      var alive = Mask.allAlive(file.network().prunable());
      var mask = new GlobalMagnitude().select(file.prunable(alive), sparsity).mask();
      keep(Weights.of(file.network(), file, dense).masked(mask), pruned);
    }
    return pruned;
  }

  /** Normalised images of the test set, one after the other. */
  float[] images(Recipe recipe, int count) throws IOException {
    var data = data(recipe);
    var pixels = FloatBuffer.allocate(Math.toIntExact(count * data.image().elements()));
    var order = IntStream.range(0, count).toArray();
    data.test().fill(order, 0, count, pixels, LongBuffer.allocate(count));
    return pixels.array();
  }

  private Weights train(Recipe recipe) throws IOException {
    var data = data(recipe);
    var run =
        new TrainingRun(
            data.train(),
            new LinearDecay(recipe.rate(), recipe.iterations() / 10, recipe.iterations()),
            BATCH_SIZE,
            new Sgd(MOMENTUM, WEIGHT_DECAY),
            new None(),
            SEED,
            Computing.onCpu(threads));
    System.err.printf("Training %s for %d iterations%n", recipe.name(), recipe.iterations());
    var start = System.nanoTime();
    var weights = run.run(Weights.initial(recipe.network(), SEED), progress -> true).weights();
    System.err.printf("  took %.0f s%n", (System.nanoTime() - start) / 1e9);
    return weights;
  }

  private ImageDataSet data(Recipe recipe) throws IOException {
    var from = recipe.cifar() ? FashionAsCifar.folder(folder, FASHION) : FASHION;
    return DataSets.open(from.toAbsolutePath().toString(), List.of());
  }

  private static void keep(Weights weights, Path file) throws IOException {
    var part = file.resolveSibling(file.getFileName() + ".part");
    weights.write(part, Map.of());
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
