package io.topiary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.engine.Weights;
import io.topiary.sparsity.checkpoint.CheckpointFile;
import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.NetworkJson;
import io.topiary.sparsity.network.Shape;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pruning of real files: an MLP of 2 hidden units, 1,588 prunable weights. */
class PruneCommandTest {

  private static final long SEED = 3;
  private static final Network MLP = BuiltInNetworks.network("mlp", 2, Shape.of(1, 28, 28), 10);

  @TempDir private Path folder;
  private Path dense;

  @BeforeEach
  void writeCheckpoint() throws IOException {
    dense = folder.resolve("dense.safetensors");
    Weights.initial(MLP, SEED).write(dense, Map.of("by", "a test"));
  }

  @Test
  void shouldTellWhatWentWhereAndWriteIt() throws IOException {
    // When
    var run = prune("--sparsity", "0.9", "--out", file("out"), "--mask-out", file("mask"));

    // Then, as 0.3081 is 0.2923 / sqrt(0.8999)
    assertThat(run.status()).as(String.join("\n", run.err())).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .containsExactly(
            "     layer     shape  weights  alive  sparsity  FLOPs  FLOPs sparse",
            "fc1.weight  [2, 784]    1,568    140    91.07%  1,568           140",
            "fc2.weight   [10, 2]       20     19     5.00%     20            19",
            "     total              1,588    159    89.99%  1,588           159",
            "",
            "Theoretical speedup 9.99x: multiply-adds of one image, zeros left out. Not a measured"
                + " time.",
            "Relative norm drop 0.2923, 89.99% of the weights alive pruned: ALLR's d1 is 0.3081.",
            "Pruned weights: " + file("out"),
            "Mask: " + file("mask"));
    // And what was written is the dense network under that mask
    var mask = Mask.read(Path.of(file("mask")));
    var out = Path.of(file("out"));
    var masked = Weights.read(MLP, dense).masked(mask);
    var written = Weights.read(MLP, out);
    assertThat(mask.alive()).isEqualTo(159);
    MLP.parameters().forEach(p -> assertThat(written.values(p)).isEqualTo(masked.values(p)));
    assertThat(CheckpointFile.open(out, MLP).metadata()).containsEntry("by", "a test");
    try (var files = Files.list(folder)) {
      assertThat(files).hasSize(3);
    }
  }

  @Test
  void shouldPruneANetworkOfOnesOwnLikeABuiltInOne() throws IOException {
    // Given the same network as a graph file
    var graph = folder.resolve("own.json");
    Files.writeString(graph, NetworkJson.write(MLP));
    prune("--sparsity", "0.9", "--out", file("builtin"));

    // When
    var run =
        CommandLineRun.of(
            "prune",
            "--network",
            graph.toString(),
            "--checkpoint",
            dense.toString(),
            "--sparsity",
            "0.9",
            "--out",
            file("own"));

    // Then
    assertThat(run.status()).as(String.join("\n", run.err())).isZero();
    assertThat(Path.of(file("own"))).hasSameBinaryContentAs(Path.of(file("builtin")));
  }

  @Test
  void shouldPruneFurtherWhatIsPruned() throws IOException {
    // Given
    prune("--sparsity", "0.5", "--out", file("half"), "--mask-out", file("half-mask"));

    // When
    var run =
        CommandLineRun.of(
            command(
                file("half"),
                "--mask",
                file("half-mask"),
                "--sparsity",
                "0.75",
                "--out",
                file("out"),
                "--mask-out",
                file("mask")));

    // Then the sparsity is that of all weights, and none of the pruned came back
    assertThat(run.status()).as(String.join("\n", run.err())).isZero();
    var before = Mask.read(Path.of(file("half-mask")));
    var after = Mask.read(Path.of(file("mask")));
    assertThat(after.alive()).isEqualTo(397);
    after
        .tensors()
        .forEach(
            (name, bits) -> {
              for (var i = 0; i < bits.size(); i++) {
                assertThat(bits.isAlive(i) && !before.tensor(name).isAlive(i)).isFalse();
              }
            });
    assertThat(run.out()).anyMatch(line -> line.contains("50.00% of the weights alive pruned"));

    // When it is to become denser
    var denser =
        CommandLineRun.of(
            command(
                file("half"),
                "--mask",
                file("half-mask"),
                "--sparsity",
                "0.25",
                "--out",
                file("denser")));

    // Then
    assertThat(denser.status()).isEqualTo(2);
    assertThat(denser.err())
        .containsExactly(
            "--sparsity is 0.25, but --mask has pruned 0.5000 already; it should be at least"
                + " that.");
  }

