package io.topiary.sparsity.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.topiary.sparsity.network.Operator.Add;
import io.topiary.sparsity.network.Operator.AveragePool;
import io.topiary.sparsity.network.Operator.BatchNormalization;
import io.topiary.sparsity.network.Operator.Conv;
import io.topiary.sparsity.network.Operator.Flatten;
import io.topiary.sparsity.network.Operator.Gemm;
import io.topiary.sparsity.network.Operator.GlobalAveragePool;
import io.topiary.sparsity.network.Operator.MaxPool;
import io.topiary.sparsity.network.Operator.Pad;
import io.topiary.sparsity.network.Operator.Relu;
import io.topiary.sparsity.network.Operator.Slice;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class NetworkTest {

  private static final Shape IMAGE = Shape.of(4, 9, 8);

  @Test
  void shouldInferTheShapeOfEveryOperator() {
    // Given
    var one = Extent.square(1);
    var strided =
        new Conv(
            6, new Extent(3, 2), new Extent(2, 1), new Extent(1, 0), new Extent(2, 3), 2, true);

    // Then (9 + 2 - 2*2 - 1) / 2 + 1 = 4 rows and 8 - 3*1 - 1 + 1 = 5 columns
    assertThat(output(strided)).isEqualTo(Shape.of(6, 4, 5));
    assertThat(output(Conv.square(6, 3, 2, 1, false))).isEqualTo(Shape.of(6, 5, 4));
    assertThat(output(MaxPool.square(2))).isEqualTo(Shape.of(4, 4, 4));
    assertThat(output(new MaxPool(Extent.square(3), Extent.square(2), one)))
        .isEqualTo(Shape.of(4, 5, 4));
    assertThat(output(new AveragePool(Extent.square(3), one, one, true)))
        .isEqualTo(Shape.of(4, 9, 8));
    assertThat(output(new Slice(Extent.square(2)))).isEqualTo(Shape.of(4, 5, 4));
    assertThat(output(new Pad(1, 3))).isEqualTo(Shape.of(8, 9, 8));
    assertThat(output(new GlobalAveragePool())).isEqualTo(Shape.of(4, 1, 1));
    assertThat(output(new Flatten())).isEqualTo(Shape.of(288));
    assertThat(output(new Relu())).isEqualTo(IMAGE);
    assertThat(output(BatchNormalization.withDefaults())).isEqualTo(IMAGE);
  }

  @Test
  void shouldShapeParametersAsPyTorchDoes() {
    // Given
    var grouped =
        new Conv(
            6, new Extent(3, 2), Extent.square(1), Extent.square(0), Extent.square(1), 2, true);

    // Then
    assertThat(grouped.parameters("conv", IMAGE))
        .containsExactly(
            new Parameter("conv.weight", Shape.of(6, 2, 3, 2), Parameter.Role.WEIGHT),
            new Parameter("conv.bias", Shape.of(6), Parameter.Role.BIAS));
    assertThat(new Gemm(10, true).parameters("fc", Shape.of(84)))
        .containsExactly(
            new Parameter("fc.weight", Shape.of(10, 84), Parameter.Role.WEIGHT),
            new Parameter("fc.bias", Shape.of(10), Parameter.Role.BIAS));
    assertThat(new Gemm(10, false).parameters("fc", Shape.of(84))).hasSize(1);
  }

  @Test
  void shouldTellParametersByTheirRole() {
    // Given
    var network =
        network(
            node("bn", BatchNormalization.withDefaults(), "input"),
            node("flatten", new Flatten(), "bn"),
            node("fc", new Gemm(3, true), "flatten"));

    // Then
    assertThat(network.trainable())
        .extracting(Parameter::name)
        .containsExactly("bn.weight", "bn.bias", "fc.weight", "fc.bias");
    assertThat(network.prunable()).extracting(Parameter::name).containsExactly("fc.weight");
    assertThat(network.parameters()).hasSize(6);
    assertThat(network.shape("input")).isEqualTo(IMAGE);
  }

  @Test
  void shouldNameTheNodeThatReadsWhatIsNotThere() {
    assertRefused(
        "Node 'relu' (Relu) reads 'conv', which is neither 'input' nor an earlier node.",
        node("relu", new Relu(), "conv"),
        node("conv", Conv.square(4, 3, 1, 1, false), "relu"));
    assertRefused(
        "Node 'add' (Add) reads 1 inputs; it must read 2.", node("add", new Add(), "input"));
  }

  @Test
  void shouldNameTheNodeWhoseNameIsTaken() {
    assertRefused(
        "Node 'a' (Relu) has a name that is taken; names are unique.",
        node("a", new Relu(), "input"),
        node("a", new Relu(), "a"));
    assertRefused(
        "Node 'input' (Relu) has a name that is taken; names are unique.",
        node("input", new Relu(), "input"));
    assertRefused("Node ' ' (Relu) needs a name.", node(" ", new Relu(), "input"));
  }

  @Test
  void shouldNameTheNodeWhoseInputsDoNotFit() {
    assertRefused(
        "Node 'fc' (Gemm): its input has shape [4, 9, 8]; it must be flat: Flatten it first.",
        node("fc", new Gemm(10, true), "input"));
    assertRefused(
        "Node 'conv' (Conv): its input has shape [288]; it must be [channels, height, width].",
        node("flatten", new Flatten(), "input"),
        node("conv", Conv.square(4, 3, 1, 1, true), "flatten"));
    assertRefused(
        "Node 'conv' (Conv): groups 3 does not divide the 4 channels of its input.",
        node(
            "conv",
            new Conv(
                3, Extent.square(1), Extent.square(1), Extent.square(0), Extent.square(1), 3, true),
            "input"));
    assertRefused(
        "Node 'add' (Add): its inputs have shapes [5, 9, 8] and [4, 9, 8]; they must agree.",
        node("pad", new Pad(0, 1), "input"),
        node("add", new Add(), "pad", "input"));
    assertRefused(
        "Node 'pool' (MaxPool): kernel [10, 10] with dilation [1, 1] does not fit its input"
            + " [4, 9, 8] with padding [0, 0].",
        node("pool", MaxPool.square(10), "input"));
  }

  static List<Operator> operatorsOfImages() {
    return List.of(
        Conv.square(4, 1, 1, 0, true),
        MaxPool.square(1),
        new AveragePool(Extent.square(1), Extent.square(1), Extent.square(0), true),
        new GlobalAveragePool(),
        new Pad(1, 1),
        new Slice(Extent.square(2)));
  }

  @ParameterizedTest
  @MethodSource("operatorsOfImages")
  void shouldNameTheNodeThatNeedsAnImage(Operator operator) {
    assertRefused(
        "Node 'a' (%s): its input has shape [288]; it must be [channels, height, width]."
            .formatted(operator.name()),
        node("flatten", new Flatten(), "input"),
        node("a", operator, "flatten"));
  }

  @Test
  void shouldTakeAnyShapeWhereNoneIsWrong() {
    for (var operator :
        List.of(new Flatten(), new Relu(), BatchNormalization.withDefaults(), new Gemm(3, true))) {
      var network =
          network(node("flatten", new Flatten(), "input"), node("a", operator, "flatten"));
      assertThat(network.shape("a").rank()).isEqualTo(1);
    }
    assertThat(new Relu().output(List.of(IMAGE))).isEqualTo(IMAGE);
    assertThat(BatchNormalization.withDefaults().output(List.of(IMAGE))).isEqualTo(IMAGE);
  }

  @Test
  void shouldNameTheNodeWhoseWindowDoesNotFit() {
    var ten = Extent.square(10);
    assertRefused(
        "Node 'conv' (Conv): kernel [3, 3] with dilation [5, 5] does not fit its input [4, 9, 8]"
            + " with padding [1, 1].",
        node(
            "conv",
            new Conv(
                4, Extent.square(3), Extent.square(1), Extent.square(1), Extent.square(5), 1, true),
            "input"));
    assertRefused(
        "Node 'pool' (AveragePool): kernel [10, 10] with dilation [1, 1] does not fit its input"
            + " [4, 9, 8] with padding [0, 0].",
        node("pool", new AveragePool(ten, ten, Extent.square(0), true), "input"));
  }

  @Test
  void shouldNameTheNodeThatAddsAnImageToARow() {
    assertRefused(
        "Node 'add' (Add): its inputs have shapes [288] and [4, 9, 8]; they must agree.",
        node("flatten", new Flatten(), "input"),
        node("add", new Add(), "flatten", "input"));
  }

  @Test
  void shouldRefuseWorkThatNobodyReads() {
    assertRefused(
        "The output of 'a', 'b' is read by no other node.",
        node("b", new Relu(), "input"),
        node("a", new Relu(), "input"),
        node("flatten", new Flatten(), "input"));
  }

  @Test
  void shouldYieldOneScorePerClass() {
    assertRefused(
        "Node 'relu' (Relu) is the last and yields [4, 9, 8]; it must yield one score per class,"
            + " [classes].",
        node("relu", new Relu(), "input"));
    assertThatThrownBy(() -> new Network("empty", IMAGE, List.of()))
        .hasMessage("Network 'empty' has no nodes.");
    assertThatThrownBy(() -> new Network("flat", Shape.of(0), List.of()))
        .isInstanceOf(NetworkException.class)
        .hasMessage(
            "Network 'flat' has input [0]; it must be [channels, height, width] or [features], all"
                + " at least 1.");
  }

  @Test
  void shouldRefuseAttributesThatMakeNoOperator() {
    assertThatThrownBy(() -> Conv.square(4, 0, 1, 1, true))
        .isInstanceOf(NetworkException.class)
        .hasMessage("kernel is [0, 0]; either side must be at least 1.");
    assertThatThrownBy(() -> new Gemm(0, true))
        .hasMessage("outFeatures is 0; it must be at least 1.");
    assertThatThrownBy(() -> new MaxPool(Extent.square(3), Extent.square(1), Extent.square(2)))
        .hasMessage("padding [2, 2] is more than half of kernel [3, 3].");
    assertThatThrownBy(() -> new BatchNormalization(0, 0.1))
        .hasMessage("epsilon is 0.0; it must be a finite number above 0.");
    assertThatThrownBy(() -> new BatchNormalization(1e-5, Double.NaN))
        .hasMessage("momentum is NaN; it must be in (0, 1].");
    assertThatThrownBy(() -> new Extent(3, -1)).hasMessage("[3, -1] has a negative side.");
    assertThatThrownBy(() -> Shape.of(3, -1)).hasMessage("Shape [3, -1] has a negative dimension.");
  }

  @Test
  void shouldRefuseSizesThatOverflow() {
    var huge = Integer.MAX_VALUE;
    assertThatThrownBy(() -> Shape.of(huge, huge, huge))
        .isInstanceOf(NetworkException.class)
        .hasMessageEndingWith("has more than 9223372036854775807 elements.");
    assertRefused(
        "Node 'pad' (Pad): 2147483651 channels are too many.",
        node("pad", new Pad(huge, 0), "input"));
    assertRefused(
        "Node 'conv' (Conv): padding [2147483647, 0] makes its output too large.",
        node(
            "conv",
            new Conv(
                1,
                Extent.square(1),
                Extent.square(1),
                new Extent(huge, 0),
                Extent.square(1),
                1,
                false),
            "input"));
  }

  @Test
  void shouldNameTheNodeWhoseParametersAreTooManyToCount() {
    var huge = Integer.MAX_VALUE;
    assertRefused(
        "Node 'conv' (Conv): Shape [2147483647, 4194304, 209, 208] has more than"
            + " 9223372036854775807 elements.",
        node("pad", new Pad((1 << 22) - 4, 0), "input"),
        node(
            "conv",
            new Conv(
                huge,
                new Extent(209, 208),
                Extent.square(1),
                Extent.square(100),
                Extent.square(1),
                1,
                false),
            "pad"));
  }

  @Test
  void shouldNameTheNodeWhoseParameterIsMoreThanABufferHolds() {
    // Given 288 features, of which 1,864,135 floats each are just below 2 GiB
    var most = Network.MOST_ELEMENTS / 288;

    // Then
    assertThat(
            network(
                    node("flatten", new Flatten(), "input"),
                    node("fc", new Gemm(most, true), "flatten"))
                .classes())
        .isEqualTo(most);
    assertRefused(
        "Node 'fc' (Gemm): its parameter 'fc.weight' has shape [1864136, 288] and so 536871168"
            + " elements; it must have at most 536870911.",
        node("flatten", new Flatten(), "input"),
        node("fc", new Gemm(most + 1, true), "flatten"));
  }

  @Test
  void shouldNameTheNodeWhoseOutputIsMoreThanABufferHolds() {
    assertRefused(
        "Node 'conv' (Conv): its output has shape [1, 120009, 120008] and so 14402040072 elements;"
            + " it must have at most 536870911.",
        node(
            "conv",
            new Conv(
                1,
                Extent.square(1),
                Extent.square(1),
                Extent.square(60_000),
                Extent.square(1),
                1,
                false),
            "input"),
        node("pool", new GlobalAveragePool(), "conv"),
        node("flatten", new Flatten(), "pool"));
    assertThatThrownBy(
            () ->
                new Network(
                    "wide", Shape.of(1 << 29), List.of(node("fc", new Gemm(1, true), "input"))))
        .isInstanceOf(NetworkException.class)
        .hasMessage(
            "Network 'wide' has input [536870912] of 536870912 elements; it must have at most"
                + " 536870911.");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "`a\nb`, `a\\u000ab`, 000A",
        "`\0`, `\\u0000`, 0000",
        "`\u0085`, `\\u0085`, 0085",
        "`\ud83c`, `\\ud83c`, D83C",
        "`b\udf33\ud83c`, `b\\udf33\\ud83c`, DF33"
      })
  void shouldRefuseNamesThatNoFileHeaderCouldHold(String name, String shown, String character) {
    var rest =
        " '%s' has the character U+%s in its name; a name must have no control characters and no half of a surrogate pair."
            .formatted(shown, character);
    assertThatThrownBy(() -> node(name, new Flatten(), "input"))
        .isInstanceOf(NetworkException.class)
        .hasMessage("Node" + rest);
    assertThatThrownBy(() -> node("flatten", new Flatten(), name))
        .isInstanceOf(NetworkException.class)
        .hasMessage("Node" + rest);
    assertThatThrownBy(
            () -> new Network(name, IMAGE, List.of(node("flatten", new Flatten(), "input"))))
        .isInstanceOf(NetworkException.class)
        .hasMessage("Network" + rest);
  }

  @Test
  void shouldTakeNamesOfAnyLanguage() {
    var name = "Bäume \ud83c\udf33";
    var network = new Network(name, IMAGE, List.of(node(name, new Flatten(), "input")));
    assertThat(NetworkJson.read(NetworkJson.write(network))).isEqualTo(network);
  }

  private static Shape output(Operator operator) {
    return operator.output(List.of(IMAGE));
  }

  private static Node node(String name, Operator operator, String... inputs) {
    return new Node(name, operator, List.of(inputs));
  }

  private static Network network(Node... nodes) {
    return new Network("test", IMAGE, List.of(nodes));
  }

  private static void assertRefused(String sentence, Node... nodes) {
    assertThatThrownBy(() -> network(nodes))
        .isInstanceOf(NetworkException.class)
        .hasMessage(sentence);
  }
}
