package io.topiary.helm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The table of values.yaml: a row for each value, with the comment that stands above it. A list or
 * map that has a comment is one value; one that has none consists of values.
 */
record ValuesTable(List<Row> rows) {

  /**
   * @param name as {@code --set} has it
   * @param fallback as JSON
   */
  record Row(String name, String fallback, String description) {}

  private record Key(int indent, String name) {}

  private static final Pattern KEY = Pattern.compile("( *)([A-Za-z][A-Za-z0-9]*):.*");
  private static final Pattern COMMENT = Pattern.compile(" *# ?(.*)");

  ValuesTable {
    rows = List.copyOf(rows);
  }

  /**
   * @throws IllegalArgumentException when a value has no comment
   */
  static ValuesTable of(String yaml) throws IOException {
    var values = new YAMLMapper().readTree(yaml);
    var rows = new ArrayList<Row>();
    var path = new ArrayDeque<Key>();
    var comment = new ArrayList<String>();
    var described = Integer.MAX_VALUE;
    for (var line : yaml.lines().toList()) {
      var remark = COMMENT.matcher(line);
      var key = KEY.matcher(line);
      if (remark.matches()) {
        comment.add(remark.group(1));
      } else if (line.isBlank()) {
        comment.clear();
      } else if (key.matches() && key.group(1).length() <= described) {
        var indent = key.group(1).length();
        while (!path.isEmpty() && path.getLast().indent() >= indent) {
          path.removeLast();
        }
        path.addLast(new Key(indent, key.group(2)));
        var value = at(values, path);
        described = Integer.MAX_VALUE;
        if (!comment.isEmpty() || !value.isObject() || value.isEmpty()) {
          rows.add(row(path, value, comment));
          described = indent;
        }
        comment.clear();
      }
    }
    return new ValuesTable(rows);
  }

  private static Row row(Deque<Key> path, JsonNode value, List<String> comment) {
    var name = String.join(".", path.stream().map(Key::name).toList());
    if (comment.isEmpty()) {
      throw new IllegalArgumentException(
          name + " should have a comment above it in values.yaml, which says what it is.");
    }
    return new Row(name, value.toString(), String.join(" ", comment));
  }

  private static JsonNode at(JsonNode values, Deque<Key> path) {
    var value = values;
    for (var key : path) {
      value = value.path(key.name());
    }
    return value;
  }

  String markdown() {
    var text = new StringBuilder("| value | default | what it is |\n| --- | --- | --- |\n");
    for (var row : rows) {
      text.append(
          "| `%s` | `%s` | %s |%n"
              .formatted(row.name(), row.fallback(), row.description().replace("|", "\\|")));
    }
    return text.toString();
  }
}
