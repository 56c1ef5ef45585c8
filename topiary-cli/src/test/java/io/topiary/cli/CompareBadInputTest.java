package io.topiary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompareBadInputTest {

  @TempDir private Path folder;

  @ParameterizedTest(name = "{0} {1} {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "schedules | --schedules    | ft,warp   | --schedules is 'warp', but it should be ft, lrw",
        "schedules | --schedules    | ft,ft     | --schedules has ft twice",
        "schedules | --sparsity     | 0.9,1     | above 0 and below 1",
        "schedules | --sparsity     | 0.9,0.90  | 0.9 twice",
        "schedules | --sparsity     | 0.9999999 | should be at most 0.99",
        "schedules | --retrain      | 2         | should be above 0 and at most 1",
        "schedules | --retrain      | 1/9000    | --retrain 1/9000 is 0.005, which is less than half a batch",
        "schedules | --epochs       | 0         | should be above 0",
        "schedules | --seeds        | 0         | between 1 and 1000",
        "schedules | --slots        | 0         | between 1 and 1000",
        "schedules | --output       | xml       | should be table or json",
        "schedules | --http-port    | 70000     | between 0 and 65535",
        "schedules | --data         | nosuch    | no data set 'nosuch'",
        "methods   | --methods      | bimp,sgd  | --methods is 'sgd', but it should be bimp, gmp",
        "methods   | --epochs       | 1         | should be at least",
        "methods   | --dense-epochs | 20        | should be below --epochs",
        "methods   | --alpha        | 1,2       | --alpha has 2 numbers for 3 sparsities",
        "methods   | --alpha        | -1        | should be at least 0",
        "methods   | --weight-decay | 0         | weight decay",
      })
  void shouldBeOneSentenceAndLeaveNothing(
      String command, String option, String value, String expected) {
    // When
    var dir = folder.resolve("data");
    var run =
        CommandLineRun.of(
            "compare", command, "--network", "mlp", "--dir", dir.toString(), option, value);

    // Then
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).singleElement().asString().contains(expected);
    assertThat(run.out()).isEmpty();
    assertThat(dir).doesNotExist();
  }

  @Test
  void shouldRefuseOptionsOfAMethodThatIsNotCompared() {
    var run = compare("methods", "--methods", "gmp,str", "--phases", "2");

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).singleElement().asString().contains("--methods lacks bimp");
  }

  @Test
  void shouldNotTouchAFolderOfSomethingElse() throws Exception {
    Files.writeString(folder.resolve("notes.txt"), "mine");

    var run = compare("schedules", "--network", "mlp", "--quiet");

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err())
        .singleElement()
        .asString()
        .contains("holds something else than a comparison");
  }

  @Test
  void shouldAskWhichComparison() {
    var run = CommandLineRun.of("compare");

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err().get(0)).contains("schedules and methods");
  }

  private CommandLineRun compare(String... options) {
    var arguments = new ArrayList<>(List.of("compare"));
    arguments.addAll(List.of(options));
    arguments.addAll(List.of("--dir", folder.toString()));
    return CommandLineRun.of(arguments.toArray(String[]::new));
  }
}
