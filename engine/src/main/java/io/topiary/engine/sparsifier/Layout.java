package io.topiary.engine.sparsifier;

import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Parameter;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where every trainable parameter of a network lies in one row of floats: the N prunable weights
 * first, in the network's order, then all else. A weight's place in the row therefore ranks as
 * (tensor, index) does.
 *
 * @param prunable the prunable tensors, which fill [0, N)
 * @param others biases and parameters of normalisation
 */
public record Layout(List<Span> prunable, List<Span> others) {

  /**
   * One parameter's part of a row.
   *
   * @param from where it begins
   * @param length how many values it has
   * @param units its first dimension: of a prunable tensor, how many outputs the layer has, each
   *     with {@code length / units} weights that lie together
   */
  public record Span(String name, int from, int length, int units) {

    /** Where it ends: the first place that is no longer its own. */
    public int to() {
      return from + length;
    }
  }

  public Layout {
    prunable = List.copyOf(prunable);
    others = List.copyOf(others);
  }

  /**
   * The layout of a network's trainable parameters.
   *
   * @throws SparsifierException when there are more than fit into one row
   */
  public static Layout of(Network network) {
    var weights = spans(network, network.prunable(), 0);
    var rest =
        network.trainable().stream().filter(parameter -> !parameter.role().prunable()).toList();
    return new Layout(weights, spans(network, rest, end(weights)));
  }

  /** N: how many prunable weights there are. */
  public int weights() {
    return end(prunable);
  }

  /** How many floats a row has. */
  public int size() {
    return others.isEmpty() ? weights() : end(others);
  }

  /** All parameters, in the order of the row. */
  public Stream<Span> spans() {
    return Stream.concat(prunable.stream(), others.stream());
  }

  /**
   * The part of a row that holds one parameter's values; what is written to it is written to the
   * row.
   *
   * @throws SparsifierException when there is no such parameter
   */
  public FloatBuffer part(float[] row, String parameter) {
    return spans()
        .filter(span -> span.name().equals(parameter))
        .findFirst()
        .map(span -> FloatBuffer.wrap(row, span.from(), span.length()).slice())
        .orElseThrow(
            () -> new SparsifierException("There is no parameter '%s'.".formatted(parameter)));
  }

  private static List<Span> spans(Network network, List<Parameter> parameters, int first) {
    var spans = new ArrayList<Span>();
    long from = first;
    for (var parameter : parameters) {
      var length = parameter.shape().elements();
      if (from + length > Integer.MAX_VALUE - Long.BYTES) {
        throw new SparsifierException(
            "Network '%s' has more trainable parameters than the %d that can be trained."
                .formatted(network.name(), Integer.MAX_VALUE - Long.BYTES));
      }
      spans.add(
          new Span(parameter.name(), (int) from, (int) length, parameter.shape().dimension(0)));
      from += length;
    }
    return spans;
  }

  private static int end(List<Span> spans) {
    return spans.isEmpty() ? 0 : spans.get(spans.size() - 1).to();
  }
}
