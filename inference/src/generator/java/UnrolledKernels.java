import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Writes the kernels that keep a fixed number of sums in registers, one class for each number. The
 * JIT keeps a vector in a register only if it is a local variable: an array of vectors is an array
 * of objects on the heap, and a sum that is not a local variable is a new object after every
 * multiply-add. So the number of sums must be a constant of the method, Java needs a text for each
 * number, and the build writes those texts.
 *
 * <p>Between {@code %for i from to} and {@code %end} lines are repeated for every i from the one to
 * before the other. In them, and everywhere for the numbers that are given, <code>{i}</code> is the
 * number, <code>{+i}</code> is {@code + i}, and <code>{+i*LANES}</code> is {@code + i * LANES}, as
 * one would write them.
 *
 * <p>The build runs this file as it is: {@code java UnrolledKernels.java folder}.
 */
final class UnrolledKernels {

  private static final String PACKAGE = "io/topiary/inference/vector";

  /**
   * Rows, and vectors of places in each. With 18 sums the first compiler runs out of registers, and
   * gives up.
   */
  private static final int[][] SPARSE = {
    {1, 1}, {1, 2}, {1, 3}, {1, 4}, {1, 5}, {1, 6}, {1, 8}, {1, 10}, {1, 12}, {1, 14}, {1, 16},
    {1, 17}, {2, 5}, {2, 6}, {2, 7}, {2, 8}, {4, 4}
  };

  /** Outputs, and vectors of places: 8 to 24 sums, so that each multiply-add need not wait. */
  private static final int[][] DENSE = {{8, 1}, {8, 2}, {4, 3}, {4, 4}, {4, 5}, {4, 6}};

  private static final Pattern FOR = Pattern.compile("\\s*%for (\\w+) (\\w+) (\\w+)\\s*");
  private static final Pattern END = Pattern.compile("\\s*%end\\s*");
  private static final Pattern TOKEN = Pattern.compile("\\{(\\+?)(\\w+)(\\*LANES)?}");

  private static final String SPARSE_KERNEL =
      """
      package io.topiary.inference.vector;

      import io.topiary.inference.kernel.SparseConvolution;
      import jdk.incubator.vector.FloatVector;
      import jdk.incubator.vector.VectorSpecies;

      /** Sums for {rows} times {vectors} vectors of places, output by output. */
      final class Sparse{rows}x{vectors} {

        private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
        private static final int LANES = SPECIES.length();

        private Sparse{rows}x{vectors}() {}

      METHODS
      }
      """;

  /** Which class computes a tile, by its rows and columns. */
  private static final String DISPATCH =
      """
      package io.topiary.inference.vector;

      import io.topiary.inference.kernel.SparseConvolution;

      /** Sums for a tile of any of the shapes that there are classes for. */
      final class Sparse {

        private Sparse() {}

        static void run(
            int shape,
            SparseConvolution layer,
            int block,
            float[] arena,
            int in,
            int out,
            float[] floor,
            int at) {
          switch (shape) {
      RUN_CASES
            default -> throw new IllegalArgumentException("there is no kernel of shape " + shape);
          }
        }

        static void add(
            int shape,
            SparseConvolution layer,
            int block,
            float[] arena,
            int in,
            int out,
            int addend,
            int step,
            float[] floor,
            int at) {
          switch (shape) {
      ADD_CASES
            default -> throw new IllegalArgumentException("there is no kernel of shape " + shape);
          }
        }

        /** One number for a number of rows and of columns. */
        static int shape(int rows, int columns) {
          return rows * 32 + columns;
        }
      }
      """;

  private static final int ROWS = 32;

  /** One method for sums of their own, and one for sums that are added to what is there. */
  private static final String SPARSE_METHOD =
      """
        static void NAME(
            SparseConvolution layer,
            int block,
            float[] arena,
            int in,
            int out,
            PARAMETERS
            float[] floor,
            int at) {
          var weights = layer.weights();
          var offsets = layer.offsets();
          var ends = layer.rows();
          var order = layer.order();
          var bias = layer.bias();
          var plane = layer.outPlane();
          %for r 1 rows
          var below{r} = layer.tiles().rowStep() * {r};
          %end
          var row = block * layer.outputs();
          var last = row + layer.outputs();
          var end = ends[row];
          for (; row < last; row++) {
            var o = order[row];
            var k = end;
            end = ends[row + 1];
            var s0_0 = FloatVector.broadcast(SPECIES, bias[row]);
            %for i 1 vectors
            var s0_{i} = s0_0;
            %end
            %for r 1 rows
            %for i 0 vectors
            var s{r}_{i} = s0_0;
            %end
            %end
            // Several weights at once, where there are few sums.
            for (; k < end; k++) {
              var w = FloatVector.broadcast(SPECIES, weights[k]);
              var p0 = in + offsets[k];
              %for r 1 rows
              var p{r} = p0 + below{r};
              %end
              %for r 0 rows
              %for i 0 vectors
              s{r}_{i} = w.fma(FloatVector.fromArray(SPECIES, arena, p{r}{+i*LANES}), s{r}_{i});
              %end
              %end
            }
            var to0 = out + o * plane;
            ADD_FROM
            %for r 1 rows
            var to{r} = to0 + below{r};
            ADD_BELOW
            %end
            %for r 0 rows
            %for i 0 vectors
            ADD_SUM
            s{r}_{i}.blend(0f, s{r}_{i}.lt(FLOOR))
                .intoArray(arena, to{r}{+i*LANES});
            %end
            %end
          }
        }
      """;