  @Test
  void shouldTakeZerosForPrunedWhereThereIsNoMask() throws IOException {
    // Given a network that is pruned, and its mask
    prune("--sparsity", "0.5", "--out", file("half"), "--mask-out", file("half-mask"));

    // When it is pruned further, with and without that mask
    var told =
        further("half", "--mask", file("half-mask"), "--out", file("a"), "--mask-out", file("am"));
    var seen = further("half", "--out", file("b"), "--mask-out", file("bm"));
    // And the dense network under that mask
    var masked =
        CommandLineRun.of(
            command(
                dense.toString(),
                "--mask",
                file("half-mask"),
                "--sparsity",
                "0.75",
                "--out",
                file("c"),
                "--mask-out",
                file("cm")));

    // Then all come to the same weights, norm and d1
    assertThat(seen.status()).as(String.join("\n", seen.err())).isZero();
    for (var name : List.of("b", "c")) {
      assertThat(Path.of(file(name))).hasSameBinaryContentAs(Path.of(file("a")));
      assertThat(Path.of(file(name + "m"))).hasSameBinaryContentAs(Path.of(file("am")));
    }
    assertThat(norm(seen)).isEqualTo(norm(told)).isEqualTo(norm(masked));
    assertThat(norm(seen)).contains("50.00% of the weights alive pruned");
    assertThat(told.out())
        .contains("794 of 1,588 weights were alive before; the others are pruned in the mask.");
    assertThat(seen.out())
        .contains(
            "794 of 1,588 weights were alive before; the others, which are 0 in the checkpoint,"
                + " count as pruned.");

    // When it is to become denser, it is told that it cannot
    var denser =
        CommandLineRun.of(command(file("half"), "--sparsity", "0.25", "--out", file("denser")));
    assertThat(denser.err())
        .containsExactly(
            "--sparsity is 0.25, but the zeros in --checkpoint come to 0.5000 already; it should be"
                + " at least that.");
  }

  private CommandLineRun further(String checkpoint, String... options) {
    var all = new ArrayList<>(List.of("--sparsity", "0.75"));
    all.addAll(List.of(options));
    return CommandLineRun.of(command(file(checkpoint), all.toArray(String[]::new)));
  }

