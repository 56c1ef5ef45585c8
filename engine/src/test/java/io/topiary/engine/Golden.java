package io.topiary.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Rows of numbers by name, out of a file that a script beside it made with PyTorch. */
final class Golden {
  private static final int SAMPLES = 12;

  private final Map<String, double[]> rows = new LinkedHashMap<>();

  private Golden(String text) {
    text.lines()
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.split(" "))
        .forEach(
            words ->
                rows.put(
                    words[0],
                    Arrays.stream(words).skip(1).mapToDouble(Double::parseDouble).toArray()));
  }

  static Golden read(String file) throws IOException {
    try (var stream = Golden.class.getResourceAsStream("reference/" + file)) {
      return new Golden(new String(Objects.requireNonNull(stream, file).readAllBytes(), UTF_8));
    }
  }

  Set<String> names() {
    return rows.keySet();
  }

  double[] row(String name) {
    return Objects.requireNonNull(rows.get(name), name);
  }

  /** Largest difference between a row and these values. */
  double off(String name, double... values) {
    double[] expected = row(name);
    assertThat(values).as(name).hasSameSizeAs(expected);
    double off = 0;
    for (int i = 0; i < values.length; i++) {
      off = larger(off, Math.abs(values[i] - expected[i]));
    }
    return off;
  }

  /**
   * Largest difference between a tensor and the norm and the elements that stand for it in a row,
   * relative to the root mean square of its elements.
   */
  double off(String name, FloatBuffer tensor) {
    double[] expected = row(name);
    int size = tensor.capacity();
    int samples = Math.min(SAMPLES, size);
    double[] values = new double[1 + samples];
    for (int i = 0; i < size; i++) {
      values[0] += (double) tensor.get(i) * tensor.get(i);
    }
    values[0] = Math.sqrt(values[0]);
    double meanSquareRoot = expected[0] / Math.sqrt(size);
    // The norm is of the size of all elements together.
    double off = Math.abs(values[0] - expected[0]) / Math.sqrt(size);
    for (int i = 0; i < samples; i++) {
      values[1 + i] = tensor.get((int) ((long) i * size / samples));
      off = larger(off, Math.abs(values[1 + i] - expected[1 + i]));
    }
    assertThat(values).as(name).hasSameSizeAs(expected);
    return off == 0 ? 0 : off / meanSquareRoot;
  }

  /** As {@code Math.max}, which keeps a NaN. */
  private static double larger(double one, double other) {
    return Math.max(one, other);
  }
}
