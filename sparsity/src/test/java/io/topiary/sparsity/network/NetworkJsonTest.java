package io.topiary.sparsity.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.topiary.sparsity.network.Operator.AveragePool;
import io.topiary.sparsity.network.Operator.BatchNormalization;
import io.topiary.sparsity.network.Operator.Conv;
import io.topiary.sparsity.network.Operator.Flatten;
import io.topiary.sparsity.network.Operator.Gemm;
import io.topiary.sparsity.network.Operator.MaxPool;
import io.topiary.sparsity.network.Operator.Pad;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkJsonTest {

  private static final String TINY =
      """
      {
        "name" : "tiny",
        "input" : [ 1, 4, 4 ],
        "nodes" : [ {
          "name" : "pool",
          "operator" : "AveragePool",
          "inputs" : [ "input" ],
          "kernel" : [ 2, 2 ],
          "stride" : [ 2, 2 ],
          "padding" : [ 0, 0 ],
          "countIncludePad" : false
        }, {
          "name" : "flatten",
          "operator" : "Flatten",
          "inputs" : [ "pool" ]
        }, {
          "name" : "fc",
          "operator" : "Gemm",
          "inputs" : [ "flatten" ],
          "outFeatures" : 3,
          "bias" : true
        } ]
      }""";

  private final Path file;

  NetworkJsonTest(@TempDir Path folder) {
    this.file = folder.resolve("network.json");
  }

  @Test
  void shouldWriteANetworkForPeopleToRead() {
    // Given
    var two = Extent.square(2);
    var network =
        new Network(
            "tiny",
            Shape.of(1, 4, 4),
            List.of(
                new Node(
                    "pool", new AveragePool(two, two, Extent.square(0), false), List.of("input")),
                new Node("flatten", new Flatten(), List.of("pool")),
                new Node("fc", new Gemm(3, true), List.of("flatten"))));

    // Then
    assertThat(NetworkJson.write(network)).isEqualTo(TINY);
    assertThat(NetworkJson.read(TINY)).isEqualTo(network);
  }

  @Test
  void shouldLetWhatGoesWithoutSayingBeLeftOut() {
    // Given
    var terse =
        """
        {"name": "terse", "input": [2, 9, 9], "nodes": [
          {"name": "conv", "operator": "Conv", "outChannels": 4, "kernel": 3},
          {"name": "bn", "operator": "BatchNormalization"},
          {"name": "max", "operator": "MaxPool", "kernel": [3, 2]},
          {"name": "mean", "operator": "AveragePool", "kernel": 2, "inputs": ["bn"]},
          {"name": "more", "operator": "Pad", "channelsAfter": 2},
          {"name": "flat", "operator": "Flatten", "inputs": ["max"]},
          {"name": "flat-too", "operator": "Flatten", "inputs": ["more"]},
          {"name": "fc", "operator": "Gemm", "outFeatures": 3},
          {"name": "fc-too", "operator": "Gemm", "outFeatures": 3, "inputs": ["flat"]},
          {"name": "sum", "operator": "Add", "inputs": ["fc", "fc-too"]}
        ]}""";

    // When
    var network = NetworkJson.read(terse);

    // Then
    var one = Extent.square(1);
    var none = Extent.square(0);
    var pool = new Extent(3, 2);
    assertThat(network.nodes())
        .containsExactly(
            new Node(
                "conv", new Conv(4, Extent.square(3), one, none, one, 1, true), List.of("input")),
            new Node("bn", new BatchNormalization(1e-5, 0.1), List.of("conv")),
            new Node("max", new MaxPool(pool, pool, none), List.of("bn")),
            new Node(
                "mean",
                new AveragePool(Extent.square(2), Extent.square(2), none, true),
                List.of("bn")),
            new Node("more", new Pad(0, 2), List.of("mean")),
            new Node("flat", new Flatten(), List.of("max")),
            new Node("flat-too", new Flatten(), List.of("more")),
            new Node("fc", new Gemm(3, true), List.of("flat-too")),
            new Node("fc-too", new Gemm(3, true), List.of("flat")),
            new Node("sum", new Operator.Add(), List.of("fc", "fc-too")));
    assertThat(NetworkJson.read(NetworkJson.write(network))).isEqualTo(network);
  }

  @Test
  void shouldNotGuessWhatAnOperatorOfTwoInputsReads() {
    var json =
        """
        {"name": "sum", "input": [4], "nodes": [{"name": "sum", "operator": "Add"}]}""";
    assertThatThrownBy(() -> NetworkJson.read(json))
        .isInstanceOf(NetworkException.class)
        .hasMessage("Node 'sum': it has no field 'inputs'.");
  }

  @ParameterizedTest
  @MethodSource("io.topiary.sparsity.network.BuiltInNetworks#names")
  void shouldReadBackEveryBuiltInNetwork(String name) throws IOException {
    // Given
    var network = BuiltInNetworks.network(name, 0, Shape.of(3, 224, 224), 10);

    // When
    Files.writeString(file, NetworkJson.write(network));

    // Then
    assertThat(NetworkJson.read(file)).isEqualTo(network);
  }

  @Test
  void shouldKnowEveryOperator() {
    var used =
        Stream.concat(
                Stream.of(NetworkJson.read(TINY)),
                BuiltInNetworks.names().stream()
                    .map(name -> BuiltInNetworks.network(name, 0, Shape.of(3, 224, 224), 10)))
            .flatMap(network -> network.nodes().stream())
            .<Class<?>>map(node -> node.operator().getClass());

    // Then the tests above leave none out
    assertThat(used).contains(Operator.class.getPermittedSubclasses());
  }

  @Test
  void shouldSkipTheByteOrderMarkOfAFile() throws IOException {
    Files.writeString(file, "\uFEFF" + TINY);
    assertThat(NetworkJson.read(file)).isEqualTo(NetworkJson.read(TINY));
    // There is no second one
    Files.writeString(file, "\uFEFF\uFEFF" + TINY);
    assertThatThrownBy(() -> NetworkJson.read(file))
        .isInstanceOf(NetworkException.class)
        .hasMessageStartingWith(file + " is no network: It is no JSON at line 1, column 1: ");
  }

  // What is replaced in the sound network, by what, and the sentence that refuses it.
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "\"outFeatures\" : 3, | | Node 'fc': it has no field 'outFeatures'.",
        "\"bias\" : true | \"bias\" : true, \"biass\" : 1 | Node 'fc': it has an unknown field"
            + " 'biass'; known are name, operator, outFeatures, bias, inputs.",
        "\"bias\" : true | \"bias\" : 1 | Node 'fc': it has 1 as its field 'bias'; it must be true"
            + " or false.",
        "\"outFeatures\" : 3 | \"outFeatures\" : 3.0 | Node 'fc': it has 3.0 as its field"
            + " 'outFeatures'; it must be a whole number.",
        "\"outFeatures\" : 3 | \"outFeatures\" : 3000000000 | Node 'fc': it has 3000000000 as its"
            + " field 'outFeatures'; it must be a whole number of at most 2147483647.",
        "\"outFeatures\" : 3 | \"outFeatures\" : -3000000000 | Node 'fc': it has -3000000000 as"
            + " its field 'outFeatures'; it must be a whole number of at least 0.",
        "[ 1, 4, 4 ] | [ 1, 3000000000, 4 ] | The network has [1,3000000000,4] as its field"
            + " 'input'; it must be a list of whole numbers of at most 2147483647.",
        "\"name\" : \"fc\" | \"name\" : \"f\\nc\" | Node 'f\\u000ac' has the character U+000A in"
            + " its name; a name must have no control characters and no half of a surrogate pair.",
        "\"outFeatures\" : 3 | \"outFeatures\" : null | Node 'fc': it has null as its field"
            + " 'outFeatures'; it must be a whole number.",
        "\"outFeatures\" : 3 | \"outFeatures\" : 0 | Node 'fc': outFeatures is 0; it must be at"
            + " least 1.",
        "\"kernel\" : [ 2, 2 ], | | Node 'pool': it has no field 'kernel'.",
        "\"kernel\" : [ 2, 2 ] | \"kernel\" : [ 2 ] | Node 'pool': it has [2] as its field"
            + " 'kernel'; it must be [height, width] or one whole number for both.",
        "\"kernel\" : [ 2, 2 ] | \"kernel\" : 2.0 | Node 'pool': it has 2.0 as its field 'kernel';"
            + " it must be [height, width] or one whole number for both.",
        "\"stride\" : [ 2, 2 ] | \"stride\" : null | Node 'pool': it has null as its field"
            + " 'stride'; it must be [height, width] or one whole number for both.",
        "\"operator\" : \"Flatten\", | \"operator\" : \"Add\", | Node 'flatten' (Add) reads 1"
            + " inputs; it must read 2.",
        "\"kernel\" : [ 2, 2 ] | \"kernel\" : [ -2, 2 ] | Node 'pool': [-2, 2] has a negative"
            + " side.",
        "\"Flatten\" | \"Flatter\" | Node 'flatten': there is no operator 'Flatter'; known are Add,"
            + " AveragePool, BatchNormalization, Conv, Flatten, Gemm, GlobalAveragePool, MaxPool,"
            + " Pad, Relu, Slice.",
        "[ \"pool\" ] | [ \"pol\" ] | Node 'flatten' (Flatten) reads 'pol', which is neither 'input'"
            + " nor an earlier node.",
        "[ \"pool\" ] | [ 1 ] | Node 'flatten': it has [1] as its field 'inputs'; it must be a list"
            + " of strings.",
        "\"name\" : \"fc\", | | Node number 3 has no field 'name'.",
        "\"name\" : \"fc\" | \"name\" : 3 | Node number 3 has 3 as its field 'name'; it must be a"
            + " string.",
        "\"name\" : \"tiny\" | \"nam\" : \"tiny\" | The network has no field 'name'.",
        "\"name\" : \"tiny\" | \"name\" : \"tiny\", \"version\" : 2 | The network has an unknown"
            + " field 'version'; known are name, input, nodes.",
        "[ 1, 4, 4 ] | [ 1, -4, 4 ] | Shape [1, -4, 4] has a negative dimension.",
        "\"bias\" : true | \"bias\" : true, \"bias\" : true | It is no JSON at line 21,"
            + " column 26: Duplicate field 'bias'.",
      })
  void shouldNameNodeAndFieldThatAreWrong(String sound, String wrong, String sentence) {
    // Given
    assertThat(TINY).contains(sound);
    var json = TINY.replace(sound, wrong == null ? "" : wrong);

    // Then
    assertThatThrownBy(() -> NetworkJson.read(json))
        .isInstanceOf(NetworkException.class)
        .hasMessage(sentence);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "null", "{} {}"})
  void shouldRefuseWhatIsNoObject(String json) {
    assertThatThrownBy(() -> NetworkJson.read(json)).isInstanceOf(NetworkException.class);
  }

  @Test
  void shouldRefuseNestingWithoutEnd() {
    assertThatThrownBy(() -> NetworkJson.read("[".repeat(100_000)))
        .isInstanceOf(NetworkException.class)
        .hasMessageStartingWith("It is no JSON: ");
  }

  @Test
  void shouldNotRepeatALongLieInFull() {
    var json = "{\"name\": [\"%s\"]}".formatted("x".repeat(1_000_000));
    assertThatThrownBy(() -> NetworkJson.read(json))
        .hasMessageStartingWith("The network has [\"xxx")
        .hasMessageEndingWith("xxx...")
        .satisfies(e -> assertThat(e.getMessage()).hasSize(1_003));
  }

  @Test
  void shouldNameTheFileThatIsNoNetwork() throws IOException {
    Files.writeString(file, "[]");
    assertThatThrownBy(() -> NetworkJson.read(file))
        .isInstanceOf(NetworkException.class)
        .hasMessage(file + " is no network: The network is []; it must be an object.");
    Files.write(file, new byte[] {'"', (byte) 0xff, '"'});
    assertThatThrownBy(() -> NetworkJson.read(file))
        .hasMessage(file + " is no network: it is not UTF-8.");
  }
}
