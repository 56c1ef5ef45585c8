package io.topiary.sparsity.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.Shape;
import io.topiary.sparsity.safetensors.DataType;
import io.topiary.sparsity.safetensors.SafetensorsFile;
import io.topiary.sparsity.safetensors.SafetensorsWriter;
import io.topiary.sparsity.safetensors.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MaskTest {

  private final Path folder;

  MaskTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void shouldCountWhatIsPruned() {
    // Given
    var mask = mask("a", BitMask.of(Shape.of(2, 5), bits(0, 9)), "b", allAlive(10));

    // Then
    assertThat(mask.size()).isEqualTo(20);
    assertThat(mask.alive()).isEqualTo(12);
    assertThat(mask.sparsity()).isEqualTo(0.4);
    assertThat(mask.sparsities()).containsExactly(Map.entry("a", 0.8), Map.entry("b", 0.0));
  }

  @Test
  void shouldReadBackWhatItWroteAndWriteTheSameBytesAgain() throws IOException {
    // Given
    var mask = mask("fc.weight", BitMask.of(Shape.of(2, 5), bits(0, 3, 8)), "b", allAlive(16));
    var first = folder.resolve("first.safetensors");
    var second = folder.resolve("second.safetensors");

    // When
    mask.write(first);
    var read = Mask.read(first);
    read.write(second);

    // Then
    assertThat(read).isEqualTo(mask);
    assertThat(read.tensors().keySet()).containsExactly("fc.weight", "b");
    assertThat(second).hasSameBinaryContentAs(first);
  }

  @Test
  void shouldPackEightWeightsToTheByteTheFirstInTheLowestBit() throws IOException {
    // Given
    var path = folder.resolve("mask.safetensors");

    // When
    mask("a", BitMask.of(Shape.of(2, 5), bits(0, 3, 8)), "b", allAlive(1)).write(path);

    // Then
    var file = SafetensorsFile.open(path);
    assertThat(file.bytes("a")).isEqualTo(ByteBuffer.wrap(new byte[] {0b0000_1001, 0b0000_0001}));
    assertThat(file.metadata()).containsEntry("shape:a", "[2, 5]");
  }

  @Test
  void shouldGiveAndTakeSixtyFourWeightsAtOnce() {
    // Given
    var built = new BitMask.Builder(Shape.of(2, 35));

    // When the bits past weight 69 are set as well
    built.word(0, 1L << 63 | 1);
    built.word(1, -1L << 2);
    var mask = built.build();

    // Then
    assertThat(mask).isEqualTo(BitMask.of(Shape.of(2, 35), bits(0, 63, 66, 67, 68, 69)));
    assertThat(mask.alive()).isEqualTo(6);
    assertThat(mask.word(1)).isEqualTo(0b111100);
    assertThat(allAlive(64).word(0)).isEqualTo(-1L);
    assertThatThrownBy(() -> mask.isAlive(70)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void shouldSetPrunedWeightsToZeroAndLeaveTheOthers() {
    // Given
    var mask = BitMask.of(Shape.of(3), bits(1));
    var weights = FloatBuffer.wrap(new float[] {7, 1, Float.NaN, -3}).position(1);
    var factors = FloatBuffer.allocate(3);

    // When
    mask.applyTo(weights);
    mask.writeFactors(factors);

    // Then
    assertThat(weights.array()).containsExactly(7, 0, Float.NaN, 0);
    assertThat(factors.array()).containsExactly(0, 1, 0);
    assertThatThrownBy(() -> mask.applyTo(FloatBuffer.allocate(4)))
        .isInstanceOf(MaskException.class)
        .hasMessage("A mask of shape [3] does not fit 4 weights.");
  }

  @Test
  void shouldNotChangeWithTheBitsItWasMadeFromOrGaveAway() {
    // Given
    var bits = bits(1);
    var mask = BitMask.of(Shape.of(3), bits);

    // When
    bits.set(0);
    mask.toBitSet().set(2);

    // Then
    assertThat(mask.toBitSet()).isEqualTo(bits(1));
  }

  @Test
  void shouldCoverExactlyTheTensorsItIsMeantFor() {
    // Given
    var prunable = BuiltInNetworks.network("mlp", 0, Shape.of(1, 28, 28), 10).prunable();
    var mask = Mask.allAlive(prunable);

    // Then
    assertThat(mask.sparsity()).isZero();
    assertThat(mask.size()).isEqualTo(406_528);
    mask.requireCovers(prunable);
    assertThatThrownBy(() -> mask.requireCovers(prunable.subList(0, 1)))
        .isInstanceOf(MaskException.class)
        .hasMessage(
            "The mask covers tensors [fc1.weight, fc2.weight]; it must cover [fc1.weight].");
    var narrower = BuiltInNetworks.network("mlp", 300, Shape.of(1, 28, 28), 10).prunable();
    assertThatThrownBy(() -> mask.requireCovers(narrower))
        .hasMessage("The mask of tensor 'fc1.weight' has shape [512, 784]; it must be [300, 784].");
  }

  @Test
  void shouldRefuseTensorsThatNoMaskCanCover() {
    assertThatThrownBy(() -> allAlive(0))
        .isInstanceOf(MaskException.class)
        .hasMessage("A mask covers 1 to 2147483647 weights, not the 0 of shape [0].");
    assertThatThrownBy(() -> BitMask.allAlive(Shape.of(65_536, 65_536)))
        .hasMessageContaining("not the 4294967296 of shape [65536, 65536]");
    assertThatThrownBy(() -> new Mask(Map.of())).isInstanceOf(MaskException.class);
  }

  @Test
  void shouldRefuseAFileThatIsNoMask() throws IOException {
    // Given
    var path = folder.resolve("mask.safetensors");
    var floats = Tensor.floats("w", Shape.of(2), FloatBuffer.allocate(2));
    var bytes = ByteBuffer.wrap(new byte[] {0, 1 << 2});
    var packed = Tensor.bytes("w", DataType.U8, Shape.of(2), bytes);

    // Then
    assertRefused(path, Map.of(), floats, "the metadata gives it no shape such as [64, 3, 3, 3].");
    assertRefused(
        path,
        Map.of("shape:w", "[9]"),
        floats,
        "F32 [2] cannot hold one bit for each weight of shape [9].");
    assertRefused(
        path,
        Map.of("shape:w", "[2, 4]"),
        packed,
        "U8 [2] cannot hold one bit for each weight of shape [2, 4].");
    assertRefused(
        path,
        Map.of("shape:w", "[2, 5]"),
        packed,
        "A mask of shape [2, 5] has 10 weights, but weight 10 is marked alive.");
    assertRefused(
        path,
        Map.of("shape:w", "[9999999999]"),
        packed,
        "the metadata gives it shape [9999999999], which is too large.");
    assertRefused(
        path,
        Map.of("shape:w", "[2147483647, 2147483647, 2147483647]"),
        packed,
        "the metadata gives it shape [2147483647, 2147483647, 2147483647], which is too large.");
    assertRefused(
        path,
        Map.of("shape:w", "[2147483647, 2147483647, 2]"),
        packed,
        "U8 [2] cannot hold one bit for each weight of shape [2147483647, 2147483647, 2].");
    SafetensorsWriter.write(path, Map.of(), List.of());
    assertThatThrownBy(() -> Mask.read(path))
        .hasMessage(path + " is no mask: it holds no tensors.");
    Files.write(path, new byte[16]);
    assertThatThrownBy(() -> Mask.read(path)).hasMessageContaining("no valid safetensors file");
  }

  private static void assertRefused(
      Path path, Map<String, String> metadata, Tensor tensor, String reason) throws IOException {
    SafetensorsWriter.write(path, metadata, List.of(tensor));
    assertThatThrownBy(() -> Mask.read(path))
        .isInstanceOf(MaskException.class)
        .hasMessage("%s is no mask: tensor 'w': %s", path, reason);
  }

  private static BitMask allAlive(int size) {
    return BitMask.allAlive(Shape.of(size));
  }

  private static Mask mask(String first, BitMask a, String second, BitMask b) {
    var tensors = new LinkedHashMap<String, BitMask>();
    tensors.put(first, a);
    tensors.put(second, b);
    return new Mask(tensors);
  }

  private static BitSet bits(int... set) {
    var bits = new BitSet();
    for (var index : set) {
      bits.set(index);
    }
    return bits;
  }
}
