package io.topiary.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class IdsTest {

  private static final Optional<Artifact> NONE = Optional.empty();

  /** Golden values: were one to change, work already done would be taken for new. */
  @Test
  void shouldNeverChange() {
    assertThat(Ids.jobId(Samples.lineage(), Samples.recipe(1), NONE, NONE))
        .isEqualTo("6ab97f958609f1345ee1d430f05deec8");
    assertThat(Ids.checkpointId("job", Stage.PRUNED)).isEqualTo("c07a1f24281fbfdda070312b9075133c");
    assertThat(Ids.planId("dense", policy(List.of(0.7, 0.9), 2), 0.9))
        .isEqualTo("749c78b77aa9bed57d79258ffd912ede");
    var seeds = PruningPolicy.newBuilder(policy(List.of(0.7, 0.9), 2)).setSeeds(List.of(1L, 2L));
    assertThat(Ids.planId("dense", seeds.build(), 0.9, 1L))
        .isEqualTo("36850d8819c56420cfa9ec855bb0e2e5");
  }

  @Test
  void shouldNameAJobWithoutMomentumAsIfThereWereNone() {
    var weights = Optional.of(Samples.WEIGHTS);

    assertThat(Ids.jobId(Samples.lineage(), Samples.recipe(1), weights, weights, NONE))
        .isEqualTo(Ids.jobId(Samples.lineage(), Samples.recipe(1), weights, weights))
        .isEqualTo("298f52aabcde565c733c944585587a2e");
  }

  @Test
  void shouldBeTheSameForTheSameWork() {
    assertThat(Ids.jobId(Samples.lineage(), Samples.recipe(1), NONE, NONE))
        .isEqualTo(Ids.jobId(Samples.lineage(), Samples.recipe(1), NONE, NONE));
  }

  @Test
  void shouldDifferInEveryPartThatMakesWorkDifferent() {
    // Given
    var weights = Optional.of(Samples.WEIGHTS);
    var later = Lineage.newBuilder(Samples.lineage()).setGeneration("2026-11-23T10:00").build();
    var secondPhase = Lineage.newBuilder(Samples.lineage()).setPhase(2).build();
    var secondPlan = Lineage.newBuilder(Samples.lineage()).setPlan("second").build();

    // When
    var ids =
        Stream.of(
            Ids.jobId(Samples.lineage(), Samples.recipe(1), NONE, NONE),
            Ids.jobId(Samples.lineage(), Samples.recipe(2), NONE, NONE),
            Ids.jobId(Samples.lineage(), Samples.recipe(1), weights, NONE),
            Ids.jobId(Samples.lineage(), Samples.recipe(1), NONE, weights),
            Ids.jobId(Samples.lineage(), Samples.recipe(1), NONE, NONE, weights),
            Ids.jobId(Samples.lineage(), Samples.recipe(1), NONE, weights, weights),
            Ids.jobId(later, Samples.recipe(1), NONE, NONE),
            Ids.jobId(secondPhase, Samples.recipe(1), NONE, NONE),
            Ids.jobId(secondPlan, Samples.recipe(1), NONE, NONE));

    // Then
    assertThat(ids).doesNotHaveDuplicates();
  }

  @Test
  void shouldNameWorkHoweverLongItsNamesAre() {
    var policy = PruningPolicy.newBuilder(policy(List.of(0.9), 2));
    var globs = Stream.of("*".repeat(65_535), "*".repeat(65_536), "*".repeat(1_000_000));

    assertThat(globs.map(glob -> Ids.planId("dense", policy.setModels(glob).build(), 0.9)))
        .doesNotHaveDuplicates();
  }

  @Test
  void shouldNotDependOnWhereAnArtifactLies() {
    var moved = new Artifact("s3://bucket/" + "ab".repeat(32), 312_345L, "ab".repeat(32));

    assertThat(Ids.jobId(Samples.lineage(), Samples.recipe(1), Optional.of(moved), NONE))
        .isEqualTo(
            Ids.jobId(Samples.lineage(), Samples.recipe(1), Optional.of(Samples.WEIGHTS), NONE));
  }

  @Test
  void shouldTellPlansApartByCheckpointPolicyAndTarget() {
    // Given
    var policy = policy(List.of(0.7, 0.9), 2);

    // When
    var ids =
        Stream.of(
            Ids.planId("dense", policy, 0.7),
            Ids.planId("dense", policy, 0.9),
            Ids.planId("another", policy, 0.9),
            Ids.planId("dense", policy, 0.9, 1L),
            Ids.planId("dense", policy, 0.9, 2L),
            Ids.planId("dense", policy(List.of(0.7, 0.9), 3), 0.9));

    // Then
    assertThat(ids).doesNotHaveDuplicates();
    assertThat(Ids.planId("dense", policy, 0.9))
        .isEqualTo(Ids.planId("dense", policy(List.of(0.7, 0.9), 2), 0.9));
  }

  private static PruningPolicy policy(List<Double> sparsities, double retrainEpochs) {
    return PruningPolicy.newBuilder()
        .setName("all")
        .setModels("*")
        .setMethod(Method.ONE_SHOT)
        .setSelector(SelectorKind.GLOBAL_MAGNITUDE)
        .setSchedule(Schedule.ALLR)
        .setSparsities(sparsities)
        .setRetrainEpochs(retrainEpochs)
        .build();
  }
}
