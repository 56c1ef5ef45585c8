package io.topiary.pruner.pruning;

import static io.topiary.pruner.DenseNetworks.policy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.topiary.pruner.DenseNetworks;
import io.topiary.runtime.artifact.ArtifactStore;
import io.topiary.runtime.artifact.FileArtifactStore;
import io.topiary.runtime.recipe.LearningRates;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.LearningRatePlan;
import io.topiary.schemas.PruningPolicy;
import io.topiary.schemas.Recipe;
import io.topiary.schemas.Schedule;
import io.topiary.schemas.SelectorKind;
import io.topiary.sparsity.InvalidInputException;
import io.topiary.sparsity.mask.Mask;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** What a policy chooses: which weights go, and how fast the network is retrained. */
class PolicyChoicesTest {

  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  private static final double PEAK = 0.1;

  @TempDir private Path directory;

  private ArtifactStore artifacts;
  private Checkpoint dense;
  private PhasePruner pruner;

  @BeforeEach
  void open() {
    artifacts = FileArtifactStore.open(directory);
    dense = new DenseNetworks(artifacts).twoLayers("two-layers", 8);
    pruner = new PhasePruner(artifacts);
  }

  @Test
  void shouldPruneOtherWeightsByEverySelector() {
    // Given all that can take half of the weights
    var kinds =
        Stream.of(SelectorKind.values())
            .filter(kind -> kind != SelectorKind.UNKNOWN)
            .filter(kind -> kind != SelectorKind.UNIFORM_DENSE_FIRST)
            .toList();

    // When
    var masks = kinds.stream().map(kind -> mask(selecting(kind).build(), 0.5)).toList();

    // Then
    assertThat(masks).doesNotHaveDuplicates();
    assertThat(masks).extracting(Mask::alive).containsOnly(64L);
  }

  @Test
  void shouldTakeTheShareOfTheLayersThatTheSelectorStandsFor() {
    assertThat(removed(selecting(SelectorKind.UNIFORM), 0.5)).containsExactly(48, 16);
    assertThat(removed(selecting(SelectorKind.UNIFORM_DENSE_FIRST), 0.2)).containsExactly(0, 26);
    assertThat(removed(selecting(SelectorKind.N_OF_M), 0.5)).containsExactly(48, 16);
    // The scores are 12 + 8 and 8 + 4: of 64 that stay, 40 and 24.
    assertThat(removed(selecting(SelectorKind.ERK), 0.5)).containsExactly(56, 8);
    // The second layer's weights are three times as large.
    assertThat(removed(selecting(SelectorKind.GLOBAL_MAGNITUDE), 0.5).get(1)).isLessThan(12);
  }

  @Test
  void shouldKeepTwoOfEveryFour() {
    var mask = mask(selecting(SelectorKind.N_OF_M).build(), 0.5).tensor("first.weight");

    for (var group = 0; group < mask.size(); group += 4) {
      assertThat(IntStream.range(group, group + 4).filter(mask::isAlive)).hasSize(2);
    }
  }

  @Test
  void shouldDrawTheLotsOfThePlansSeed() {
    var policy = selecting(SelectorKind.RANDOM).build();

    assertThat(mask(policy, 0.5, 1)).isEqualTo(mask(policy, 0.5, 1));
    assertThat(mask(policy, 0.5, 1)).isNotEqualTo(mask(policy, 0.5, 2));
  }

  @Test
  void shouldPruneTheSameWhateverTheSeedWhereNothingGoesByLot() {
    var policy = selecting(SelectorKind.LAMP).build();

    assertThat(mask(policy, 0.5, 1)).isEqualTo(mask(policy, 0.5, 2));
    assertThat(first(policy, 0.5, 1).job().getJobId())
        .isNotEqualTo(first(policy, 0.5, 2).job().getJobId());
    assertThat(first(policy, 0.5, 2).job().getRecipe().getSeed()).isEqualTo(2);
  }

