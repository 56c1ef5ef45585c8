package io.topiary.cli.compare.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.cli.options.DataOptions;
import io.topiary.cli.options.NetworkOptions;
import io.topiary.cli.options.PruningRequest;
import io.topiary.cli.options.SparseMethod;
import io.topiary.cli.options.SparsifierRequest;
import io.topiary.cli.options.Subject;
import io.topiary.cli.options.TrainingOptions;
import io.topiary.cli.options.TrainingRequest;
import io.topiary.pruner.pruning.Policies;
import io.topiary.runtime.artifact.FileArtifactStore;
import io.topiary.schemas.Method;
import io.topiary.sparsity.schedule.RetrainingRule;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ExperimentTest {

  private static final Identity IDENTITY = new Identity(Instant.EPOCH, "mlp-sample");

  private final Subject subject =
      Subject.open(NetworkOptions.of("mlp", 8).source(), new DataOptions());

  @TempDir private Path folder;

  @Test
  void shouldMakeEveryCellOnceFromTheDenseNetworkOfItsSeed() {
    // Given all schedules, as the paper compares them
    var request =
        new Schedules(
            List.of(RetrainingRule.values()),
            List.of(0.7, 0.8, 0.9),
            45,
            Share.parse("--retrain", List.of(Share.USUAL)),
            training("--seed", "5"),
            3);

    // When
    request.requirePossible(subject);
    var experiment = request.experiment(subject, IDENTITY, FileArtifactStore.open(folder));

    // Then there is one trial for each, and each has an id of its own
    assertThat(experiment.dense()).extracting(DenseTraining::seed).containsExactly(5L, 6L, 7L);
    assertThat(experiment.dense()).extracting(DenseTraining::model).doesNotHaveDuplicates();
    assertThat(experiment.trials()).hasSize(6 * 3 * 3 * 3);
    assertThat(experiment.trials()).extracting(Trial::workId).doesNotHaveDuplicates();
    assertThat(experiment.trials()).extracting(Trial::cell).doesNotHaveDuplicates();

    // And the pruner accepts every policy, each for one model
    var policies = Experiment.policies(experiment.trials());
    assertThat(policies).hasSize(6 * 3 * 3);
    policies.forEach(policy -> Policies.requireValid(policy.getName(), policy));
    for (var trial : experiment.trials()) {
      var pruning = (Trial.Pruning) trial;
      assertThat(pruning.dense().seed()).isEqualTo(trial.cell().seed());
      assertThat(pruning.policy().getModels()).isEqualTo(pruning.dense().model());
      assertThat(pruning.policy().getRetrainEpochs()).isEqualTo(trial.cell().retrainEpochs());
    }
  }

  @Test
  void shouldBeTheSameWorkWheneverItIsAskedForAgain() {
    var request =
        new Schedules(
            List.of(RetrainingRule.ALLR),
            List.of(0.9),
            9,
            Share.parse("--retrain", List.of("1/9")),
            training(),
            2);
    var artifacts = FileArtifactStore.open(folder);

    var first = request.experiment(subject, IDENTITY, artifacts);
    var again = request.experiment(subject, IDENTITY, artifacts);
    var other =
        request.experiment(subject, new Identity(Instant.EPOCH.plusMillis(1), "m"), artifacts);

    assertThat(again).isEqualTo(first);
    assertThat(other.trials())
        .extracting(Trial::workId)
        .doesNotContainAnyElementsOf(first.trials().stream().map(Trial::workId).toList());
  }

  @Test
  void shouldGiveAllMethodsTheSameEpochsInAll() {
    // Given
    var request =
        new Methods(
            Optional.of(PruningRequest.bimp(List.of(0.9), 10, Optional.empty(), Optional.empty())),
            List.of(sparsifier(SparseMethod.GSM), sparsifier(SparseMethod.STR)),
            10,
            training(),
            2);

    // When
    request.requirePossible(subject);
    var experiment = request.experiment(subject, IDENTITY, FileArtifactStore.open(folder));

    // Then
    assertThat(experiment.dense()).hasSize(2);
    assertThat(experiment.trials()).hasSize(3 * 2);
    assertThat(experiment.jobs())
        .extracting(job -> job.getRecipe().getSeed())
        .containsExactly(1L, 1L, 1L, 2L, 2L, 2L);
    for (var trial : experiment.trials()) {
      var dense =
          trial instanceof Trial.Pruning pruning
              ? pruning.dense().job().getRecipe().getEpochs()
              : 0;
      assertThat(dense + trial.epochs()).isEqualTo(10);
    }
    assertThat(experiment.jobs())
        .filteredOn(job -> job.getLineage().getMethod().equals(Optional.of(Method.GSM)))
        .allMatch(job -> job.getRecipe().getMomentum() == 0.98);
  }

  private static SparsifierRequest sparsifier(SparseMethod method) {
    return SparsifierRequest.of(method, 0.9, Optional.empty(), Optional.empty());
  }

  private static TrainingRequest training(String... options) {
    return CommandLine.populateCommand(new TrainingOptions(), options).request();
  }
}