  /** With few sums a multiply-add would wait for the one before, so each weight has its own. */
  private static final String SEVERAL_WEIGHTS =
      """
            %for j 1 weights
            %for i 0 vectors
            var t{j}{i} = FloatVector.zero(SPECIES);
            %end
            %end
            for (; k{+last} < end; k += {weights}) {
              var w0 = FloatVector.broadcast(SPECIES, weights[k]);
              var p0 = in + offsets[k];
              %for i 0 vectors
              s0_{i} = w0.fma(FloatVector.fromArray(SPECIES, arena, p0{+i*LANES}), s0_{i});
              %end
              %for j 1 weights
              var w{j} = FloatVector.broadcast(SPECIES, weights[k{+j}]);
              var p{j} = in + offsets[k{+j}];
              %for i 0 vectors
              t{j}{i} = w{j}.fma(FloatVector.fromArray(SPECIES, arena, p{j}{+i*LANES}), t{j}{i});
              %end
              %end
            }
            %for i 0 vectors
            s0_{i} = TOGETHER;
            %end
      """;

  private static final String DENSE_KERNEL =
      """
      package io.topiary.inference.vector;

      import io.topiary.inference.kernel.DenseConvolution;
      import jdk.incubator.vector.FloatVector;
      import jdk.incubator.vector.VectorSpecies;

      /** Sums for {outputs} outputs, each for {vectors} times as many places as a vector has lanes. */
      final class Dense{outputs}x{vectors} {

        private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
        private static final int LANES = SPECIES.length();

        private Dense{outputs}x{vectors}() {}

        static void run(
            DenseConvolution layer,
            int block,
            float[] arena,
            int in,
            int out,
            int residual,
            int step,
            int at) {
          var weights = layer.weights();
          var offsets = layer.offsets();
          var floor = layer.tiles().floor();
          var bias = layer.bias();
          var o = layer.first()[block];
          %for j 0 outputs
          var s{j}_0 = FloatVector.broadcast(SPECIES, bias[o{+j}]);
          %for i 1 vectors
          var s{j}_{i} = s{j}_0;
          %end
          %end
          var w = block * offsets.length * {outputs};
          for (var offset : offsets) {
            var p = in + offset;
            %for i 0 vectors
            var x{i} = FloatVector.fromArray(SPECIES, arena, p{+i*LANES});
            %end
            %for j 0 outputs
            var w{j} = FloatVector.broadcast(SPECIES, weights[w{+j}]);
            %for i 0 vectors
            s{j}_{i} = x{i}.fma(w{j}, s{j}_{i});
            %end
            %end
            w += {outputs};
          }
          var plane = layer.outPlane();
          var to = out + o * plane;
          var add = residual + o * step;
          %for i 0 vectors
          var f{i} = FloatVector.fromArray(SPECIES, floor, at{+i*LANES});
          %end
          %for i 0 vectors
          s0_{i} = s0_{i}.add(FloatVector.fromArray(SPECIES, arena, add{+i*LANES}));
          s0_{i}.blend(0f, s0_{i}.lt(f{i})).intoArray(arena, to{+i*LANES});
          %end
          %for j 1 outputs
          to += plane;
          add += step;
          %for i 0 vectors
          s{j}_{i} = s{j}_{i}.add(FloatVector.fromArray(SPECIES, arena, add{+i*LANES}));
          s{j}_{i}.blend(0f, s{j}_{i}.lt(f{i})).intoArray(arena, to{+i*LANES});
          %end
          %end
        }
      }
      """;

  private static final String SEVERAL_GO_HERE =
      "      // Several weights at once, where there are few sums.\n";

  private static final Map<String, String> ADDING =
      Map.of(
          "NAME", "add",
          "PARAMETERS", "int addend,\n      int step,",
          "ADD_FROM", "var add0 = addend + o * step;",
          "ADD_BELOW", "var add{r} = add0 + below{r};",
          "ADD_SUM",
              "s{r}_{i} = s{r}_{i}.add(FloatVector.fromArray(SPECIES, arena, add{r}{+i*LANES}));");

  private UnrolledKernels() {}