  @Test
  void shouldMakeOneMaskForPlansThatDifferInTheirSeedOnly() {
    // Given
    var weightsRead = new AtomicInteger();
    var masksWritten = new AtomicInteger();
    var counting =
        (ArtifactStore)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {ArtifactStore.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("read") && arguments[0].equals(dense.getArtifact())) {
                    weightsRead.incrementAndGet();
                  } else if (method.getName().equals("write")) {
                    masksWritten.incrementAndGet();
                  }
                  return method.invoke(artifacts, arguments);
                });
    var firstPhases = new PhasePruner(counting).firstPhases(dense);
    var lamp = selecting(SelectorKind.LAMP).build();
    var lots = selecting(SelectorKind.RANDOM).build();

    // When
    var alike = LongStream.range(0, 4).mapToObj(seed -> firstPhase(firstPhases, lamp, seed));

    // Then each is what it would be alone
    assertThat(alike)
        .containsExactlyElementsOf(
            LongStream.range(0, 4).mapToObj(seed -> first(lamp, 0.5, seed)).toList());
    assertThat(weightsRead).hasValue(1);
    assertThat(masksWritten).hasValue(1);

    // When, then
    LongStream.range(0, 4).forEach(seed -> firstPhase(firstPhases, lots, seed));
    assertThat(weightsRead).hasValue(5);
    assertThat(masksWritten).hasValue(5);
  }

  @Test
  void shouldRefuseMoreThanTheLaterLayersCanSpare() {
    assertThatThrownBy(() -> mask(selecting(SelectorKind.UNIFORM_DENSE_FIRST).build(), 0.5))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("'first.weight' stays dense; at most 31 can go");
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"UNKNOWN", "LINEAR", "STEP", "COSINE", "ONE_CYCLE"})
  void shouldRetrainAsTheScheduleSays(Schedule schedule) {
    // Given 850 iterations that fall linearly to 0
    var policy = PruningPolicy.newBuilder(policy("p", "*", 0.5)).setSchedule(schedule).build();

    // When 170 follow
    var plan = first(policy, 0.5, 42).job().getRecipe().getLearningRate();

    // Then
    assertThat(plan.getSchedule()).isEqualTo(schedule);
    assertThat(plan.getIterations()).isEqualTo(170);
    var d = Math.max(plan.getD1().orElse(0.0), plan.getD2().orElse(0.0));
    assertFollows(plan, closedForm(schedule, i -> PEAK * (1 - i / 850.0), d));
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"UNKNOWN", "LINEAR", "STEP", "COSINE", "ONE_CYCLE"})
  void shouldRetrainAfterAStepwiseDenseRunToo(Schedule schedule) {
    // Given 850 iterations, of which 10 are warm-up, with a tenth of the rate from 600 on
    var steps =
        LearningRatePlan.newBuilder(dense.getRecipe().getLearningRate())
            .setSchedule(Schedule.STEP)
            .setWarmUp(10)
            .setMilestones(List.of(600))
            .setFactor(0.1)
            .build();
    dense =
        Checkpoint.newBuilder(dense)
            .setRecipe(Recipe.newBuilder(dense.getRecipe()).setLearningRate(steps).build())
            .build();
    var policy = PruningPolicy.newBuilder(policy("p", "*", 0.5)).setSchedule(schedule).build();

    // When
    var job = first(policy, 0.5, 42).job();

    // Then
    var plan = job.getRecipe().getLearningRate();
    var d = Math.max(plan.getD1().orElse(0.0), plan.getD2().orElse(0.0));
    assertFollows(plan, closedForm(schedule, i -> i < 600 ? PEAK : 0.1 * PEAK, d));
    assertThat(job.getDense().orElseThrow().getLearningRate()).contains(steps);
  }

  private static void assertFollows(LearningRatePlan plan, IntToDoubleFunction closedForm) {
    var rates = LearningRates.schedule(plan);
    for (var i = 0; i < plan.getIterations(); i++) {
      assertThat(rates.learningRate(i))
          .as("iteration %d", i)
          .isCloseTo(closedForm.applyAsDouble(i), within(1e-12));
    }
  }

  /**
   * The rates of 170 iterations.
   *
   * @param dense the dense run's rates, those of its warm-up as high as the peak
   */
  private static IntToDoubleFunction closedForm(
      Schedule schedule, IntToDoubleFunction dense, double d) {
    var length = 850;
    var n = 170;
    var w = n / 10;
    var m = n - w;
    var least = dense.applyAsDouble(length - 1);
    IntToDoubleFunction afterwards =
        switch (schedule) {
          case SLR -> j -> dense.applyAsDouble(j * length / m);
          case CLR -> j -> least + (PEAK - least) * (1 + Math.cos(Math.PI * j / m)) / 2;
          case LLR -> j -> PEAK * (1 - j / (double) m);
          case ALLR -> j -> d * PEAK * (1 - j / (double) m);
          case FT, LRW, UNKNOWN, LINEAR, STEP, COSINE, ONE_CYCLE -> j -> Double.NaN;
        };
    var peak = schedule == Schedule.ALLR ? d * PEAK : PEAK;
    return switch (schedule) {
      case FT -> i -> least;
      case LRW -> i -> dense.applyAsDouble(length - n + i);
      case SLR, CLR, LLR, ALLR ->
          i ->
              i <= w
                  ? peak * (1 - Math.cos(Math.PI * i / w)) / 2
                  : afterwards.applyAsDouble(i - w - 1);
      case UNKNOWN, LINEAR, STEP, COSINE, ONE_CYCLE ->
          throw new IllegalArgumentException("no retraining");
    };
  }

  private static PruningPolicy.Builder selecting(SelectorKind kind) {
    var pattern = kind == SelectorKind.N_OF_M;
    return PruningPolicy.newBuilder(policy("p", "*", 0.5))
        .setSelector(kind)
        .setN(pattern ? 2 : 0)
        .setM(pattern ? 4 : 0);
  }

  private List<Integer> removed(PruningPolicy.Builder policy, double sparsity) {
    return mask(policy.build(), sparsity).tensors().values().stream()
        .map(tensor -> tensor.size() - tensor.alive())
        .toList();
  }

  private Mask mask(PruningPolicy policy, double sparsity) {
    return mask(policy, sparsity, 42);
  }

  private Mask mask(PruningPolicy policy, double sparsity, long seed) {
    return artifacts.read(first(policy, sparsity, seed).job().getMask().orElseThrow(), Mask::read);
  }

  private static PrunedNetwork firstPhase(
      PhasePruner.FirstPhases firstPhases, PruningPolicy policy, long seed) {
    return firstPhases.of(new WantedPlan("plan", policy, 0.5, seed), NOW);
  }

  private PrunedNetwork first(PruningPolicy policy, double sparsity, long seed) {
    return pruner.firstPhases(dense).of(new WantedPlan("plan", policy, sparsity, seed), NOW);
  }
}
