package io.topiary.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.topiary.sparsity.checkpoint.CheckpointFile;
import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.selection.GlobalMagnitude;
import io.topiary.sparsity.selection.PrunableTensor;
import io.topiary.sparsity.selection.Selection;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
 * Global magnitude selection over ResNet-50 from a mapped file: the threshold alone, and all that
 * pruning needs. The peers are PyTorch's {@code topk} through DJL, which does what the threshold
 * does, from the same file or from magnitudes that lie ready in its own memory; and one pass over
 * the file that does next to nothing, where the threshold makes one and a little, and the selection
 * two.
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
      var bytes = weights.tensors.stream().mapToInt(tensor -> tensor.bytes().limit()).sum();
      buffer = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
      values = read(weights);
    }

    /** All weights side by side, where PyTorch takes them without another copy. */
    private ByteBuffer buffer = ByteBuffer.allocate(0);

    NDArray read(Weights weights) {
      buffer.clear();
      for (var tensor : weights.tensors) {
        buffer.put(tensor.bytes().duplicate());
      }
      buffer.flip();
      var shape = new Shape(buffer.limit() / Float.BYTES);
      try (var all = manager.create(buffer, shape, DataType.FLOAT32)) {
        return all.abs();
      }
    }

    @TearDown
    public void close() {
      manager.close();
    }
  }

  /** Which weights go, exactly: the largest magnitude of those. */
  @Benchmark
  public float threshold(Weights weights) {
    return new GlobalMagnitude().threshold(weights.tensors, weights.fraction);
  }

  /** All that pruning needs: masks, and the relative norm drop over all parameters. */
  @Benchmark
  public double select(Weights weights) {
    Selection selection = new GlobalMagnitude().select(weights.tensors, weights.fraction);
    return weights.file.relativeNormDrop(selection);
  }

  /** The smallest magnitude of what stays, which is not put in order. */
  @Benchmark
  public float topK(Weights weights, Magnitudes magnitudes) {
    return smallestKept(magnitudes.values, weights, false);
  }

  /** The same with what stays in descending order, as topK gives it unless told otherwise. */
  @Benchmark
  public float topKSorted(Weights weights, Magnitudes magnitudes) {
    return smallestKept(magnitudes.values, weights, true);
  }

  /** The same as {@link #topK} from the mapped file. */
  @Benchmark
  public float topKFromFile(Weights weights, Magnitudes magnitudes) {
    try (var all = magnitudes.read(weights)) {
      return smallestKept(all, weights, false);
    }
  }

  private static float smallestKept(NDArray all, Weights weights, boolean sorted) {
    var alive = weights.tensors.stream().mapToLong(tensor -> tensor.alive().alive()).sum();
    var survivors = alive - Math.round(weights.fraction * alive);
    try (var kept = all.topK((int) survivors, 0, true, sorted);
        var smallest = kept.get(0).min()) {
      return smallest.getFloat();
    }
  }

  /** Copies every weight once, to where the processor has it at hand. */
  @Benchmark
  public float onePass(Weights weights, Chunk chunk) {
    for (var tensor : weights.tensors) {
      var values = tensor.weights();
      var size = values.limit();
      for (var from = 0; from < size; from += chunk.values.length) {
        values.get(from, chunk.values, 0, Math.min(chunk.values.length, size - from));
      }
    }
    return chunk.values[0];
  }

  /** Where weights are copied to, a few at a time. */
  @State(Scope.Thread)
  public static class Chunk {

    final float[] values = new float[2048];
  }
}
