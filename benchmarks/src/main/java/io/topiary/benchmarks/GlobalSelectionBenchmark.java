package io.topiary.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.topiary.sparsity.checkpoint.CheckpointFile;
import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.selection.GlobalMagnitude;
import io.topiary.sparsity.selection.PrunableTensor;
import io.topiary.sparsity.selection.Selection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Global magnitude selection over ResNet-50 from a mapped file: threshold, masks and the norms of
 * the relative norm drop. Its peers are PyTorch's {@code topk} through DJL, which finds only what
 * stays, and that among magnitudes which lie side by side in its own memory already; and one pass
 * over the same file that does next to nothing, where the selection makes three.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(
    value = 3,
    jvmArgsAppend = {"-Xmx1g", "-Dai.djl.offline=true"})
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class GlobalSelectionBenchmark {

  private static final Network NETWORK = ResNet50File.network();

  /** The network's file, and what of it can be pruned. */
  @State(Scope.Benchmark)
  public static class Weights {

    /** How much of it is pruned already. */
    @Param({"0", "0.3", "0.9"})
    public double sparsity;

    /** Which fraction of the rest goes. */
    @Param({"0.9", "0.98"})
    public double fraction;

    final CheckpointFile file;
    List<PrunableTensor> tensors = List.of();

    public Weights() {
      file = ResNet50File.write(NETWORK);
    }

    @Setup
    public void prune() {
      var dense = file.prunable(Mask.allAlive(NETWORK.prunable()));
      tensors = file.prunable(new GlobalMagnitude().select(dense, sparsity).mask());
    }
  }

  /** The magnitudes of all weights in one array of PyTorch's. */
  @State(Scope.Benchmark)
  public static class Magnitudes {

    final NDManager manager = NDManager.newBaseManager();
    NDArray values = manager.create(0f);

    @Setup
    public void gather(Weights weights) {
      var parts = new NDList();
      for (var tensor : weights.tensors) {
        parts.add(manager.create(tensor.weights(), new Shape(tensor.alive().size())));
      }
      values = parts.get(0).getNDArrayInternal().concat(parts.subNDList(1), 0).abs();
    }

    @TearDown
    public void close() {
      manager.close();
    }
  }

  /** All that pruning needs: masks, and the relative norm drop over all parameters. */
  @Benchmark
  public double select(Weights weights) {
    Selection selection = new GlobalMagnitude().select(weights.tensors, weights.fraction);
    return weights.file.relativeNormDrop(selection);
  }

  /** What stays, and the smallest magnitude of that. */
  @Benchmark
  public float topK(Weights weights, Magnitudes magnitudes) {
    var all = magnitudes.values;
    var survivors = all.size() - Math.round(weights.fraction * all.size());
    try (var kept = all.topK((int) survivors, 0, true, true)) {
      return kept.get(0).getFloat(survivors - 1);
    }
  }

  /** Looks at every weight once. */
  @Benchmark
  public int onePass(Weights weights, Chunk chunk) {
    var bits = 0;
    for (var tensor : weights.tensors) {
      var size = tensor.alive().size();
      for (var from = 0; from < size; from += chunk.values.length) {
        var count = Math.min(chunk.values.length, size - from);
        tensor.weights().get(from, chunk.values, 0, count);
        bits ^= chunk.bits(count);
      }
    }
    return bits;
  }

  /** Where weights are copied to, a few at a time. */
  @State(Scope.Thread)
  public static class Chunk {

    final float[] values = new float[2048];

    int bits(int count) {
      var bits = 0;
      for (var i = 0; i < count; i++) {
        bits ^= Float.floatToRawIntBits(values[i]);
      }
      return bits;
    }
  }
}
