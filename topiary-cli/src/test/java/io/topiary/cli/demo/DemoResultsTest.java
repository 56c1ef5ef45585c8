package io.topiary.cli.demo;

import static io.topiary.cli.demo.DemoRecords.checkpoint;
import static io.topiary.cli.demo.DemoRecords.evaluation;
import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.schemas.Lineage;
import io.topiary.schemas.Outcome;
import io.topiary.schemas.Result;
import io.topiary.schemas.Stage;
import io.topiary.schemas.Work;
import java.time.Instant;
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
    var results = new DemoResults(List.of(0.9, 0.7));
    List<Runnable> arrivals = new ArrayList<>();
    arrivals.add(() -> results.add(checkpoint(Stage.DENSE, 0)));
    arrivals.add(() -> results.add(evaluation(Stage.DENSE, 0, 1_700, 0, 0)));
    for (var sparsity : List.of(0.7, 0.9)) {
      for (var stage : List.of(Stage.PRUNED, Stage.RETRAINED)) {
        arrivals.add(() -> results.add(checkpoint(stage, sparsity)));
        arrivals.add(() -> results.add(evaluation(stage, sparsity, 1_600, 150, 50)));
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
    var results = new DemoResults(List.of(0.9));

    results.add(outcome(Result.DONE, null));
    results.add(outcome(Result.FAILED, "The loss became NaN in epoch 1."));
    results.fail("and then another");

    assertThat(results.failure()).contains("The loss became NaN in epoch 1.");
  }

  private static Outcome outcome(Result result, String reason) {
    return new Outcome(
        "job",
        Work.TRAINING,
        result,
        Lineage.newBuilder().setModel("demo").setGeneration("1").build(),
        reason,
        "worker",
        1L,
        Instant.EPOCH);
  }
}
