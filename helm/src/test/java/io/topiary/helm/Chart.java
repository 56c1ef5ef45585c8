package io.topiary.helm;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.marcnuri.helm.Helm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The chart, rendered by Helm 3 as a library as {@code helm template} does. */
public final class Chart {

  /** Where the chart lies, as seen from the module's folder. */
  public static final Path FOLDER = Path.of("topiary").toAbsolutePath();

  public static final String RELEASE = "farm";
  public static final String NAMESPACE = "pruning";

  /** Without a cluster to ask, Helm takes it for an old one. */
  private static final String KUBERNETES = "1.30.0";

  private static final YAMLMapper YAML = new YAMLMapper();

  private Chart() {}

  /**
   * What {@code helm template farm topiary --namespace pruning --values -} prints.
   *
   * @param values YAML; empty for the chart's own
   * @throws IllegalStateException with Helm's message when it refuses the values
   */
  public static String text(String values) {
    return withFile(
        values,
        file ->
            Optional.ofNullable(
                    new Helm(FOLDER)
                        .template()
                        .withName(RELEASE)
                        .withNamespace(NAMESPACE)
                        .withKubeVersion(KUBERNETES)
                        .withValuesFile(file)
                        .call())
                .orElse(""));
  }

  /** The rendered objects, in Helm's order, tests and hooks among them. */
  public static List<JsonNode> objects(String values) {
    return parse(text(values));
  }

  /** The rendered objects of a kind. */
  public static List<JsonNode> objects(String values, String kind) {
    return objects(values).stream()
        .filter(object -> object.path("kind").asText().equals(kind))
        .toList();
  }

  /** What Helm says when it refuses the values. */
  public static String refusal(String values) {
    return catchThrowableOfType(IllegalStateException.class, () -> text(values)).getMessage();
  }

  static List<JsonNode> parse(String documents) {
    try (var all = YAML.readerFor(JsonNode.class).<JsonNode>readValues(documents)) {
      return all.readAll().stream().filter(JsonNode::isObject).toList();
    } catch (IOException e) {
      throw new UncheckedIOException("Helm rendered what is no YAML:\n" + documents, e);
    }
  }

  private static <T> T withFile(String values, Function<Path, T> use) {
    try {
      var file = Files.createTempFile("values", ".yaml");
      try {
        Files.writeString(file, values);
        return use.apply(file);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
