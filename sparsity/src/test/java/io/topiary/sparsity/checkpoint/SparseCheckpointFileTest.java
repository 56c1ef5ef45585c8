package io.topiary.sparsity.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.NetworkJson;
import io.topiary.sparsity.network.Parameter;
import io.topiary.sparsity.network.Shape;
import io.topiary.sparsity.safetensors.DataType;
import io.topiary.sparsity.safetensors.SafetensorsException;
import io.topiary.sparsity.safetensors.SafetensorsFile;
import io.topiary.sparsity.safetensors.SafetensorsWriter;
import io.topiary.sparsity.safetensors.Tensor;
import io.topiary.sparsity.selection.GlobalMagnitude;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SparseCheckpointFileTest {

  private static final Network RESNET = BuiltInNetworks.network("resnet8", 8, Shape.of(1, 8, 8), 3);

  private static final Network SMALL =
      NetworkJson.read(
          """
          {"name": "small", "input": [2, 5, 5], "nodes": [
            {"name": "conv", "operator": "Conv", "outChannels": 4, "kernel": [3, 3], "bias": false},
            {"name": "bn", "operator": "BatchNormalization"},
            {"name": "flatten", "operator": "Flatten"},
            {"name": "fc", "operator": "Gemm", "outFeatures": 3}
          ]}""");

  private static final Parameter CONV = SMALL.parameters().get(0);

  private final Path path;

  SparseCheckpointFileTest(@TempDir Path folder) {
    this.path = folder.resolve("model.safetensors");
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void shouldReadBackEveryBitButTheSignOfZero(long seed) throws IOException {
    // Given zeros of both signs among numbers of every kind
    var random = new Random(seed);
    var sparsity = random.nextDouble();
    var state = new HashMap<String, FloatBuffer>();
    for (var parameter : RESNET.parameters()) {
      state.put(parameter.name(), sparse(parameter, random, sparsity));
    }

    // When
    CheckpointFile.writeSparse(path, RESNET, Map.of("epoch", "3"), p -> of(state, p));
    var checkpoint = CheckpointFile.open(path);

    // Then
    assertThat(checkpoint.network()).isEqualTo(RESNET);
    assertThat(checkpoint.metadata()).isEqualTo(Map.of("epoch", "3"));
    for (var parameter : RESNET.parameters()) {
      var found = checkpoint.values(parameter);
      assertThat(found.isReadOnly()).isTrue();
      var dense = !checkpoint.compressed().contains(parameter.name());
      assertThat(bits(found, dense))
          .as("%s of seed %d", parameter.name(), seed)
          .isEqualTo(bits(of(state, parameter), dense));
    }
  }

  @Test
  void shouldWriteTheSameBytesForTheSameStateAndFewerThanDense() throws IOException {
    // Given
    var again = path.resolveSibling("again.safetensors");
    var dense = path.resolveSibling("dense.safetensors");

    // When
    CheckpointFile.writeSparse(path, RESNET, Map.of(), p -> sparse(p, new Random(1), 0.9));
    CheckpointFile.writeSparse(again, RESNET, Map.of(), p -> sparse(p, new Random(1), 0.9));
    CheckpointFile.write(dense, RESNET, Map.of(), p -> sparse(p, new Random(1), 0.9));

    // Then
    assertThat(again).hasSameBinaryContentAs(path);
    assertThat(Files.size(path)).isLessThan(Files.size(dense) / 3);
  }

  @Test
  void shouldSayHowManyBytesItTakes() throws IOException {
    // When
    CheckpointFile.writeSparse(path, RESNET, Map.of(), p -> sparse(p, new Random(1), 0.9));

    // Then all that lies behind the header
    var counted =
        RESNET.parameters().stream()
            .mapToLong(p -> CheckpointFile.sparseBytes(p, sparse(p, new Random(1), 0.9)))
            .sum();
    var bytes = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(counted).isEqualTo(Files.size(path) - Long.BYTES - bytes.getLong());
  }

  @ParameterizedTest
  @ValueSource(strings = {"[7]", "[3, 10]", "[3, 16]", "[5, 2, 3, 3]", "[2, 3, 1, 9]", "[4, 3, 5]"})
  void shouldPackBitsRowByRow(String text) throws IOException {
    // Given
    var shape =
        new Shape(
            Stream.of(text.replaceAll("[\\[\\] ]", "").split(",")).map(Integer::valueOf).toList());
    var random = new Random(7);
    var values = FloatBuffer.allocate((int) shape.elements());
    while (values.hasRemaining()) {
      values.put(random.nextInt(3) == 0 ? random.nextFloat() : 0);
    }

    // When
    SafetensorsWriter.write(
        path, Map.of(), BitmaskTensor.compress("w.weight", shape, values.flip()));

    // Then each row of the last dimension is a bit set of its own
    var file = SafetensorsFile.open(path);
    var length = shape.dimension(shape.rank() - 1);
    var rowBytes = (length + 7) / 8;
    var bytes = file.bytes("w.bitmask");
    var nonZero = new ArrayList<Float>();
    for (var row = 0; row * length < values.limit(); row++) {
      var bits = BitSet.valueOf(bytes.slice(row * rowBytes, rowBytes));
      for (var i = 0; i < length; i++) {
        var value = values.get(row * length + i);
        assertThat(bits.get(i)).isEqualTo(value != 0);
        if (value != 0) {
          nonZero.add(value);
        }
      }
      assertThat(bits.length()).isLessThanOrEqualTo(length);
    }
    var stored = file.floats("w.compressed", Shape.of(nonZero.size()));
    nonZero.forEach(value -> assertThat(stored.get()).isEqualTo(value));
    assertThat(BitmaskTensor.decompress(file, "w.weight", shape).asFloatBuffer()).isEqualTo(values);
  }

  /**
   * The file was made by BitmaskCompressor's own functions of the compressed-tensors project, in
   * Python, out of weights that are (i mod 11 - 5) / 4 where i mod 4 is 1, variances of 1, and
   * zeros.
   */
  @Test
  void shouldReadWhatTheLibraryWrites() throws IOException, URISyntaxException {
    // Given
    var resource = SparseCheckpointFileTest.class.getResource("bitmask.safetensors");
    var theirs = Path.of(Objects.requireNonNull(resource).toURI());

    // When
    var checkpoint = CheckpointFile.open(theirs, SMALL);

    // Then
    assertThat(checkpoint.compressed())
        .containsExactlyInAnyOrder("conv.weight", "bn.weight", "fc.weight");
    for (var parameter : SMALL.parameters()) {
      var values = checkpoint.values(parameter);
      for (var i = 0; i < values.limit(); i++) {
        var expected = i % 4 == 1 ? (i % 11 - 5) / 4f : 0;
        assertThat(values.get(i))
            .as("%s %d", parameter.name(), i)
            .isEqualTo(parameter.role() == Parameter.Role.RUNNING_VAR ? 1 : expected);
      }
    }
  }

  @Test
  void shouldBePrunedAsADenseFileIs() throws IOException {
    // Given
    var dense = path.resolveSibling("dense.safetensors");
    CheckpointFile.writeSparse(path, RESNET, Map.of(), p -> finite(p));
    CheckpointFile.write(dense, RESNET, Map.of(), p -> finite(p));
    var alive = Mask.allAlive(RESNET.prunable());

    // When
    var fromSparse = CheckpointFile.open(path);
    var fromDense = CheckpointFile.open(dense);

    // Then
    var selector = new GlobalMagnitude();
    assertThat(selector.select(fromSparse.prunable(alive), 0.9).mask())
        .isEqualTo(selector.select(fromDense.prunable(alive), 0.9).mask());
  }

  static List<Arguments> damages() {
    return List.of(
        Arguments.of(
            Tensor.longs("conv.shape", Shape.of(3), LongBuffer.wrap(new long[] {4, 2, 9})),
            "Tensor 'conv.shape' holds shape [4, 2, 9]; it must be [4, 2, 3, 3]."),
        Arguments.of(
            Tensor.floats("conv.compressed", Shape.of(2), FloatBuffer.allocate(2)),
            "Tensor 'conv.compressed' has shape [2], but 'conv.bitmask' has 72 bits set;"
                + " there must be a value for each."),
        Arguments.of(
            Tensor.bytes("conv.bitmask", DataType.U8, Shape.of(4, 18), ByteBuffer.allocate(72)),
            "Tensor 'conv.bitmask' is U8 [4, 18]; it must be U8 [4, 2, 3, 1]."),
        Arguments.of(
            Tensor.bytes(
                "conv.bitmask",
                DataType.U8,
                Shape.of(4, 2, 3, 1),
                ByteBuffer.allocate(24).put(5, (byte) 9)),
            "Tensor 'conv.bitmask' has bits set past the end of row 5; they must be 0."),
        Arguments.of(
            Tensor.longs("conv.row_offsets", Shape.of(4), LongBuffer.allocate(4)),
            "Tensor 'conv.row_offsets' does not say where the values of each row begin; it must"
                + " agree with 'conv.bitmask'."));
  }

  @ParameterizedTest
  @MethodSource("damages")
  void shouldRefusePartsThatDoNotBelongTogether(Tensor damaged, String complaint)
      throws IOException {
    // Given
    var tensors = parts();
    tensors.put(damaged.name(), damaged);

    // When
    SafetensorsWriter.write(path, Map.of(), List.copyOf(tensors.values()));

    // Then
    assertThatThrownBy(() -> CheckpointFile.open(path, SMALL))
        .isInstanceOf(SafetensorsException.class)
        .hasMessage(path + " holds no valid compressed 'conv.weight': " + complaint);
  }

  @Test
  void shouldRefuseAMissingPart() throws IOException {
    // Given
    var tensors = parts();
    tensors.remove("conv.row_offsets");

    // When
    SafetensorsWriter.write(path, Map.of(), List.copyOf(tensors.values()));

    // Then
    assertThatThrownBy(() -> CheckpointFile.open(path, SMALL))
        .hasMessageEndingWith("There is no tensor 'conv.row_offsets' in %s.", path);
  }

  @Test
  void shouldRefuseATensorThatIsThereTwice() throws IOException {
    // Given
    var tensors = parts();
    tensors.put(
        "conv.weight", Tensor.floats("conv.weight", CONV.shape(), FloatBuffer.allocate(72)));

    // When
    SafetensorsWriter.write(path, Map.of(), List.copyOf(tensors.values()));

    // Then
    assertThatThrownBy(() -> CheckpointFile.open(path, SMALL))
        .hasMessage(
            "Tensor 'conv.weight' is in %s twice, dense and compressed; it must be there once.",
            path);
  }

  @Test
  void shouldSayThatAFileDescribesNoNetwork() throws IOException {
    // Given
    SafetensorsWriter.write(path, Map.of(), List.copyOf(parts().values()));

    // Then
    assertThatThrownBy(() -> CheckpointFile.open(path))
        .isInstanceOf(SafetensorsException.class)
        .hasMessage(
            "%s does not say what network its weights are of: it has no metadata"
                + " 'topiary.network'; the network must be given.",
            path);
    SafetensorsWriter.write(path, Map.of("topiary.network", "{}"), List.of());
    assertThatThrownBy(() -> CheckpointFile.network(path))
        .isInstanceOf(SafetensorsException.class)
        .hasMessageStartingWith(path + " has metadata 'topiary.network' that is no network: ");
  }

  /** The small network's state, all ones, its convolution compressed. */
  private static Map<String, Tensor> parts() {
    var tensors = new LinkedHashMap<String, Tensor>();
    for (var parameter : SMALL.parameters()) {
      var ones = FloatBuffer.allocate((int) parameter.shape().elements());
      for (var i = 0; i < ones.limit(); i++) {
        ones.put(i, 1);
      }
      var stored =
          parameter.equals(CONV)
              ? BitmaskTensor.compress(parameter.name(), parameter.shape(), ones)
              : List.of(Tensor.floats(parameter.name(), parameter.shape(), ones));
      stored.forEach(tensor -> tensors.put(tensor.name(), tensor));
    }
    return tensors;
  }

  private static FloatBuffer sparse(Parameter parameter, Random random, double sparsity) {
    var values = FloatBuffer.allocate((int) parameter.shape().elements());
    while (values.hasRemaining()) {
      values.put(
          random.nextDouble() < sparsity
              ? (random.nextBoolean() ? 0f : -0f)
              : Float.intBitsToFloat(random.nextInt()));
    }
    return values.flip();
  }

  private static FloatBuffer finite(Parameter parameter) {
    var values = sparse(parameter, new Random(1), 0.7);
    for (var i = 0; i < values.limit(); i++) {
      values.put(i, values.get(i) == 0 ? 0 : 1f / (i + 1));
    }
    return values;
  }

  private static FloatBuffer of(Map<String, FloatBuffer> state, Parameter parameter) {
    return Objects.requireNonNull(state.get(parameter.name())).duplicate();
  }

  private static List<Integer> bits(FloatBuffer values, boolean signOfZero) {
    var bits = new ArrayList<Integer>();
    while (values.hasRemaining()) {
      var value = values.get();
      bits.add(value == 0 && !signOfZero ? 0 : Float.floatToRawIntBits(value));
    }
    return bits;
  }
}
