package io.topiary.pruner.pruning;

import static io.topiary.pruner.DenseNetworks.policy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.topiary.schemas.Method;
import io.topiary.schemas.PruningPolicy;
import io.topiary.schemas.Schedule;
import io.topiary.schemas.SelectorKind;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class PoliciesTest {

  @Test
  void shouldAcceptWhatCanBeActedOn() {
    Policies.requireValid("nightly", policy("nightly", "resnet*", 0.7, 0.8, 0.9));
  }

  @ParameterizedTest
  @MethodSource
  void shouldSayWhatIsWrongAndWhatWouldBeRight(PruningPolicy policy, String sentence) {
    assertThatThrownBy(() -> Policies.requireValid("nightly", policy))
        .isInstanceOf(RefusedException.class)
        .hasMessage("Policy '%s' %s.".formatted(policy.getName(), sentence));
  }

  static Stream<Arguments> shouldSayWhatIsWrongAndWhatWouldBeRight() {
    var good = policy("nightly", "*", 0.9);
    return Stream.of(
        Arguments.of(
            policy("daily", "*", 0.9), "is sent under the key 'nightly'; the key must be its name"),
        Arguments.of(
            policy("nightly", " ", 0.9), "is for no models; '*' would stand for all of them"),
        Arguments.of(
            policy("nightly", "*", 0.0), "prunes to sparsity 0.0; it must be above 0 and below 1"),
        Arguments.of(
            policy("nightly", "*", 0.5, 1.0),
            "prunes to sparsity 1.0; it must be above 0 and below 1"),
        Arguments.of(
            policy("nightly", "*", 1.5), "prunes to sparsity 1.5; it must be above 0 and below 1"),
        Arguments.of(
            policy("nightly", "*", Double.NaN),
            "prunes to sparsity NaN; it must be above 0 and below 1"),
        Arguments.of(policy("nightly", "*", 0.9, 0.9), "prunes to sparsity 0.9 twice"),
        Arguments.of(
            PruningPolicy.newBuilder(good).setSparsities(List.of()).build(),
            "has no sparsity to prune to"),
        Arguments.of(
            PruningPolicy.newBuilder(good).setMethod(Method.UNKNOWN).build(),
            "has the method UNKNOWN; this version knows ONE_SHOT, IMP, IMP_RENDA, BIMP"),
        Arguments.of(
            PruningPolicy.newBuilder(good).setSelector(SelectorKind.UNKNOWN).build(),
            "has the selector UNKNOWN; this version knows GLOBAL_MAGNITUDE, UNIFORM, UNIFORM_DENSE_FIRST, ERK, LAMP, N_OF_M, RANDOM"),
        Arguments.of(
            PruningPolicy.newBuilder(good).setSchedule(Schedule.UNKNOWN).build(),
            "retrains with UNKNOWN; this version knows ALLR, FT, LRW, SLR, CLR, LLR"),
        Arguments.of(
            PruningPolicy.newBuilder(good).setSeeds(List.of(1L, 2L, 1L)).build(),
            "has the seed 1 twice"),
        Arguments.of(
            PruningPolicy.newBuilder(policy("nightly", "*", 0.5, 0.7, 0.9))
                .setSeeds(seeds(22))
                .build(),
            "makes 66 plans of every network, 3 sparsities by 22 seeds; it must be at most 64"),
        Arguments.of(
            PruningPolicy.newBuilder(good)
                .setSparsities(IntStream.rangeClosed(1, 65).mapToObj(i -> i / 100.0).toList())
                .build(),
            "makes 65 plans of every network, 65 sparsities by 1 seeds; it must be at most 64"));
  }

  @ParameterizedTest
  @EnumSource(names = {"GMP", "GSM", "DPF", "DNW", "LC", "STR", "DST"})
  void shouldRefuseAMethodThatPrunesNoTrainedNetwork(Method method) {
    assertThatThrownBy(() -> Policies.requireValid("nightly", by(method).build()))
        .isInstanceOf(RefusedException.class)
        .hasMessage(
            "Policy 'nightly' has the method %s, which makes a network sparse while it is trained from scratch; it must be one of ONE_SHOT, IMP, IMP_RENDA, BIMP.",
            method);
  }

  @ParameterizedTest
  @EnumSource(names = {"LINEAR", "STEP", "COSINE", "ONE_CYCLE"})
  void shouldRefuseToRetrainWithAScheduleOfDenseRuns(Schedule ofDenseRuns) {
    var policy = by(Method.ONE_SHOT).setSchedule(ofDenseRuns).build();

    assertThatThrownBy(() -> Policies.requireValid("nightly", policy))
        .isInstanceOf(RefusedException.class)
        .hasMessage(
            "Policy 'nightly' retrains with %s, which is for dense runs; it must be one of ALLR, FT, LRW, SLR, CLR, LLR.",
            ofDenseRuns);
  }

  @Test
  void shouldAcceptAsManyPlansAsCanBeBegunAtOnce() {
    Policies.requireValid(
        "nightly",
        PruningPolicy.newBuilder(policy("nightly", "*", 0.8, 0.9)).setSeeds(seeds(32)).build());
  }

  private static List<Long> seeds(int count) {
    return LongStream.range(0, count).boxed().toList();
  }

  @ParameterizedTest
  @MethodSource
  void shouldKnowWhichPhasesAndEpochsGoTogether(PruningPolicy policy, String sentence) {
    assertThatThrownBy(() -> Policies.requireValid("nightly", policy))
        .isInstanceOf(RefusedException.class)
        .hasMessage("Policy 'nightly' %s.".formatted(sentence));
  }

  static Stream<Arguments> shouldKnowWhichPhasesAndEpochsGoTogether() {
    return Stream.of(
        Arguments.of(
            by(Method.ONE_SHOT).setRetrainEpochs(-1).build(),
            "retrains for -1.0 epochs; with ONE_SHOT it must be at least 0 and at most 1000000"),
        Arguments.of(
            by(Method.ONE_SHOT).setRetrainEpochs(Double.NaN).build(),
            "retrains for NaN epochs; with ONE_SHOT it must be at least 0 and at most 1000000"),
        Arguments.of(
            by(Method.ONE_SHOT).setRetrainEpochs(1_000_001).build(),
            "retrains for 1000001.0 epochs; with ONE_SHOT it must be at least 0 and at most 1000000"),
        Arguments.of(
            by(Method.ONE_SHOT).setPhases(3).build(), "has 3 phases; with ONE_SHOT it must be 1"),
        Arguments.of(
            by(Method.ONE_SHOT).setTotalRetrainEpochs(5.0).build(),
            "is given 5.0 epochs in all phases; only IMP can be, and the method is ONE_SHOT"),
        Arguments.of(
            by(Method.ONE_SHOT).setBudget(20.0).build(),
            "is given 20.0 epochs with dense training; only BIMP can be, and the method is ONE_SHOT"),
        Arguments.of(
            by(Method.IMP).setPhases(0).build(), "has 0 phases; with IMP it must be 1 to 1000"),
        Arguments.of(
            by(Method.IMP).setPhases(1001).build(),
            "has 1001 phases; with IMP it must be 1 to 1000"),
        Arguments.of(
            by(Method.IMP).setRetrainEpochs(0).build(),
            "retrains for 0.0 epochs; with IMP it must be above 0 and at most 1000000"),
        Arguments.of(
            by(Method.IMP).setTotalRetrainEpochs(5.0).build(),
            "retrains for 2.0 epochs per phase and for 5.0 in all; one of them must be left out"),
        Arguments.of(
            by(Method.IMP).setRetrainEpochs(0).setTotalRetrainEpochs(0.0).build(),
            "retrains for 0.0 epochs in all; it must be above 0 and at most 1000000"),
        Arguments.of(
            by(Method.IMP).setBudget(20.0).build(),
            "is given 20.0 epochs with dense training; only BIMP can be, and the method is IMP"),
        Arguments.of(
            by(Method.IMP_RENDA).setPhases(2).build(),
            "has 2 phases; with IMP_RENDA it must be 0 to 1, as the sparsity decides"),
        Arguments.of(
            by(Method.IMP_RENDA).setPhases(0).setRetrainEpochs(0).build(),
            "retrains for 0.0 epochs; with IMP_RENDA it must be above 0 and at most 1000000"),
        Arguments.of(
            by(Method.IMP_RENDA).setPhases(0).setTotalRetrainEpochs(5.0).build(),
            "is given 5.0 epochs in all phases; only IMP can be, and the method is IMP_RENDA"),
        Arguments.of(
            by(Method.BIMP).build(),
            "has no budget; with BIMP it must say how many epochs dense training and retraining have together"),
        Arguments.of(
            by(Method.BIMP).setBudget(20.0).build(),
            "retrains for 2.0 epochs per phase within a budget of 20.0; the former must be 0, as the budget decides"),
        Arguments.of(
            by(Method.BIMP).setRetrainEpochs(0).setBudget(Double.NaN).build(),
            "has a budget of NaN epochs; it must be above 0 and at most 1000000"),
        Arguments.of(
            by(Method.BIMP).setRetrainEpochs(0).setBudget(20.0).setTotalRetrainEpochs(5.0).build(),
            "is given 5.0 epochs in all phases; only IMP can be, and the method is BIMP"),
        Arguments.of(
            by(Method.BIMP).setPhases(0).setRetrainEpochs(0).setBudget(20.0).build(),
            "has 0 phases; with BIMP it must be 1 to 1000"));
  }

  @ParameterizedTest
  @MethodSource
  void shouldKnowWhichPatternsThereAre(PruningPolicy policy, String sentence) {
    assertThatThrownBy(() -> Policies.requireValid("nightly", policy))
        .isInstanceOf(RefusedException.class)
        .hasMessage("Policy 'nightly' %s.".formatted(sentence));
  }

  static Stream<Arguments> shouldKnowWhichPatternsThereAre() {
    var good = pattern(2, 4, 0.5);
    return Stream.of(
        Arguments.of(
            pattern(0, 4, 0.5), "keeps 0 of every 4 weights; n must be at least 1 and below m"),
        Arguments.of(
            pattern(4, 4, 0.5), "keeps 4 of every 4 weights; n must be at least 1 and below m"),
        Arguments.of(
            pattern(2, 4, 0.5, 0.75),
            "prunes to sparsity 0.75; where 2 of every 4 weights stay it must be 0.5"),
        Arguments.of(
            PruningPolicy.newBuilder(good).setMethod(Method.IMP).setPhases(2).build(),
            "prunes to a pattern by IMP; with N_OF_M the method must be ONE_SHOT"),
        Arguments.of(
            PruningPolicy.newBuilder(good).setSelector(SelectorKind.ERK).build(),
            "has n = 2 and m = 4, but the selector ERK; both must be 0, as they are for N_OF_M"));
  }

  @ParameterizedTest
  @MethodSource
  void shouldAcceptEveryMethodSelectorAndSchedule(PruningPolicy policy) {
    Policies.requireValid("nightly", policy);
  }

  static Stream<PruningPolicy> shouldAcceptEveryMethodSelectorAndSchedule() {
    var methods =
        Stream.of(
            by(Method.ONE_SHOT).setRetrainEpochs(0).setSeeds(List.of(1L, 2L)),
            by(Method.IMP).setPhases(3),
            by(Method.IMP).setPhases(3).setRetrainEpochs(0).setTotalRetrainEpochs(10.0),
            by(Method.IMP_RENDA).setPhases(0),
            by(Method.IMP_RENDA).setPhases(1),
            by(Method.BIMP).setPhases(3).setRetrainEpochs(0).setBudget(20.0));
    var selectors =
        Stream.of(SelectorKind.values())
            .filter(kind -> kind != SelectorKind.UNKNOWN && kind != SelectorKind.N_OF_M)
            .map(kind -> by(Method.ONE_SHOT).setSelector(kind));
    var schedules =
        Stream.of(
                Schedule.ALLR, Schedule.FT, Schedule.LRW, Schedule.SLR, Schedule.CLR, Schedule.LLR)
            .map(schedule -> by(Method.ONE_SHOT).setSchedule(schedule));
    var patterns = Stream.of(pattern(2, 4, 0.5), pattern(1, 3, 2 / 3.0), pattern(1, 10, 0.9));
    return Stream.concat(
        Stream.of(methods, selectors, schedules).flatMap(any -> any).map(any -> any.build()),
        patterns);
  }

  /** For 2 epochs per phase, to 0.9. */
  private static PruningPolicy.Builder by(Method method) {
    return PruningPolicy.newBuilder(policy("nightly", "*", 0.9)).setMethod(method);
  }

  private static PruningPolicy pattern(int n, int m, Double... sparsities) {
    return PruningPolicy.newBuilder(policy("nightly", "*", sparsities))
        .setSelector(SelectorKind.N_OF_M)
        .setN(n)
        .setM(m)
        .build();
  }

  @ParameterizedTest
  @CsvSource({
    "*, resnet8, true",
    "resnet8, resnet8, true",
    "resnet8, resnet80, false",
    "resnet*, resnet56, true",
    "resnet?, resnet56, false",
    "resnet??, resnet56, true",
    "*net*, lenet5, true",
    "resnet.*, resnet8, false",
    "[a-z]*, resnet8, false",
    "resnet*, resnet, true",
    "*8, resnet8-88, true",
    "*8, resnet8-89, false",
    "*a*b*, xaxxbx, true",
    "*a*b*, xbxxax, false",
    "*aab, aaab, true",
    "'', resnet8, false",
    "*, '', true"
  })
  void shouldReadModelsAsAGlob(String glob, String model, boolean applies) {
    assertThat(Policies.appliesTo(policy("nightly", glob, 0.9), model)).isEqualTo(applies);
  }
}
