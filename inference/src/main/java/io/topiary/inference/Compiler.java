package io.topiary.inference;

import io.topiary.inference.kernel.DenseRows;
import io.topiary.inference.kernel.Kernels;
import io.topiary.inference.kernel.SparseRows;
import io.topiary.sparsity.network.Network;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes a program of a network's stages, for blocks of so many images. */
final class Compiler {

  private final Kernels kernels;
  private final Map<String, Geometry> geometries;
  private final Buffers buffers;

  private Compiler(Kernels kernels, Map<String, Geometry> geometries, Buffers buffers) {
    this.kernels = kernels;
    this.geometries = geometries;
    this.buffers = buffers;
  }

  /**
   * The program.
   *
   * @param most floats that its arena may have
   * @return none when it needs more
   */
  static Optional<Program> compile(
      Network network, List<Stage> stages, Kernels kernels, int images, int most) {
    return laidOut(network, stages, kernels, images)
        .filter(compiler -> compiler.buffers.size() <= most)
        .map(compiler -> compiler.program(network, stages));
  }

  private static Optional<Compiler> laidOut(
      Network network, List<Stage> stages, Kernels kernels, int images) {
    try {
      var geometries = Geometries.of(network.input(), stages, images, kernels.lanes());
      var buffers = Buffers.of(Network.INPUT, stages, geometries);
      return Optional.of(new Compiler(kernels, geometries, buffers));
    } catch (ArithmeticException e) {
      return Optional.empty();
    }
  }

  private Program program(Network network, List<Stage> stages) {
    // Images are laid out as features at once, where nobody reads them otherwise.
    var first = stages.get(0);
    var flattened =
        first.operation() instanceof Operation.Flattening
            && stages.stream().skip(1).noneMatch(stage -> reads(stage, Network.INPUT));
    var steps = new ArrayList<Step>();
    for (var stage : flattened ? stages.subList(1, stages.size()) : stages) {
      steps.add(step(stage));
    }
    return new Program(
        kernels,
        planes(flattened ? first.output() : Network.INPUT),
        List.copyOf(steps),
        planes(network.output().name()),
        Math.toIntExact(buffers.size()));
  }

  private static boolean reads(Stage stage, String value) {
    return stage.input().equals(value) || stage.residual().filter(value::equals).isPresent();
  }

  private Step step(Stage stage) {
    var in = planes(stage.input());
    var out = planes(stage.output());
    var operation = stage.operation();
    if (operation instanceof Operation.Convolution convolution) {
      var choice = Choice.of(convolution);
      return layer(stage, Packing.of(convolution, in.geometry()), choice, in, out);
    } else if (operation instanceof Operation.Linear linear) {
      return in.images() == 1
          ? rows(stage, linear, Choice.ofRows(linear), in, out)
          : layer(stage, Packing.of(linear, in.geometry()), Choice.of(linear), in, out);
    } else if (operation instanceof Operation.Affine affine) {
      return affine(stage, affine, in, out);
    } else if (operation instanceof Operation.MaxPooling max) {
      var pool = max.pool();
      return Pooling.max(kernels, pool.kernel(), pool.stride(), pool.padding(), in, out);
    } else if (operation instanceof Operation.AveragePooling average) {
      return Pooling.average(average.pool(), kernels, in, out);
    } else if (operation instanceof Operation.Mean) {
      return Pooling.mean(kernels, in, out);
    } else if (operation instanceof Operation.Flattening) {
      return Copies.flattened(in, out);
    } else {
      return Copies.selected(kernels, (Operation.Selection) operation, in, out);
    }
  }

  private Step layer(Stage stage, Packing packing, Choice choice, Planes in, Planes out) {
    var residual = residual(stage);
    var plane = stage.residual().map(name -> planes(name).geometry().plane()).orElse(0);
    if (choice.dense()) {
      var dense = packing.dense(kernels, out.geometry(), plane, stage.relu());
      return arena -> kernels.dense(dense, arena, in.origin(), out.origin(), residual);
    }
    var sparse = packing.sparse(kernels, in.geometry(), out.geometry(), plane, stage.relu());
    return arena -> kernels.sparse(sparse, arena, in.origin(), out.origin(), residual);
  }

  private Step rows(Stage stage, Operation.Linear linear, Choice choice, Planes in, Planes out) {
    var residual = residual(stage);
    if (choice.dense()) {
      var dense = new DenseRows(linear.weight(), linear.bias(), stage.relu());
      return arena -> kernels.linear(dense, arena, in.origin(), out.origin(), residual);
    }
    var sparse = SparseRows.of(linear.weight(), linear.bias(), stage.relu(), kernels.lanes());
    return arena -> kernels.linear(sparse, arena, in.origin(), out.origin(), residual);
  }

  private Step affine(Stage stage, Operation.Affine affine, Planes in, Planes out) {
    var length = out.width() * out.images();
    var add = stage.residual().map(this::planes);
    return arena -> {
      for (var c = 0; c < out.channels(); c++) {
        for (var y = 0; y < out.height(); y++) {
          kernels.affine(
              arena,
              in.at(c, y, 0),
              out.at(c, y, 0),
              add.isPresent() ? add.get().at(c, y, 0) : -1,
              length,
              affine.scale()[c],
              affine.shift()[c],
              stage.relu());
        }
      }
    };
  }

  private int residual(Stage stage) {
    return stage.residual().map(name -> planes(name).origin()).orElse(-1);
  }

  private Planes planes(String value) {
    var geometry = geometries.get(value);
    if (geometry == null) {
      throw new IllegalStateException("there is no '" + value + "'");
    }
    return new Planes(buffers.start(value), geometry);
  }
}
