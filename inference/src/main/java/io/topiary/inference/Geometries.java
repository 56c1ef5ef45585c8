package io.topiary.inference;

import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Shape;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Chooses how every value lies in memory. A kernel reads and writes rows at one distance, so what a
 * convolution reads, what it yields and what is added to that have rows of the same stride: the
 * least that leaves each of them the gap that its readers need.
 */
final class Geometries {

  /** What the readers of a value want around it, in places. */
  private static final class Halo {
    private final Shape shape;
    private int above;
    private int below;
    private int gap;

    Halo(Shape shape) {
      this.shape = shape;
    }

    int height() {
      return shape.rank() == 1 ? 1 : shape.dimension(1);
    }

    int width() {
      return shape.rank() == 1 ? 1 : shape.dimension(2);
    }
  }

  private final Map<String, Halo> halos = new LinkedHashMap<>();
  private final Map<String, String> sameRows = new HashMap<>();

  private Geometries() {}

  /**
   * The geometry of every value, by its name.
   *
   * @throws ArithmeticException when a plane has more floats than an array
   */
  static Map<String, Geometry> of(Shape input, List<Stage> stages, int images, int lanes) {
    var geometries = new Geometries();
    geometries.halos.put(Network.INPUT, new Halo(input));
    for (var stage : stages) {
      geometries.halos.put(stage.output(), new Halo(stage.shape()));
      if (stage.operation() instanceof Operation.Convolution convolution) {
        geometries.read(stage, convolution);
      }
    }
    return geometries.chosen(images, lanes);
  }

  private void read(Stage stage, Operation.Convolution convolution) {
    var input = halo(stage.input());
    var output = halo(stage.output());
    for (var tap : convolution.phases().taps(convolution.conv())) {
      input.above = Math.max(input.above, -tap.row());
      input.below = Math.max(input.below, output.height() - 1 + tap.row() - (input.height() - 1));
      var right = output.width() - 1 + tap.column() - (input.width() - 1);
      input.gap = Math.max(input.gap, Math.max(-tap.column(), right));
    }
    join(stage.input(), stage.output());
    stage.residual().ifPresent(residual -> join(residual, stage.output()));
  }

  private Map<String, Geometry> chosen(int images, int lanes) {
    var strides = new HashMap<String, Integer>();
    halos.forEach(
        (name, halo) ->
            strides.merge(root(name), Math.addExact(halo.width(), halo.gap), Math::max));
    var chosen = new HashMap<String, Geometry>();
    halos.forEach(
        (name, halo) ->
            chosen.put(
                name,
                halo.shape.rank() == 1
                    ? Geometry.features(halo.shape.dimension(0), images)
                    : image(halo, strides.getOrDefault(root(name), 0), images, lanes)));
    return chosen;
  }

  private static Geometry image(Halo halo, int rowStride, int images, int lanes) {
    var row = (long) rowStride * images;
    var gap = (long) halo.gap * images;
    var origin = rounded(halo.above * row + gap, lanes);
    var rows = ((long) halo.height() + halo.below) * row + gap;
    // The last tile may be wider than what is left of the plane; it writes zeros there.
    var tiles = rounded(halo.height() * row, lanes) + lanes;
    var plane = rounded(Math.max(origin + rows, tiles), lanes);
    return new Geometry(
        halo.shape.dimension(0),
        halo.height(),
        halo.width(),
        images,
        rowStride,
        Math.toIntExact(origin),
        Math.toIntExact(plane));
  }

  private static long rounded(long floats, int lanes) {
    return (floats + lanes - 1) / lanes * lanes;
  }

  private Halo halo(String value) {
    var halo = halos.get(value);
    if (halo == null) {
      throw new IllegalStateException("there is no '" + value + "'");
    }
    return halo;
  }

  private void join(String one, String other) {
    var root = root(one);
    if (!root.equals(root(other))) {
      sameRows.put(root, root(other));
    }
  }

  private String root(String value) {
    var root = value;
    for (var next = sameRows.get(root); next != null; next = sameRows.get(root)) {
      root = next;
    }
    return root;
  }
}
