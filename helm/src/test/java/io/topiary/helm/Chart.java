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
import java.util.function.Function;

/** The chart, rendered by Helm 3 as a library as {@code helm template} does. */
public final class Chart {

  /** Where the chart lies, as seen from the module's folder. */
  public static final Path FOLDER = Path.of("topiary").toAbsolutePath();

  public static final String RELEASE = "farm";
  public static final String NAMESPACE = "pruning";

  /** Helm without a cluster takes itself to be at one of 2020. */
  public static final String KUBERNETES = "1.33.0";

  private static final String HOOK = "helm.sh/hook:";
  private static final String NO_HOOK = "helm.sh/no-hook:";

  /** The library leaves hooks out, so it renders a copy that has none. */
  private static final Path UNHOOKED = unhooked();

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
            new Helm(UNHOOKED)
                .template()
                .withName(RELEASE)
                .withNamespace(NAMESPACE)
                .withKubeVersion(KUBERNETES)
                .withValuesFile(file)
                .call()
                .replace(NO_HOOK, HOOK));
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
    return catchThrowableOfType(IllegalStateException.class, () -> text(values))
        .getMessage()
        .replace("Use --debug flag to render out invalid YAML", "")
        .strip();
  }

  static List<JsonNode> parse(String documents) {
    try (var all = YAML.readerFor(JsonNode.class).<JsonNode>readValues(documents)) {
      return all.readAll().stream().filter(JsonNode::isObject).toList();
    } catch (IOException e) {
      throw new UncheckedIOException("Helm rendered what is no YAML:\n" + documents, e);
    }
  }

  private static Path unhooked() {
    try (var files = Files.walk(FOLDER)) {
      var copy = Files.createDirectories(Path.of("target").toAbsolutePath());
      copy = Files.createTempDirectory(copy, "chart-");
      for (var file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        var target = copy.resolve(FOLDER.relativize(file));
        Files.createDirectories(target.getParent());
        Files.writeString(target, Files.readString(file).replace(HOOK, NO_HOOK));
      }
      return copy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
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
