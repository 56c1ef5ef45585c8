package io.topiary.cli.demo;

import static io.topiary.cli.demo.DemoRecords.checkpoint;
import static io.topiary.cli.demo.DemoRecords.evaluation;
import static io.topiary.cli.demo.DemoRecords.outcome;
import static io.topiary.cli.demo.DemoRecords.planDone;
import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.schemas.Result;
import io.topiary.schemas.Stage;
import io.topiary.schemas.Work;
import io.topiary.sparsity.plan.PruningPlan;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DemoResultsTest {

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void shouldBeCompleteWithTheLastRecordInWhateverOrder(long seed) {
    // Given all records of a run, some of them twice
    var results =
        new DemoResults(List.of(PruningPlan.imp(0.9, 3, 10, 2), PruningPlan.imp(0.7, 3, 10, 2)));
    List<Runnable> arrivals = new ArrayList<>();
    arrivals.add(() -> results.add(checkpoint(Stage.DENSE, 0)));
    arrivals.add(() -> results.add(evaluation(Stage.DENSE, 0, 1_700, 0, 0)));
    for (var sparsity : List.of(0.7, 0.9)) {
      arrivals.add(() -> results.add(planDone(sparsity)));
      for (var phase : List.of(1, 2, 3)) {
        for (var stage : List.of(Stage.PRUNED, Stage.RETRAINED)) {
          arrivals.add(() -> results.add(checkpoint(stage, sparsity, phase, 3)));
          arrivals.add(() -> results.add(evaluation(stage, sparsity, phase, 3, 1_600, 150, 50)));
        }
      }
    }
    Collections.shuffle(arrivals, new Random(seed));

    // When, Then
    for (var arrival : arrivals) {
      assertThat(results.complete()).isFalse();
      arrival.run();
      arrival.run();
    }
    assertThat(results.complete()).isTrue();
    assertThat(results.failure()).isEmpty();
  }

  @Test
  void shouldTellTheFirstFailure() {
    var results = new DemoResults(List.of(PruningPlan.oneShot(0.9, 10, 2)));

    results.add(outcome("job", Work.TRAINING, Result.DONE, null));
    results.add(outcome("job", Work.TRAINING, Result.FAILED, "The loss became NaN in epoch 1."));
    results.fail("and then another");

    assertThat(results.failure()).contains("The loss became NaN in epoch 1.");
  }
}
