package io.topiary.pruner.pruning;

import static io.topiary.pruner.DenseNetworks.policy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.topiary.schemas.Method;
import io.topiary.schemas.PruningPolicy;
import io.topiary.schemas.Schedule;
import io.topiary.schemas.SelectorKind;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
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
            PruningPolicy.newBuilder(good).setRetrainEpochs(0).build(),
            "retrains for 0.0 epochs; it must be above 0 and at most 1000000"),
        Arguments.of(
            PruningPolicy.newBuilder(good).setRetrainEpochs(Double.NaN).build(),
            "retrains for NaN epochs; it must be above 0 and at most 1000000"),
        Arguments.of(
            PruningPolicy.newBuilder(good).setMethod(Method.UNKNOWN).build(),
            "has the method UNKNOWN; this version knows ONE_SHOT"),
        Arguments.of(
            PruningPolicy.newBuilder(good).setSelector(SelectorKind.UNKNOWN).build(),
            "has the selector UNKNOWN; this version knows GLOBAL_MAGNITUDE"),
        Arguments.of(
            PruningPolicy.newBuilder(good).setSchedule(Schedule.LINEAR).build(),
            "retrains with LINEAR; this version knows ALLR"));
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
