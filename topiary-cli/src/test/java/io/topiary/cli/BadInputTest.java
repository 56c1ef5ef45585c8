package io.topiary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BadInputTest {

  @TempDir private Path folder;

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "--network         | resnet9    | no network 'resnet9'; known are mlp",
        "--width           | -1         | must be 1 to",
        "--width           | 65536      | elements; it must have at most 536870911",
        "--data            | nosuch     | no data set 'nosuch': use fashion-mnist-sample",
        "--sparsity        | 0          | above 0 and below 1",
        "--sparsity        | 1          | at least 0 and below 1",
        "--sparsity        | 0.9,1.5    | 1.5, but a sparsity should be at least 0 and below 1",
        "--sparsity        | NaN        | at least 0 and below 1",
        "--sparsity        | 0.7,0.7    | should be named once",
        "--sparsity        | 0.99999    | should be at most 0.9995",
        "--epochs          | 0          | should be above 0",
        "--epochs          | Infinity   | should be above 0",
        "--epochs          | 1e300      | should be at most 25264513",
        "--retrain-epochs  | -1         | should be above 0",
        "--retrain-epochs  | 0.001      | should be at least 0.0118",
        "--batch-size      | 0          | should be at least 1",
        "--learning-rate   | -0.1       | should be above 0",
        "--weight-decay    | -1         | should be at least 0",
        "--data            | one,two    | no comma",
        "--http-port       | 70000      | between 0 and 65535",
      })
  void shouldBeOneSentenceAndLeaveNothing(String option, String value, String expected) {
    // When
    var dir = folder.resolve("data");
    var run = CommandLineRun.of("demo", "--dir", dir.toString(), option, value);

    // Then
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).singleElement().asString().contains(expected);
    assertThat(run.out()).isEmpty();
    assertThat(dir).doesNotExist();
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "--seed          | tomorrow | --seed is 'tomorrow', but it should be a whole number,",
        "--epochs        | 90%      | --epochs is '90%', but it should be a number, for example 0.5.",
        "--learning-rate | 0,4      | --learning-rate is '0,4', but it should be a number,",
        "--phases        | 2.5      | --phases is '2.5', but it should be a whole number,",
        "--batch-size    | 3000000000 | --batch-size is '3000000000', but it should be a whole number,",
        "--frobnicate    | 1        | Unknown option",
        "--epcohs        | 1        | did you mean --epochs?",
      })
  void shouldPointToTheHelpWhenThereIsNoSuchOptionOrValue(
      String option, String value, String expected) {
    var run = CommandLineRun.of("demo", option, value);

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).hasSize(2).first().asString().contains(expected);
    assertThat(run.err()).last().isEqualTo("See 'topiary demo --help'.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "trian      | There is no command 'trian'; there are cancel, compare, demo, export, health, plan, policies, prune and train.",
        "--quietly  | Unknown option: '--quietly'",
        "''         | There is no command ''; there are cancel, compare, demo, export, health, plan, policies, prune and train.",
      })
  void shouldNameTheCommands(String typed, String expected) {
    var run = CommandLineRun.of(typed);

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).containsExactly(expected, "See 'topiary --help'.");
    assertThat(CommandLineRun.of().err())
        .containsExactly(
            "The command is missing; there are cancel, compare, demo, export, health, plan, policies, prune and train.",
            "See 'topiary --help'.");
  }

  @ParameterizedTest
  @CsvSource({"0,1", "100,1", "100,0.99999"})
  void shouldCheckAPlanForImagesThatAreNotAtHand(int images, double sparsity) {
    var typed = List.of("plan", "--images", "" + images, "--sparsity", "" + sparsity);

    var run = CommandLineRun.of(typed.toArray(String[]::new));

    assertThat(run.err()).singleElement().asString().contains("should be");
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
  }

  @Test
  void shouldNotPlanForTwoKindsOfImages() {
    var run = CommandLineRun.of("plan", "--images", "100", "--data", "mnist");

    assertThat(run.err())
        .containsExactly(
            "--images and --data are both there; --images stands for a data set that is not at"
                + " hand, so one of them should go.");
  }

  @Test
  void shouldRefuseAPortThatIsTaken() throws IOException {
    // Given
    try (var taken = new ServerSocket(0)) {
      var port = String.valueOf(taken.getLocalPort());
      var dir = folder.resolve("data");

      // When
      var run = CommandLineRun.of("demo", "--dir", dir.toString(), "--http-port", port);

      // Then
      assertThat(run.status()).isEqualTo(2);
      assertThat(run.err()).singleElement().asString().contains(port, "--http-port");
      assertThat(dir).doesNotExist();
    }
  }

  @Test
  void shouldRefuseAFolderThatIsAFile() throws IOException {
    var file = Files.createFile(folder.resolve("file"));

    var run = CommandLineRun.of("demo", "--dir", file.toString(), "--http-port", "0");

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err())
        .singleElement()
        .asString()
        .contains(file.toString(), "--dir", "there is a file of that name");
  }

  @Test
  void shouldRefuseADataFolderWithATruncatedFile() throws IOException {
    // Given a folder whose image file ends in the middle of its header
    var data = Files.createDirectory(folder.resolve("torn"));
    Files.write(data.resolve("train-images-idx3-ubyte"), new byte[] {0, 0, 8, 3, 0, 0});

    // When
    var run = CommandLineRun.of("demo", "--data", data.toString(), "--http-port", "0");

    // Then
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).singleElement().asString().contains("torn/train-images-idx3-ubyte");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "--epochs 0                  | --epochs is 0, but it should be above 0.",
        "--epochs 0.001              | --epochs is 0.001, which is less than half a batch",
        "--mask m                    | --mask is there without --checkpoint",
        "--checkpoint absent         | --checkpoint is absent, but there is no such file.",
        "--batch-size 0              | --batch-size is 0, but it should be at least 1.",
        "--dense-schedule none       | --dense-schedule is 'none', but it should be linear, step, cosine or 1-cycle.",
        "--warm-up 20                | --warm-up is 20, but it should be at least 0 and below 1",
        "--augment mirror            | --augment is 'mirror', but it should be none, crop-flip, crop or resized-crop-flip.",
        "--image-size -1             | --image-size is -1, but it should be between 1 and 10000, or 0 for the images' own.",
        "--image-size 32             | which are not resized; the image size is 32, but it must be 0 or the images' own",
        "--method imp                | --method is 'imp', but it should be gmp, gmp-recovery, gsm, dpf,",
        "--method gmp                | --method is gmp, but --sparsity is missing",
        "--method gmp --sparsity 0.9999 | would empty a tensor: it removes 18822 of 18824 weights",
        "--method gmp --sparsity 0.9 --epochs 1.5 | --epochs is 1.5, but with a --ramp-period of 1 epoch it should be at least 2.",
        "--method gsm --sparsity 0.9 --weight-decay 0 | GSM needs a weight decay above 0",
        "--method gmp --sparsity 0.9 --mask m --checkpoint c | --mask and --method are both there",
        "--mask-out m                | --mask-out is there, but nothing is pruned",
        "--momentum 1                | --momentum is 1, but it should be at least 0 and below 1",
        "--threads 0                 | --threads is 0, but it should be between 1 and 1024.",
        "--device tpu                | --device is 'tpu', but it should be cpu, gpu, or gpu:0,",
        "--device gpu:99             | There is no device gpu:99: PyTorch",
        "--network my-net.json       | There is no network file my-net.json.",
      })
  void shouldRefuseTrainingInOneSentence(String options, String expected) {
    var out = folder.resolve("out");

    var run = CommandLineRun.of(("train --out " + out + " " + options).split(" "));

    assertThat(run.err()).singleElement().asString().contains(expected);
    assertThat(run.status()).isEqualTo(2);
    assertThat(out).doesNotExist();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "[3, 28, 28] | 4  | takes images [3, 28, 28]",
        "[1, 28, 28] | 40 | Node 'conv' (Conv)",
      })
  void shouldNameTheNodeOfANetworkThatDoesNotFit(String input, int kernel, String expected)
      throws IOException {
    // Given a network with a kernel larger than the image, or for other images
    var file = folder.resolve("odd.json");
    Files.writeString(
        file,
        """
        {"name": "odd", "input": %s, "nodes": [
          {"name": "conv", "operator": "Conv", "inputs": ["input"], "outChannels": 4,
           "kernel": [%d, %d]},
          {"name": "flatten", "operator": "Flatten", "inputs": ["conv"]},
          {"name": "fc", "operator": "Gemm", "inputs": ["flatten"], "outFeatures": 10}
        ]}
        """
            .formatted(input, kernel, kernel));

    // When, Then
    for (var command :
        new String[] {
          "demo --http-port 0", "plan", "train --out " + folder.resolve("out"),
        }) {
      var run = CommandLineRun.of((command + " --network " + file).split(" "));
      assertThat(run.err()).as(command).singleElement().asString().contains("odd", expected);
      assertThat(run.status()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cancel", "demo", "export", "plan", "prune", "train"})
  void shouldShowExamplesInItsHelp(String command) {
    var run = CommandLineRun.of(command, "--help");

    assertThat(run.status()).isZero();
    assertThat(run.out()).contains("Examples:");
    assertThat(run.out()).anyMatch(line -> line.startsWith("  topiary " + command));
  }
}
