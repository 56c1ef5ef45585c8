package io.topiary.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.schemas.Lineage;
import io.topiary.schemas.TrainingJob;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CancellationsTest {

  private final TrainingJob dense = TestJobs.dense("model", 5);
  private final TrainingJob planned =
      TestJobs.withOwnId(
          TrainingJob.newBuilder(dense)
              .setLineage(Lineage.newBuilder(dense.getLineage()).setPlan("plan").build()));

  @Test
  void shouldKnowAJobByItsIdOrItsPlan() {
    // When, Then
    assertThat(cancelled(dense.getJobId()).reason(dense)).contains("Somebody cancelled the job.");
    assertThat(cancelled(planned.getJobId()).reason(planned))
        .contains("Somebody cancelled the job.");
    assertThat(cancelled("plan").reason(planned)).contains("Somebody cancelled the plan plan.");
  }

  @Test
  void shouldLeaveOthersAlone() {
    // When, Then
    assertThat(cancelled("plan").reason(dense)).isEmpty();
    assertThat(cancelled(dense.getJobId()).reason(planned)).isEmpty();
    assertThat(cancelled("model").reason(dense)).isEmpty();
  }

  private static Cancellations cancelled(String id) {
    return new Cancellations(Set.of(id)::contains);
  }
}