  public static void main(String[] arguments) throws IOException {
    var folder = Path.of(arguments[0], PACKAGE);
    var texts = new TreeMap<String, String>();
    for (var shape : SPARSE) {
      texts.put("Sparse%dx%d.java".formatted(shape[0], shape[1]), sparse(shape[0], shape[1]));
    }
    texts.put(
        "Sparse.java",
        DISPATCH
            .replace("RUN_CASES", cases("run", ""))
            .replace("ADD_CASES", cases("add", "addend, step, ")));
    for (var shape : DENSE) {
      var numbers = Map.of("outputs", shape[0], "vectors", shape[1]);
      texts.put("Dense%dx%d.java".formatted(shape[0], shape[1]), expanded(DENSE_KERNEL, numbers));
    }
    write(folder, texts);
  }

  /** Changes nothing that is as it should be, so that nothing is compiled again without need. */
  private static void write(Path folder, Map<String, String> texts) throws IOException {
    Files.createDirectories(folder);
    try (var files = Files.list(folder)) {
      for (var file : files.toList()) {
        if (!texts.containsKey(file.getFileName().toString())) {
          Files.delete(file);
        }
      }
    }
    for (var text : texts.entrySet()) {
      var file = folder.resolve(text.getKey());
      if (!Files.exists(file) || !Files.readString(file).equals(text.getValue())) {
        Files.writeString(file, text.getValue());
      }
    }
  }

  private static String sparse(int rows, int vectors) {
    var sums = rows * vectors;
    var weights = sums == 1 ? 8 : sums == 2 ? 4 : sums <= 4 ? 2 : 1;
    var several = weights == 1 ? "" : SEVERAL_WEIGHTS.replace("TOGETHER", together(0, weights));
    // Places of a tile with several rows are all on the image, and have one floor.
    var floor = rows == 1 ? "FloatVector.fromArray(SPECIES, floor, at{+i*LANES})" : "lowest";
    var lowest = rows == 1 ? "" : "var lowest = FloatVector.fromArray(SPECIES, floor, at);";
    var method =
        SPARSE_METHOD
            .replace(SEVERAL_GO_HERE, several)
            .replace("ADD_FROM", "ADD_FROM\n      " + lowest)
            .replace("FLOOR", floor);
    var methods = filled(method, Map.of("NAME", "run")) + filled(method, ADDING);
    return expanded(
        SPARSE_KERNEL.replace("METHODS\n", methods),
        Map.of("rows", rows, "vectors", vectors, "weights", weights, "last", weights - 1));
  }

  private static String cases(String method, String parameters) {
    return Arrays.stream(SPARSE)
        .map(
            shape ->
                "      case %d -> Sparse%dx%d.%s(layer, block, arena, in, out, %sfloor, at);%n"
                    .formatted(shape[0] * ROWS + shape[1], shape[0], shape[1], method, parameters))
        .collect(Collectors.joining())
        .stripTrailing();
  }

  /**
   * A method with all its names in; those that it has nothing for go, and their lines with them.
   */
  private static String filled(String method, Map<String, String> texts) {
    var filled = method;
    for (var name : ADDING.keySet()) {
      var text = texts.get(name);
      filled =
          text == null
              ? filled.replaceAll("(?m)^\\s*" + name + "\\s*\\n", "")
              : filled.replace(name, text);
    }
    return filled;
  }

  /** The sums of so many weights from the first on, added up pairwise. */
  private static String together(int first, int count) {
    if (count == 1) {
      return first == 0 ? "s0_{i}" : "t%d{i}".formatted(first);
    }
    var half = count / 2;
    return "%s.add(%s)".formatted(together(first, half), together(first + half, half));
  }

  private static String expanded(String template, Map<String, Integer> numbers) {
    var text = new StringBuilder();
    expand(template.lines().toList(), numbers, text);
    return text.toString();
  }

  private static void expand(List<String> lines, Map<String, Integer> numbers, StringBuilder text) {
    for (var at = 0; at < lines.size(); at++) {
      var loop = FOR.matcher(lines.get(at));
      if (!loop.matches()) {
        text.append(replaced(lines.get(at), numbers)).append('\n');
        continue;
      }
      var end = end(lines, at);
      var inner = new HashMap<>(numbers);
      for (var i = Integer.parseInt(loop.group(2)); i < numbers.get(loop.group(3)); i++) {
        inner.put(loop.group(1), i);
        expand(lines.subList(at + 1, end), inner, text);
      }
      at = end;
    }
  }

  /** Where the loop that begins there ends. */
  private static int end(List<String> lines, int begin) {
    var depth = 0;
    for (var at = begin; ; at++) {
      depth += FOR.matcher(lines.get(at)).matches() ? 1 : 0;
      depth -= END.matcher(lines.get(at)).matches() ? 1 : 0;
      if (depth == 0) {
        return at;
      }
    }
  }

  private static String replaced(String line, Map<String, Integer> numbers) {
    return TOKEN
        .matcher(line)
        .replaceAll(
            token -> {
              var number = numbers.get(token.group(2));
              if (token.group(1).isEmpty()) {
                return number.toString();
              }
              return number == 0 ? "" : " + " + times(number, token.group(3) != null);
            });
  }

  private static String times(int number, boolean lanes) {
    if (!lanes) {
      return String.valueOf(number);
    }
    return number == 1 ? "LANES" : number + " * LANES";
  }
}
