package io.topiary.sparsity.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Holds docs/NETWORKS.md against the code. */
class NetworksDocumentTest {

  private static final Path DOCS = Path.of("..", "docs");
  private static final Path EXAMPLE = DOCS.resolve("examples").resolve("my-net.json");
  private static final JsonMapper JSON = new JsonMapper();

  private static final Pattern BUILT_IN =
      Pattern.compile("\\| `([^`]+)` \\| [\\d,]+ \\| \\[([\\d, ]+)] \\| (\\d+) \\|.*");
  private static final Pattern SECTION =
      Pattern.compile("\n### (\\w+)\n(.*?)(?=\n### |$)", Pattern.DOTALL);
  private static final Pattern BLOCK = Pattern.compile("```json\n(.*?)```", Pattern.DOTALL);
  private static final Pattern ATTRIBUTE =
      Pattern.compile("^\\| `(\\w+)` \\| (required|as `\\w+`|`[^`]+`) \\|", Pattern.MULTILINE);

  private final String document;

  NetworksDocumentTest() throws IOException {
    document = Files.readString(DOCS.resolve("NETWORKS.md"));
  }

  @Test
  void shouldListEveryBuiltInNetworkWithItsFigures() {
    // Given
    var rows = document.lines().filter(line -> BUILT_IN.matcher(line).matches()).toList();

    // Then
    assertThat(rows).extracting(row -> row.split("`", -1)[1]).isEqualTo(BuiltInNetworks.names());
    assertThat(rows).allSatisfy(row -> assertThat(row).isEqualTo(row(row)));
  }

  @Test
  void shouldDescribeEveryOperator() {
    var known = Operator.class.getPermittedSubclasses();
    assertThat(sections().keySet())
        .containsExactlyElementsOf(
            Arrays.stream(known).map(Class::getSimpleName).sorted().toList());
  }

  @Test
  void shouldShowAndListTheAttributesOfEveryOperator() throws IOException {
    for (var section : sections().entrySet()) {
      // Given
      var attributes = attributes(section.getValue());

      // When
      var example = example(section.getValue());
      var written = JSON.createObjectNode();
      OperatorJson.write(read(section.getKey(), example), written);

      // Then
      assertThat(attributes.keySet())
          .as(section.getKey())
          .containsExactlyElementsOf(() -> written.fieldNames());
      assertThat(example.get("operator").textValue()).isEqualTo(section.getKey());
    }
  }

  @Test
  void shouldNameTheDefaultOfEveryAttribute() throws IOException {
    for (var section : sections().entrySet()) {
      // Given the example with nothing but what is required, and with all that is said of the rest
      var terse = example(section.getValue());
      var full = terse.deepCopy();
      for (var attribute : attributes(section.getValue()).entrySet()) {
        var fallback = attribute.getValue();
        if (fallback.startsWith("as ")) {
          full.set(attribute.getKey(), full.get(fallback.split("`", -1)[1]));
        } else if (!fallback.equals("required")) {
          full.set(attribute.getKey(), JSON.readTree(fallback.replace("`", "")));
        }
        if (!fallback.equals("required")) {
          terse.remove(attribute.getKey());
        }
      }

      // Then
      assertThat(read(section.getKey(), terse))
          .as(section.getKey())
          .isEqualTo(read(section.getKey(), full));
    }
  }

  @Test
  void shouldShowANetworkThatCanBeRead() {
    var first = BLOCK.matcher(document).results().findFirst().orElseThrow();
    assertThat(NetworkJson.read(first.group(1)).classes()).isEqualTo(10);
  }

  // What is changed in the example, so that it comes to the sentences that the document quotes.
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "\"kernel\": 1, \"stride\": 2 | \"kernel\": 1",
        "\"Gemm\", \"outFeatures\": 10 | \"Gemm\"",
        "\"relu1\", \"operator\": \"Relu\" | \"relu1\", \"operator\": \"Relu\",",
      })
  void shouldQuoteWhatIsSaidOfWhatIsWrong(String sound, String wrong) throws IOException {
    // Given
    var example = Files.readString(EXAMPLE);
    assertThat(example).contains(sound);

    // When
    var refused = catchThrowable(() -> NetworkJson.read(example.replace(sound, wrong)));

    // Then
    assertThat(document).contains("\nmy-net.json is no network: " + refused.getMessage() + "\n");
  }

  @Test
  void shouldQuoteWhatIsSaidOfOtherImages() {
    var refused =
        catchThrowable(() -> new NetworkSource.GraphFile(EXAMPLE).network(Shape.of(3, 32, 32), 10));
    assertThat(document)
        .contains("\n" + refused.getMessage().replace(EXAMPLE.toString(), "my-net.json") + "\n");
  }

  @Test
  void shouldComeWithAnExampleThatCanBeRead() throws IOException {
    // When
    var network = NetworkJson.read(EXAMPLE);

    // Then
    assertThat(network.input()).isEqualTo(Shape.of(1, 28, 28));
    assertThat(network.shapes())
        .containsEntry("block1.shortcut", Shape.of(32, 14, 14))
        .containsEntry("pool", Shape.of(32, 2, 2))
        .containsEntry("fc", Shape.of(10));
    assertThat(network.parameters())
        .contains(
            new Parameter("block1.conv1.weight", Shape.of(32, 4, 3, 3), Parameter.Role.WEIGHT));
  }

  /** What the row of a network should say, for the image and the classes that it says. */
  private static String row(String row) {
    var matcher = BUILT_IN.matcher(row);
    assertThat(matcher.matches()).isTrue();
    var name = matcher.group(1);
    var image =
        new Shape(Arrays.stream(matcher.group(2).split(", ")).map(Integer::valueOf).toList());
    var network = BuiltInNetworks.network(name, 0, image, Integer.parseInt(matcher.group(3)));
    return String.format(
        Locale.ROOT,
        "| `%s` | %d | %s | %d | %,d | %,d | %,d |",
        name,
        BuiltInNetworks.defaultWidth(name),
        image,
        network.classes(),
        elements(network.trainable()),
        elements(network.prunable()),
        Flops.of(network).dense());
  }

  private static long elements(List<Parameter> parameters) {
    return parameters.stream().mapToLong(parameter -> parameter.shape().elements()).sum();
  }

  private Map<String, String> sections() {
    var sections = new LinkedHashMap<String, String>();
    SECTION
        .matcher(document)
        .results()
        .forEach(section -> sections.put(section.group(1), section.group(2)));
    return sections;
  }

  private static Map<String, String> attributes(String section) {
    var attributes = new LinkedHashMap<String, String>();
    ATTRIBUTE
        .matcher(section)
        .results()
        .forEach((MatchResult row) -> attributes.put(row.group(1), row.group(2)));
    return attributes;
  }

  private static ObjectNode example(String section) throws JsonProcessingException {
    var block = BLOCK.matcher(section).results().findFirst().orElseThrow();
    return (ObjectNode) JSON.readTree(block.group(1));
  }

  private static Operator read(String operator, ObjectNode node) {
    return OperatorJson.read(operator, new Fields("it", node));
  }
}
