package io.topiary.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ValuesTableTest {

  private static final Path README = Chart.FOLDER.resolve("README.md");
  private static final String BEGIN = "<!-- values: begin -->\n";
  private static final String END = "<!-- values: end -->";

  /** {@code mvn -pl helm -am test -Dtopiary.helm.rewrite=true} writes it anew. */
  @Test
  void shouldBeCurrent() throws IOException {
    // Given
    var readme = Files.readString(README);
    var from = readme.indexOf(BEGIN) + BEGIN.length();
    var to = readme.indexOf(END);
    var table = ValuesTable.of(values()).markdown();

    // When
    if (Boolean.getBoolean("topiary.helm.rewrite")) {
      readme = readme.substring(0, from) + table + readme.substring(to);
      Files.writeString(README, readme);
    }

    // Then
    assertThat(readme)
        .as("README.md of the chart; -Dtopiary.helm.rewrite=true writes it anew")
        .contains(BEGIN + table + END);
  }

  @Test
  void shouldHaveARowForEachValueWithTheCommentAboveIt() throws IOException {
    // When
    var table =
        ValuesTable.of(
            """
            # About the file.

            image:
              # First line,
              # second | line.
              tag: ""
            # One value.
            spread:
              - key: a
                size: 1
            # A map.
            limits:
              cpu: 2
            """);

    // Then
    assertThat(table.rows())
        .containsExactly(
            new ValuesTable.Row("image.tag", "\"\"", "First line, second | line."),
            new ValuesTable.Row("spread", "[{\"key\":\"a\",\"size\":1}]", "One value."),
            new ValuesTable.Row("limits", "{\"cpu\":2}", "A map."));
    assertThat(table.markdown())
        .contains("| `image.tag` | `\"\"` | First line, second \\| line. |");
  }

  @Test
  void shouldRefuseAValueThatNothingIsSaidOf() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ValuesTable.of("image:\n  tag: x\n"))
        .withMessageStartingWith("image.tag should have a comment above it");
  }

  /** A value without a place in the schema could not be given, and the other way round. */
  @Test
  void shouldHaveAllThatTheSchemaHas() throws IOException {
    // Given
    var schema = new ObjectMapper().readTree(Chart.FOLDER.resolve("values.schema.json").toFile());
    var values = new YAMLMapper().readTree(values());

    // Then
    assertThat(names("", schema, schema, values)).isEqualTo(names("", values));
  }

  @Test
  void shouldRefuseUnknownNamesEverywhere() throws IOException {
    var schema = new ObjectMapper().readTree(Chart.FOLDER.resolve("values.schema.json").toFile());
    for (var object : schema.findParents("properties")) {
      assertThat(object.path("additionalProperties").asBoolean(true))
          .as(object.toString())
          .isFalse();
    }
  }

  private static String values() throws IOException {
    return Files.readString(Chart.FOLDER.resolve("values.yaml"));
  }

  /** Names of the schema's values, as deep as the values go. */
  private static List<String> names(
      String prefix, JsonNode schema, JsonNode part, JsonNode values) {
    var names = new ArrayList<String>();
    var properties = part.path("properties");
    for (var name : (Iterable<String>) () -> properties.fieldNames()) {
      if (name.equals("global")) {
        continue;
      }
      var property = properties.path(name);
      var reference = property.path("$ref").asText();
      var target = reference.isEmpty() ? property : schema.at(reference.substring(1));
      names.add(prefix + name);
      if (target.has("properties") && values.path(name).isObject()) {
        names.addAll(names(prefix + name + ".", schema, target, values.path(name)));
      }
    }
    return names.stream().sorted().toList();
  }

  private static List<String> names(String prefix, JsonNode values) {
    var names = new ArrayList<String>();
    values
        .properties()
        .forEach(
            value -> {
              names.add(prefix + value.getKey());
              if (!List.of("limits", "requests").contains(value.getKey())) {
                names.addAll(names(prefix + value.getKey() + ".", value.getValue()));
              }
            });
    return names.stream().sorted().toList();
  }
}
