package io.topiary.cli.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.topiary.runtime.StartException;
import io.topiary.schemas.Method;
import io.topiary.schemas.PruningPolicy;
import io.topiary.schemas.Schedule;
import io.topiary.schemas.SelectorKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyYamlTest {

  private static final String HEAD = "name: nightly\nmodels: 'resnet*'\n";

  @Test
  void shouldTakeTheDefaultsOfTheCommandLine() {
    assertThat(policy(HEAD))
        .isEqualTo(
            PruningPolicy.newBuilder()
                .setName("nightly")
                .setModels("resnet*")
                .setMethod(Method.ONE_SHOT)
                .setSelector(SelectorKind.GLOBAL_MAGNITUDE)
                .setSchedule(Schedule.ALLR)
                .setSparsities(List.of(0.7, 0.8, 0.9))
                .setRetrainEpochs(2)
                .build());
  }

  @Test
  void shouldReadAllThatAPolicyCanSay() {
    // Given
    var text =
        """
        method: imp
        phases: 4
        sparsity: [0.5, 9.5e-1]
        selector: uniform-dense-first
        schedule: lrw
        total-retrain-epochs: 8.5
        seeds: [-1, 9007199254740993]
        """;

    // When
    var policy = policy(HEAD + text);

    // Then
    assertThat(policy)
        .isEqualTo(
            PruningPolicy.newBuilder()
                .setName("nightly")
                .setModels("resnet*")
                .setMethod(Method.IMP)
                .setPhases(4)
                .setSelector(SelectorKind.UNIFORM_DENSE_FIRST)
                .setSchedule(Schedule.LRW)
                .setSparsities(List.of(0.5, 0.95))
                .setRetrainEpochs(0)
                .setTotalRetrainEpochs(8.5)
                .setSeeds(List.of(-1L, 9_007_199_254_740_993L))
                .build());
  }

  @Test
  void shouldReadWhatYamlTakesForSomethingElse() {
    // Given a selector that is 124 in YAML 1.1, sparsity by the pattern
    var policy = policy(HEAD + "selector: 2:4\n");

    // Then
    assertThat(policy.getSelector()).isEqualTo(SelectorKind.N_OF_M);
    assertThat(List.of(policy.getN(), policy.getM())).containsExactly(2, 4);
    assertThat(policy.getSparsities()).containsExactly(0.5);
  }

  @Test
  void shouldTakeABudgetAndPhasesOfItsOwnForEveryMethod() {
    var bimp = policy(HEAD + "method: bimp\nepochs: 20\n");
    var renda = policy(HEAD + "method: imp-renda\n");

    assertThat(bimp.getBudget()).contains(20.0);
    assertThat(bimp.getRetrainEpochs()).isZero();
    assertThat(bimp.getPhases()).isEqualTo(3);
    assertThat(renda.getPhases()).isZero();
    assertThat(renda.getRetrainEpochs()).isEqualTo(2);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "                               | f:1: models is not there; it should be, for example models: 'resnet*'.",
        "models: 12                     | f:2: models is '12', but it should be a text, for example models: nightly.",
        "models: yes                    | f:2: models is 'yes', but it should be a text",
        "models:                        | f:2: models is empty, but it should be a text",
        "models: [a, b]                 | f:2: models is [a, b], but it should be a text",
        "models: *                      | f:2: This should be YAML, but: ",
        "models: ''                     | f:1: Policy 'nightly' is for no models; '*' would stand for all of them.",
        "M;sparsities: 0.9              | f:3: There is no key 'sparsities'; there are name, models, method,",
        "M;<<: {phases: 3}              | f:3: There is no key '<<'; there are",
        "M;[a]: 3                       | f:3: There is no key [a]; there are",
        "M;models: b                    | f:3: models is there twice; it should be said once.",
        "M;method: magic                | f:3: method is 'magic', but it should be one-shot, imp, imp-renda or bimp.",
        "M;method: gmp                  | f:3: method is 'gmp', but it should be one-shot,",
        "M;method: IMP                  | f:3: method is 'IMP', but it should be one-shot,",
        "M;method: [imp]                | f:3: method is [imp], but it should be a word, for example method: imp.",
        "M;method:                      | f:3: method is empty, but it should be a word",
        "M;schedule: linear             | f:3: schedule is 'linear', but it should be ft, lrw, slr, clr, llr or allr.",
        "M;selector: smallest           | f:3: There is no selector 'smallest'; there are global-magnitude,",
        "M;selector: 4:4                | f:3: selector is 4:4, but of N:M, N should be at least 1 and below M",
        "M;method: imp;selector: 2:4    | f:1: Policy 'nightly' prunes to a pattern by imp; with N:M the method must be one-shot.",
        "M;selector: 2:4;sparsity: 0.7  | f:1: Policy 'nightly' prunes to sparsity 0.7; where 2 of every 4 weights stay it must be 0.5.",
        "M;sparsity: high               | f:3: sparsity is 'high', but it should be a number or a list of numbers, for example sparsity: [0.7, 0.9].",
        "M;sparsity: '0.9'              | f:3: sparsity is '0.9', but it should be a number or a list",
        "M;sparsity: 90%                | f:3: sparsity is '90%', but it should be",
        "M;sparsity: [0.7, x]           | f:3: sparsity is [0.7, x], but it should be",
        "M;sparsity: [0.7, [0.8]]       | f:3: sparsity is [0.7, sequence], but it should be",
        "M;sparsity: {a: 1}             | f:3: sparsity is keys and values, but it should be",
        "M;sparsity: .nan               | f:3: sparsity is '.nan', but it should be",
        "M;sparsity: 1e999              | f:3: sparsity is '1e999', but it should be",
        "M;sparsity: []                 | f:1: Policy 'nightly' has no sparsity to prune to.",
        "M;sparsity: 1                  | f:1: Policy 'nightly' prunes to sparsity 1.0; it must be above 0 and below 1.",
        "M;sparsity: [0.5, 0.50]        | f:1: Policy 'nightly' prunes to sparsity 0.5 twice.",
        "M;phases: 2.5                  | f:3: phases is '2.5', but it should be a whole number, for example phases: 3.",
        "M;phases: 010                  | f:3: phases is '010', but it should be a whole number",
        "M;phases: 99999999999          | f:3: phases is '99999999999', but it should be a whole number",
        "M;phases: 3                    | f:1: Policy 'nightly' has 3 phases; with one-shot it must be 1.",
        "M;method: imp-renda;phases: 3  | f:1: Policy 'nightly' has 3 phases; with imp-renda it must be 0 to 1, as",
        "M;retrain-epochs: -1           | f:1: Policy 'nightly' retrains for -1.0 epochs; with one-shot it must be at least 0",
        "M;total-retrain-epochs: 8      | f:1: Policy 'nightly' is given 8.0 epochs in all phases; only imp can be",
        "M;epochs: 8                    | f:1: Policy 'nightly' is given 8.0 epochs with dense training; only bimp can be",
        "M;method: bimp                 | f:3: method is bimp, but epochs is not there; it should say",
        "M;method: bimp;epochs: 0       | f:1: Policy 'nightly' has a budget of 0.0 epochs; it must be above 0",
        "M;method: bimp;epochs: 9;retrain-epochs: 2 | f:1: Policy 'nightly' retrains for 2.0 epochs per phase within a budget of 9.0;",
        "M;method: imp;total-retrain-epochs: 9;retrain-epochs: 2 | f:1: Policy 'nightly' retrains for 2.0 epochs per phase and for 9.0 in all;",
        "M;seeds: [1, 1]                | f:1: Policy 'nightly' has the seed 1 twice.",
        "M;seeds: [1, 1.5]              | f:3: seeds is [1, 1.5], but it should be a whole number or a list of them",
        "M;seeds: 9223372036854775808   | f:3: seeds is '9223372036854775808', but it should be",
        "M;---;- a list                 | f:4: A policy should be keys and values, such as 'name: nightly'.",
        "M;---;models: x                | f:4: name is not there; it should be",
        "M;  wrong: indent              | f:3: This should be YAML, but: expected <block end>, but found",
        "M;\u0007x                      | f: This should be YAML, but: special characters are not allowed.",
      })
  void shouldRefuseWithFileLineAndOneSentence(String lines, String expected) {
    // Given
    var text = lines == null ? "" : lines.replace(';', '\n');
    var yaml = "name: nightly\n" + text.replaceFirst("^M", "models: 'resnet*'");

    // When, Then
    assertThatExceptionOfType(StartException.class)
        .isThrownBy(() -> PolicyYaml.read("f", yaml))
        .satisfies(
            e -> {
              assertThat(e.getMessage()).startsWith(expected).endsWith(".");
              assertThat(e.getMessage().lines()).hasSize(1);
            });
  }

  @ParameterizedTest
  @CsvSource({"' nightly'", "'two\nlines'", "'a\tb'"})
  void shouldRefuseANameThatNoLineCouldShow(String name) {
    var yaml = "models: x\nname: \"" + name.replace("\n", "\\n").replace("\t", "\\t") + "\"\n";

    assertThatExceptionOfType(StartException.class)
        .isThrownBy(() -> PolicyYaml.read("f", yaml))
        .withMessageContaining("f:2: name is ")
        .withMessageContaining("it should be one line without spaces around it.");
  }

  @Test
  void shouldKeepANameThatIsAlsoAWordOfRecords() {
    assertThatExceptionOfType(StartException.class)
        .isThrownBy(() -> PolicyYaml.read("f", "name: IMP\nmodels: x\nphases: 3\n"))
        .withMessage("f:1: Policy 'IMP' has 3 phases; with one-shot it must be 1.");
  }

  @Test
  void shouldSkipEmptyDocumentsAndKnowWhereEachPolicyIs() {
    var read =
        PolicyYaml.read("f", "---\n# nothing\n---\n" + HEAD + "---\nmodels: x\nname: b\n---\n");

    assertThat(read).extracting(WrittenPolicy::name).containsExactly("nightly", "b");
    assertThat(read).extracting(WrittenPolicy::place).containsExactly("f:4", "f:8");
  }

  @Test
  void shouldReadBackWhatItShows() {
    // Given policies drawn by lot
    var seed = 20_231L;
    var random = new Random(seed);
    for (var i = 0; i < 500; i++) {
      var policy = someValidPolicy(random, i);

      // When
      var yaml = String.join("\n", Form.yaml(ShownPolicy.values(policy)));

      // Then
      assertThat(policy(yaml)).as("seed %d, %d:%n%s", seed, i, yaml).isEqualTo(policy);
    }
  }

  @Test
  void shouldAcceptTheExampleOfTheDocumentation() {
    var policies =
        PolicyFiles.read(List.of(Path.of("../docs/examples/policies.yaml").toString()), System.in);

    assertThat(policies)
        .extracting(WrittenPolicy::name)
        .containsExactly("nightly", "far", "half", "budgeted");
  }

  private static PruningPolicy someValidPolicy(Random random, int i) {
    var names = List.of("nightly", "2:4", "123", "yes", "a b", "ñ # '\"", "null", "~", "- x", "{}");
    var methods = List.of(Method.ONE_SHOT, Method.IMP, Method.IMP_RENDA, Method.BIMP);
    var schedules = List.of(Schedule.ALLR, Schedule.FT, Schedule.LRW, Schedule.SLR, Schedule.CLR);
    var method = methods.get(i % methods.size());
    var builder =
        PruningPolicy.newBuilder()
            .setName(names.get(random.nextInt(names.size())))
            .setModels(random.nextBoolean() ? "*" : "resnet-?")
            .setMethod(method)
            .setSelector(SelectorKind.LAMP)
            .setSchedule(schedules.get(random.nextInt(schedules.size())))
            .setPhases(method == Method.IMP_RENDA ? random.nextInt(2) : 1)
            .setRetrainEpochs(0.5 + random.nextInt(9));
    var sparsities = new HashSet<Double>();
    for (var n = 1 + random.nextInt(4); n > 0; n--) {
      sparsities.add(Math.max(1e-9, random.nextDouble() * (random.nextBoolean() ? 1 : 1e-5)));
    }
    builder.setSparsities(new ArrayList<>(sparsities));
    builder.setSeeds(random.nextBoolean() ? List.of() : List.of(random.nextLong()));
    switch (method) {
      case ONE_SHOT -> {
        if (random.nextBoolean()) {
          builder.setSelector(SelectorKind.N_OF_M).setN(1).setM(3).setSparsities(List.of(2 / 3.0));
        }
      }
      case IMP -> {
        builder.setPhases(1 + random.nextInt(9));
        if (random.nextBoolean()) {
          builder.setRetrainEpochs(0).setTotalRetrainEpochs(12.0);
        }
      }
      case BIMP -> builder.setRetrainEpochs(0).setBudget(1 + random.nextDouble());
      default -> {}
    }
    return builder.build();
  }

  private static PruningPolicy policy(String yaml) {
    var read = PolicyYaml.read("f", yaml);
    assertThat(read).hasSize(1);
    return read.get(0).policy();
  }
}
