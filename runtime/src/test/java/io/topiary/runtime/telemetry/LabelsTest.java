package io.topiary.runtime.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Tags;
import io.topiary.schemas.BuiltInNetwork;
import io.topiary.schemas.DataSpec;
import io.topiary.schemas.LearningRatePlan;
import io.topiary.schemas.Lineage;
import io.topiary.schemas.NetworkSpec;
import io.topiary.schemas.Recipe;
import io.topiary.schemas.Schedule;
import java.util.List;
import org.junit.jupiter.api.Test;

class LabelsTest {

  private static final Lineage LINEAGE =
      Lineage.newBuilder().setModel("resnet8").setGeneration("an id").setPlan("an id").build();

  private static final Recipe RECIPE =
      new Recipe(
          new NetworkSpec(new BuiltInNetwork("resnet8", 8), List.of(1, 28, 28), 10),
          new DataSpec("mnist", "an id", 1, 1, 1L, 1),
          1.0,
          1,
          LearningRatePlan.newBuilder()
              .setSchedule(Schedule.ALLR)
              .setPeak(0.1)
              .setWarmUp(0)
              .setIterations(1)
              .build(),
          0.9,
          0.0,
          1L,
          1);

  @Test
  void shouldWriteSparsitiesAsPeopleDo() {
    assertThat(Labels.of(LINEAGE, RECIPE, 0.9)).isEqualTo(labels("0.9"));
    assertThat(Labels.of(LINEAGE, RECIPE, 0)).isEqualTo(labels("0"));
    assertThat(Labels.of(LINEAGE, RECIPE, 0.9375)).isEqualTo(labels("0.9375"));
    assertThat(Labels.of(LINEAGE, RECIPE, Double.NaN)).isEqualTo(labels("NaN"));
  }

  private static Tags labels(String sparsity) {
    return Tags.of("model", "resnet8", "schedule", "allr", "sparsity", sparsity);
  }
}
