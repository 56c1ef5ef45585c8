package io.topiary.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.schemas.Lineage;
import io.topiary.schemas.TrainingJob;
import java.util.HashSet;
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
    assertThat(cancelled(dense.getJobId()).of(dense).cancelled())
        .contains("Somebody cancelled the job.");
    assertThat(cancelled(planned.getJobId()).of(planned).cancelled())
        .contains("Somebody cancelled the job.");
    assertThat(cancelled("plan").of(planned).cancelled())
        .contains("Somebody cancelled the plan plan.");
  }

  @Test
  void shouldLeaveOthersAlone() {
    // When, Then
    assertThat(cancelled("plan").of(dense).cancelled()).isEmpty();
    assertThat(cancelled(dense.getJobId()).of(planned).cancelled()).isEmpty();
    assertThat(cancelled("model").of(dense).cancelled()).isEmpty();
  }

  @Test
  void shouldHoldOnToWhatAnAttemptHasHeardThoughItIsLifted() {
    // Given
    var standing = new HashSet<>(Set.of(dense.getJobId()));
    var cancellations = new Cancellations(standing::contains);
    var orders = cancellations.of(dense);
    assertThat(orders.cancelled()).isPresent();

    // When
    standing.clear();

    // Then
    assertThat(orders.cancelled()).contains("Somebody cancelled the job.");
    assertThat(cancellations.of(dense).cancelled()).isEmpty();
  }

  private static Cancellations cancelled(String id) {
    return new Cancellations(Set.of(id)::contains);
  }
}
