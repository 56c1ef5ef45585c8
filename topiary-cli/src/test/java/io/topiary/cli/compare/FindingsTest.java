package io.topiary.cli.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.cli.compare.experiment.Experiment;
import io.topiary.cli.compare.experiment.Identity;
import io.topiary.cli.compare.experiment.Schedules;
import io.topiary.cli.compare.experiment.Share;
import io.topiary.cli.compare.experiment.Trial;
import io.topiary.cli.compare.result.Run;
import io.topiary.cli.options.DataOptions;
import io.topiary.cli.options.NetworkOptions;
import io.topiary.cli.options.Subject;
import io.topiary.cli.options.TrainingOptions;
import io.topiary.cli.pipeline.TopicReader.DeadLetter;
import io.topiary.runtime.artifact.FileArtifactStore;
import io.topiary.schemas.Lineage;
import io.topiary.schemas.Outcome;
import io.topiary.schemas.Result;
import io.topiary.schemas.Work;
import io.topiary.sparsity.schedule.RetrainingRule;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class FindingsTest {

  @TempDir private Path folder;
  private Experiment experiment = new Experiment(List.of(), List.of());
  private Findings findings = new Findings(experiment);

  @BeforeEach
  void plan() {
    var subject = Subject.open(NetworkOptions.of("mlp", 8).source(), new DataOptions());
    var training = CommandLine.populateCommand(new TrainingOptions()).request();
    experiment =
        new Schedules(
                List.of(RetrainingRule.FT, RetrainingRule.ALLR),
                List.of(0.8, 0.9),
                9,
                Share.parse("--retrain", List.of("1/9")),
                training,
                2)
            .experiment(
                subject, new Identity(Instant.EPOCH, "mlp"), FileArtifactStore.open(folder));
    findings = new Findings(experiment);
  }

  @Test
  void shouldFailWithTheDenseNetwork() {
    // When the dense training of the second seed fails
    var dense = experiment.dense().get(1);
    findings.add(outcome(dense.job().getJobId(), dense.model(), Result.FAILED));

    // Then so does all that would be pruned from it, and nothing else
    assertThat(findings.failure(dense)).contains("It diverged.");
    assertThat(new Results(experiment, findings).runs())
        .hasSize(4)
        .allMatch(run -> run.seed() == dense.seed())
        .extracting(Run::failure)
        .containsOnly(Optional.of("It diverged."));
    assertThat(findings.complete(experiment)).isFalse();
  }

  @Test
  void shouldFailWithThePlanOrWithItsPolicy() {
    // When a plan fails, and a policy is refused
    var plan = (Trial.Pruning) experiment.trials().get(0);
    var last = (Trial.Pruning) experiment.trials().get(7);
    findings.add(outcome(plan.workId(), plan.dense().model(), Result.CANCELLED));
    findings.add(new DeadLetter(last.policy().getName(), "It is refused."));

    // Then both sparsities of the policy fail, and of the plan its own
    assertThat(experiment.trials().stream().filter(findings::ended))
        .extracting(Trial::cell)
        .containsExactly(plan.cell(), experiment.trials().get(5).cell(), last.cell());
  }

  @Test
  void shouldLeaveOutWhatIsNotAboutItsModels() {
    var plan = experiment.trials().get(0);

    findings.add(outcome(plan.workId(), "another-model", Result.FAILED));

    assertThat(findings.ended(plan)).isFalse();
  }

  @Test
  void shouldTellTimeLeftByThePaceSoFar() {
    // Given
    var workload = new Workload(experiment, findings);
    assertThat(workload.left(1)).isEmpty();

    // When the first dense network of 9 epochs took 18 s to train, and failed to be evaluated
    var dense = experiment.dense().get(0);
    var done = outcome(dense.job().getJobId(), dense.model(), Result.DONE);
    workload.add(done);
    findings.add(outcome(dense.job().getJobId(), dense.model(), Result.FAILED));

    // Then 9 epochs of the other one are left, and its 4 retrainings, on two slots
    assertThat(workload.total()).isEqualTo(10);
    assertThat(workload.done()).isEqualTo(5);
    assertThat(workload.left(2)).contains(Duration.ofSeconds(13));
  }

  private static Outcome outcome(String id, String model, Result result) {
    var outcome =
        Outcome.newBuilder()
            .setId(id)
            .setWork(Work.TRAINING)
            .setResult(result)
            .setLineage(Lineage.newBuilder().setModel(model).setGeneration("1").build())
            .setWorker("worker")
            .setDurationMillis(18_000)
            .setAt(Instant.EPOCH);
    if (result != Result.DONE) {
      outcome.setReason("It diverged.");
    }
    return outcome.build();
  }
}
