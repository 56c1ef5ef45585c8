package io.topiary.runtime.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.topiary.schemas.BuiltInNetwork;
import io.topiary.schemas.DataSpec;
import io.topiary.schemas.LearningRatePlan;
import io.topiary.schemas.Lineage;
import io.topiary.schemas.Method;
import io.topiary.schemas.NetworkSpec;
import io.topiary.schemas.Recipe;
import io.topiary.schemas.Schedule;
import java.util.List;
import org.junit.jupiter.api.Test;

class LabelsTest {

  private static final Lineage LINEAGE =
      Lineage.newBuilder().setModel("resnet8").setGeneration("an id").setPlan("an id").build();

  private static final Recipe RECIPE =
      Recipe.newBuilder()
          .setNetwork(new NetworkSpec(new BuiltInNetwork("resnet8", 8), List.of(1, 28, 28), 10))
          .setData(new DataSpec("mnist", "an id", 1, 1, 1L, 1, 0))
          .setEpochs(1.0)
          .setBatchSize(1)
          .setLearningRate(
              LearningRatePlan.newBuilder()
                  .setSchedule(Schedule.ALLR)
                  .setPeak(0.1)
                  .setWarmUp(0)
                  .setIterations(1)
                  .build())
          .setMomentum(0.9)
          .setWeightDecay(0.0)
          .setSeed(1L)
          .setThreads(1)
          .build();

  @Test
  void shouldWriteSparsitiesAsPeopleDo() {
    assertThat(Labels.of(LINEAGE, RECIPE, 0.9)).isEqualTo(labels("0.9"));
    assertThat(Labels.of(LINEAGE, RECIPE, 0)).isEqualTo(labels("0"));
    assertThat(Labels.of(LINEAGE, RECIPE, 0.9375)).isEqualTo(labels("0.9375"));
    assertThat(Labels.of(LINEAGE, RECIPE, Double.NaN)).isEqualTo(labels("NaN"));
  }

  @Test
  void shouldSayHowANetworkIsPruned() {
    var planned = Lineage.newBuilder(LINEAGE).setPhase(1);

    assertThat(method(Lineage.newBuilder(LINEAGE).clearPlan().build())).isEqualTo("dense");
    assertThat(method(Lineage.newBuilder(LINEAGE).clearPlan().setMethod(Method.GMP).build()))
        .isEqualTo("gmp");
    assertThat(method(planned.setPhases(11).setMethod(Method.IMP_RENDA).build()))
        .isEqualTo("imp-renda");
    assertThat(method(planned.setPhases(1).setMethod(Method.UNKNOWN).build())).isEqualTo("unknown");
  }

  @Test
  void shouldTakePlansOfBeforeTheMethodWasSaidForOneShot() {
    assertThat(method(Lineage.newBuilder(LINEAGE).setPhase(1).build())).isEqualTo("one-shot");
  }

  private static String method(Lineage lineage) {
    return Labels.of(lineage, RECIPE, 0.9).stream()
        .filter(tag -> tag.getKey().equals("method"))
        .map(Tag::getValue)
        .findFirst()
        .orElseThrow();
  }

  private static Tags labels(String sparsity) {
    return Tags.of(
        "model", "resnet8", "method", "one-shot", "schedule", "allr", "sparsity", sparsity);
  }
}
