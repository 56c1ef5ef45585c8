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
 * <p>Words in capitals stand for whole texts. {@code SparseMethod} is written twice: for sums of
 * their own, and for sums that are added to what is there. With few sums a multiply-add would wait
 * for the one before, so each of {@code SeveralWeights} has its own. {@code Dispatch} finds the
 * class for a tile, by its rows and columns.
 *
 * <p>The build runs this file as it is: {@code java UnrolledKernels.java templates folder}.
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

  /** As in {@code Dispatch}, more than there are columns. */
  private static final int ROWS = 32;

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

  private final Path templates;

  private UnrolledKernels(Path templates) {
    this.templates = templates;
  }

  public static void main(String[] arguments) throws IOException {
    write(Path.of(arguments[1], PACKAGE), new UnrolledKernels(Path.of(arguments[0])).texts());
  }

  private Map<String, String> texts() throws IOException {
    var texts = new TreeMap<String, String>();
    for (var shape : SPARSE) {
      texts.put("Sparse%dx%d.java".formatted(shape[0], shape[1]), sparse(shape[0], shape[1]));
    }
    texts.put(
        "Sparse.java",
        template("Dispatch")
            .replace("RUN_CASES", cases("run", ""))
            .replace("ADD_CASES", cases("add", "addend, step, ")));
    for (var shape : DENSE) {
      var numbers = Map.of("outputs", shape[0], "vectors", shape[1]);
      texts.put(
          "Dense%dx%d.java".formatted(shape[0], shape[1]), expanded(template("Dense"), numbers));
    }
    return texts;
  }

  private String template(String name) throws IOException {
    return Files.readString(templates.resolve(name + ".txt"));
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

  private String sparse(int rows, int vectors) throws IOException {
    var sums = rows * vectors;
    var weights = sums == 1 ? 8 : sums == 2 ? 4 : sums <= 4 ? 2 : 1;
    var several =
        weights == 1 ? "" : template("SeveralWeights").replace("TOGETHER", together(0, weights));
    // Places of a tile with several rows are all on the image, and have one floor.
    var floor = rows == 1 ? "FloatVector.fromArray(SPECIES, floor, at{+i*LANES})" : "lowest";
    var lowest = rows == 1 ? "" : "var lowest = FloatVector.fromArray(SPECIES, floor, at);";
    var method =
        template("SparseMethod")
            .replace(SEVERAL_GO_HERE, several)
            .replace("ADD_FROM", "ADD_FROM\n      " + lowest)
            .replace("FLOOR", floor);
    var methods = filled(method, Map.of("NAME", "run")) + filled(method, ADDING);
    return expanded(
        template("Sparse").replace("METHODS\n", methods),
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
