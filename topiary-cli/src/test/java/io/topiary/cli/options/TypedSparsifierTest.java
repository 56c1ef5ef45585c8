package io.topiary.cli.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.topiary.engine.sparsifier.Sparsification;
import io.topiary.engine.sparsifier.Sparsification.Dnw;
import io.topiary.engine.sparsifier.Sparsification.Dpf;
import io.topiary.engine.sparsifier.Sparsification.Dst;
import io.topiary.engine.sparsifier.Sparsification.Gmp;
import io.topiary.engine.sparsifier.Sparsification.Gsm;
import io.topiary.engine.sparsifier.Sparsification.Lc;
import io.topiary.engine.sparsifier.Sparsification.Str;
import io.topiary.runtime.StartException;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class TypedSparsifierTest {

  @Command(name = "asked")
  private static final class Asked {
    @Mixin private SparsifierOptions sparsifier = new SparsifierOptions();
  }

  @Test
  void shouldBeDenseTrainingWhereNothingIsSaid() {
    assertThat(request("")).isEmpty();
  }

  static Stream<Arguments> methods() {
    return Stream.of(
        Arguments.of("gmp --sparsity 0.9", new Gmp(0.9, 1, false)),
        Arguments.of("gmp --sparsity 0.9 --ramp-period 3", new Gmp(0.9, 3, false)),
        Arguments.of("gmp-recovery --sparsity 0.9", new Gmp(0.9, 1, true)),
        Arguments.of("gsm --sparsity 0.7", new Gsm(0.7)),
        Arguments.of("dpf --sparsity 0.9 --ramp-period 2", new Dpf(0.9, 2)),
        Arguments.of("dnw --sparsity 0.9", new Dnw(0.9)),
        Arguments.of("lc --sparsity 0.9", new Lc(0.9)),
        Arguments.of("str --sparsity 0.9 --initial-threshold -4.5", new Str(0.9, -4.5)),
        Arguments.of("dst --sparsity 0.9 --alpha 0", new Dst(0.9, 0)));
  }

  @ParameterizedTest
  @MethodSource("methods")
  void shouldBeTheMethodThatWasNamed(String options, Sparsification expected) {
    // When
    var request = request("--method " + options).orElseThrow();

    // Then
    assertThat(request.sparsification()).isEqualTo(expected);
    assertThat(options).startsWith(request.method().label());
    assertThat(request.searchRuns()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "str --sparsity 0.9, 8",
    "dst --sparsity 0.9 --search-runs 3, 3",
    "str --sparsity 0.9 --initial-threshold -3 --search, 8",
    "dst --sparsity 0.9 --alpha 1e-4 --search --search-runs 1, 1",
  })
  void shouldSearchWhereNoParameterIsGivenOrWhenToldTo(String options, int runs) {
    var request = request("--method " + options).orElseThrow();

    assertThat(request.searchRuns()).contains(runs);
    if (options.contains("-3")) {
      assertThat(request.sparsification()).isEqualTo(new Str(0.9, -3));
    }
  }

  @Test
  void shouldGiveGsmTheMomentumOfItsAuthors() {
    assertThat(SparseMethod.GSM.usualMomentum()).isEqualTo(0.98);
    assertThat(SparseMethod.GMP.usualMomentum()).isEqualTo(0.9);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--sparsity 0.9 | --sparsity is 0.9, but there is no --method; one should be given, for example --method gmp.",
        "--search | --search is there, but there is no --method; one should be given, for example --method gmp.",
        "--method imp --sparsity 0.9 | --method is 'imp', but it should be gmp, gmp-recovery, gsm, dpf, dnw, lc, str or dst.",
        "--method gmp | --method is gmp, but --sparsity is missing; it should say how far, for example 0.9.",
        "--method gmp --sparsity 1 | --sparsity is 1, but it should be above 0 and below 1, for example 0.9.",
        "--method gmp --sparsity 0 | --sparsity is 0, but it should be above 0 and below 1, for example 0.9.",
        "--method gmp --sparsity 0.9 --ramp-period 0 | --ramp-period is 0, but it should be at least 1.",
        "--method gsm --sparsity 0.9 --ramp-period 2 | --ramp-period is 2, but only gmp, gmp-recovery and dpf have a ramp.",
        "--method dst --sparsity 0.9 --initial-threshold 2 | --initial-threshold is 2, but only --method str has one.",
        "--method str --sparsity 0.9 --alpha 0.5 | --alpha is 0.5, but only --method dst has one.",
        "--method str --sparsity 0.9 --initial-threshold NaN | --initial-threshold is NaN, but it should be a finite number, for example -5.",
        "--method dst --sparsity 0.9 --alpha -1 | --alpha is -1, but it should be at least 0, for example 5e-5.",
        "--method dst --sparsity 0.9 --alpha 0 --search | --alpha is 0, from which --search cannot start; it should be above 0, for example 5e-5.",
        "--method lc --sparsity 0.9 --search | --search is there, but only str and dst have a parameter to search for.",
        "--method lc --sparsity 0.9 --search-runs 2 | --search-runs is 2, but only str and dst have a parameter to search for.",
        "--method dst --sparsity 0.9 --search-runs 0 | --search-runs is 0, but it should be between 1 and 1000.",
        "--method dst --sparsity 0.9 --alpha 1 --search-runs 5 | --search-runs is 5, but the parameter is given, which leaves nothing to search for without --search.",
      })
  void shouldRefuseInOneSentenceWhatMakesNoSense(String options, String sentence) {
    assertThatThrownBy(() -> request(options))
        .isInstanceOf(StartException.class)
        .hasMessage(sentence);
  }

  private static Optional<SparsifierRequest> request(String options) {
    var asked = new Asked();
    new CommandLine(asked)
        .parseArgs(Stream.of(options.split(" ")).filter(o -> !o.isEmpty()).toArray(String[]::new));
    return asked.sparsifier.request();
  }
}