  private static String norm(CommandLineRun run) {
    return run.out().stream().filter(line -> line.contains("norm")).findFirst().orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(strings = {"504b0304 0000 0000 0000", "8002 8a0a 6cfc 9c46 f920 6aa8"})
  void shouldSayHowToSaveWhatTorchHasSaved(String head) throws IOException {
    // Given the first bytes of a zip, or of a pickle
    var file = folder.resolve("model.pt");
    Files.write(file, HexFormat.of().parseHex(head.replace(" ", "")));

    // When
    var run =
        CommandLineRun.of(command(file.toString(), "--sparsity", "0.5", "--out", file("out")));

    // Then
    assertThat(run.err())
        .containsExactly(
            "--checkpoint is "
                + file
                + ", which torch.save wrote; it should be a safetensors file, as"
                + " safetensors.torch.save_file(model.state_dict(), 'model.safetensors') writes"
                + " it.");
  }

  @Test
  void shouldNameAFileThatIsNoName() {
    assertThat(prune("--sparsity", "0.5", "--out", "").err())
        .containsExactly("--out is empty; it should name a file.");
    assertThat(prune("--sparsity", "0.5", "--mask", "", "--out", file("out")).err())
        .containsExactly("--mask is empty; it should name a file.");
  }

  @Test
  void shouldKnowTheSparsityOfAPattern() throws IOException {
    var run = prune("--selector", "2:4", "--out", file("out"));

    assertThat(run.status()).as(String.join("\n", run.err())).isZero();
    assertThat(run.out().get(1)).contains("784", "50.00%");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "--sparsity 1                | --sparsity is 1, but it should be at least 0 and below 1",
        "--sparsity NaN              | --sparsity is NaN, but it should be at least 0 and below 1",
        "--selector lamp             | --sparsity is missing; it should say how far",
        "--sparsity 0.9 --selector x | There is no selector 'x'",
        "--sparsity 0.9 --width 4    | fc1.weight",
        "--sparsity 0.9 --classes 7  | fc2.weight",
        "--sparsity 0.9 --input 0,1  | --input is 0,1, but it should be channels",
        "--sparsity 0.9999           | --selector global-magnitude can remove at most 1,586 of the 1,588",
        "--sparsity x                | --sparsity is 'x', but it should be a number, for example 0.5.",
        "--sparsity 0.9 --mask nope  | --mask is nope, but there is no such file.",
        "--sparsity 0.9 --network no | There is no network 'no'",
      })
  void shouldRefuseInOneSentence(String options, String expected) {
    var run = prune((options + " --out " + file("out")).split(" "));

    assertThat(run.err()).first().asString().contains(expected);
    assertThat(run.err()).hasSize(expected.contains("'x', but") ? 2 : 1);
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(Path.of(file("out"))).doesNotExist();
  }

  @Test
  void shouldNotWriteOverAFile() throws IOException {
    var before = Files.readAllBytes(dense);

    var over = prune("--sparsity", "0.9", "--out", dense.toString());
    var mask = prune("--sparsity", "0.9", "--out", file("out"), "--mask-out", dense.toString());
    var twice = prune("--sparsity", "0.9", "--out", file("out"), "--mask-out", file("out"));
    var away = prune("--sparsity", "0.9", "--out", folder.resolve("no/out").toString());

    assertThat(over.err())
        .containsExactly(
            "--out is " + dense + ", which exists; give another name, or move it away.");
    assertThat(mask.err()).singleElement().asString().startsWith("--mask-out is " + dense);
    assertThat(twice.err()).singleElement().asString().contains("they should be two files");
    assertThat(away.err())
        .singleElement()
        .asString()
        .endsWith("cannot be written: there is no such folder.");
    assertThat(List.of(over.status(), mask.status(), twice.status(), away.status()))
        .containsOnly(2);
    assertThat(Files.readAllBytes(dense)).isEqualTo(before);
    assertThat(Path.of(file("out"))).doesNotExist();
  }

  @Test
  void shouldRefuseACheckpointThatIsNone() throws IOException {
    // Given a weight that is no number, and a file of something else
    var broken = folder.resolve("nan.safetensors");
    CheckpointFile.write(
        broken,
        MLP,
        Map.of(),
        p -> {
          var values = new float[(int) p.shape().elements()];
          values[0] = p.name().equals("fc2.weight") ? Float.NaN : 0;
          return FloatBuffer.wrap(values);
        });
    var text = Files.writeString(folder.resolve("text"), "not tensors at all");

    // When, Then
    for (var file : List.of(broken, text, folder.resolve("absent"), folder)) {
      var run =
          CommandLineRun.of(command(file.toString(), "--sparsity", "0.5", "--out", file("out")));
      assertThat(run.status()).isEqualTo(2);
      assertThat(run.err()).singleElement().asString().contains(file.toString());
      assertThat(run.out()).isEmpty();
    }
  }

  private String file(String name) {
    return folder.resolve(name).toString();
  }

  private CommandLineRun prune(String... options) {
    return CommandLineRun.of(command(dense.toString(), options));
  }

  private static String[] command(String checkpoint, String... options) {
    var command = new ArrayList<>(List.of("prune", "--checkpoint", checkpoint));
    var given = List.of(options);
    if (!given.contains("--network")) {
      command.addAll(List.of("--network", "mlp"));
    }
    if (!given.contains("--width")) {
      command.addAll(List.of("--width", "2"));
    }
    command.addAll(given);
    return command.toArray(String[]::new);
  }
}
