package io.topiary.cli.policies;

import io.topiary.runtime.StartException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * Keys and values of one YAML document, each with the line that it is on. Values are read as they
 * are written and not as YAML 1.1 guesses: {@code 2:4} would be 124, and {@code 010} eight.
 */
final class YamlMapping {

  private static final Pattern WHOLE = Pattern.compile("-?(0|[1-9]\\d*)");
  private static final Pattern DECIMAL =
      Pattern.compile("-?(0|[1-9]\\d*)(\\.\\d+)?([eE][-+]?\\d{1,3})?");

  private final String source;
  private final int line;
  private final Map<String, Node> values;

  private YamlMapping(String source, int line, Map<String, Node> values) {
    this.source = source;
    this.line = line;
    this.values = values;
  }

  /**
   * @param keys all that may be there
   * @throws StartException when it is no mapping, or has a key twice or one that there is not
   */
  static YamlMapping of(String source, Node document, List<String> keys) {
    if (!(document instanceof MappingNode mapping)) {
      throw refusal(
          source, line(document), "A policy should be keys and values, such as 'name: nightly'.");
    }
    var values = new LinkedHashMap<String, Node>();
    for (var entry : mapping.getValue()) {
      var at = line(entry.getKeyNode());
      if (!(entry.getKeyNode() instanceof ScalarNode key) || !keys.contains(key.getValue())) {
        throw refusal(
            source,
            at,
            "There is no key %s; there are %s."
                .formatted(shown(entry.getKeyNode()), String.join(", ", keys)));
      }
      if (values.put(key.getValue(), entry.getValueNode()) != null) {
        throw refusal(
            source, at, "%s is there twice; it should be said once.".formatted(key.getValue()));
      }
    }
    return new YamlMapping(source, line(document), values);
  }

  /** The text of the key, if it is there. */
  Optional<String> text(String key) {
    return value(key, "a text", "nightly", YamlMapping::asText);
  }

  /** The text of the key, whether it looks like a number or not. */
  Optional<String> word(String key, String example) {
    return value(
        key,
        "a word",
        example,
        node ->
            scalar(node).filter(word -> !word.getTag().equals(Tag.NULL)).map(ScalarNode::getValue));
  }

  Optional<Integer> whole(String key) {
    return value(key, "a whole number", "3", node -> number(node, WHOLE, Integer::valueOf));
  }

  Optional<Double> decimal(String key) {
    return value(key, "a number", "0.5", YamlMapping::asDecimal);
  }

  /** Numbers; a single one stands for a list of one. */
  Optional<List<Double>> decimals(String key) {
    return value(
        key,
        "a number or a list of numbers",
        "[0.7, 0.9]",
        node -> items(node, YamlMapping::asDecimal));
  }

  /** Whole numbers; a single one stands for a list of one. */
  Optional<List<Long>> wholes(String key) {
    return value(
        key,
        "a whole number or a list of them",
        "[1, 2, 3]",
        node -> items(node, item -> number(item, WHOLE, Long::valueOf)));
  }

  /** {@code file:line} of the key, or of the document where the key is not there. */
  String place(String key) {
    return place(source, Optional.ofNullable(values.get(key)).map(YamlMapping::line).orElse(line));
  }

  static String place(String source, int line) {
    return source + ":" + line;
  }

  private <T> Optional<T> value(
      String key, String expected, String example, Function<Node, Optional<T>> reading) {
    return Optional.ofNullable(values.get(key))
        .map(
            node ->
                reading
                    .apply(node)
                    .orElseThrow(
                        () ->
                            refusal(
                                source,
                                line(node),
                                "%s is %s, but it should be %s, for example %s: %s."
                                    .formatted(key, shown(node), expected, key, example))));
  }

  private static Optional<String> asText(Node node) {
    return scalar(node).filter(text -> text.getTag().equals(Tag.STR)).map(ScalarNode::getValue);
  }

  private static Optional<Double> asDecimal(Node node) {
    return number(node, DECIMAL, Double::valueOf).filter(Double::isFinite);
  }

  private static <N> Optional<N> number(Node node, Pattern form, Function<String, N> parser) {
    try {
      return scalar(node)
          .filter(number -> number.getScalarStyle() == ScalarStyle.PLAIN)
          .map(ScalarNode::getValue)
          .filter(text -> form.matcher(text).matches())
          .map(parser);
    } catch (NumberFormatException e) {
      // Digits, but too many of them.
      return Optional.empty();
    }
  }

  private static <T> Optional<List<T>> items(Node node, Function<Node, Optional<T>> reading) {
    var nodes = node instanceof SequenceNode list ? list.getValue() : List.of(node);
    var items = nodes.stream().map(reading).toList();
    return items.stream().allMatch(Optional::isPresent)
        ? Optional.of(items.stream().flatMap(Optional::stream).toList())
        : Optional.empty();
  }

  private static Optional<ScalarNode> scalar(Node node) {
    return Stream.of(node)
        .filter(ScalarNode.class::isInstance)
        .map(ScalarNode.class::cast)
        .findFirst();
  }

  private static String shown(Node node) {
    if (node instanceof ScalarNode scalar) {
      return scalar.getTag().equals(Tag.NULL) ? "empty" : "'" + scalar.getValue() + "'";
    }
    return node instanceof SequenceNode list
        ? list.getValue().stream().map(YamlMapping::item).toList().toString()
        : "keys and values";
  }

  private static String item(Node node) {
    return node instanceof ScalarNode scalar
        ? scalar.getValue()
        : node.getNodeId().name().toLowerCase(Locale.ROOT);
  }

  static StartException refusal(String source, int line, String sentence) {
    return new StartException(place(source, line) + ": " + sentence);
  }

  private static int line(Node node) {
    return node.getStartMark().getLine() + 1;
  }
}
