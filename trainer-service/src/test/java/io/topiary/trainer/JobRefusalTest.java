package io.topiary.trainer;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.topiary.engine.Weights;
import io.topiary.runtime.artifact.CorruptArtifactException;
import io.topiary.runtime.queue.JobRefusedException;
import io.topiary.schemas.Artifact;
import io.topiary.schemas.BuiltInNetwork;
import io.topiary.schemas.DataSpec;
import io.topiary.schemas.Method;
import io.topiary.schemas.NetworkSpec;
import io.topiary.schemas.Schedule;
import io.topiary.schemas.TrainingJob;
import io.topiary.sparsity.InvalidInputException;
import io.topiary.sparsity.network.Shape;
import io.topiary.sparsity.safetensors.SafetensorsWriter;
import io.topiary.sparsity.safetensors.Tensor;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class JobRefusalTest extends JobTrainingFixture {

  @Test
  void shouldRefuseMomentumThatDoesNotFitTheNetwork() {
    // Given the momentum of nothing but a bias
    var bias = Tensor.floats("fc1.bias", Shape.of(8), FloatBuffer.allocate(8));
    var momentum = artifacts.write(file -> SafetensorsWriter.write(file, Map.of(), List.of(bias)));
    var job = TestJobs.withMomentum(TestJobs.dense("misfit", 5), momentum);

    // When, then
    assertThatThrownBy(() -> train(job, progress -> true))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("There is no tensor 'fc1.weight'");
  }

  @Test
  void shouldRefuseAMaskBesideAMethodAndAMethodThatPrunesNothingInTraining() throws Exception {
    // Given
    var dense = run(TestJobs.dense("both", 5));
    var both = halved(sparse(Method.GMP, 180), dense);
    var oneShot = sparse(Method.ONE_SHOT, 180);

    // When, then
    assertThatThrownBy(() -> run(both))
        .isInstanceOf(JobRefusedException.class)
        .hasMessageContaining("a mask to keep and the method GMP");
    assertThatThrownBy(() -> run(oneShot))
        .isInstanceOf(JobRefusedException.class)
        .hasMessageContaining("The recipe's method is ONE_SHOT, but");
  }

  static List<Arguments> impossibleJobs() {
    var job = TestJobs.dense("impossible", 5);
    var spec = TestJobs.data();
    return List.of(
        refused(
            "unknown network",
            TestJobs.with(job, recipe -> recipe.setNetwork(builtIn("resnet9", 0))),
            "There is no network 'resnet9'"),
        refused(
            "too wide a network",
            TestJobs.with(job, recipe -> recipe.setNetwork(builtIn("resnet8", 1 << 16))),
            "and so 38654705664 elements; it must have at most 536870911."),
        refused(
            "unknown data set",
            TestJobs.with(job, recipe -> recipe.setData(data("imagenet", spec))),
            "There is no data set 'imagenet'"),
        refused(
            "other data",
            TestJobs.with(
                job,
                recipe ->
                    recipe.setData(DataSpec.newBuilder(spec).setSha256("0".repeat(64)).build())),
            "has the SHA-256 " + spec.getSha256()),
        refused(
            "other split",
            TestJobs.with(
                job,
                recipe -> recipe.setData(DataSpec.newBuilder(spec).setTrainingImages(1).build())),
            "it must be 1, 600 and 2000 by seed"),
        refused(
            "no batch", TestJobs.with(job, recipe -> recipe.setBatchSize(0)), "Batch size is 0"),
        refused(
            "too much momentum", TestJobs.with(job, recipe -> recipe.setMomentum(1)), "Momentum"),
        refused(
            "no rate",
            TestJobs.withPlan(job, plan -> plan.setPeak(Double.NaN)),
            "The peak rate is NaN"),
        refused(
            "unknown schedule",
            TestJobs.withPlan(job, plan -> plan.setSchedule(Schedule.UNKNOWN)),
            "it knows LINEAR, ALLR"),
        refused(
            "no threads",
            TestJobs.with(job, recipe -> recipe.setThreads(0)),
            "A job has 0 threads"),
        refused("divergence", TestJobs.withPlan(job, plan -> plan.setPeak(1e30)), "diverged"),
        refused(
            "lost weights",
            TestJobs.from(job, new Artifact("file:///nowhere", 1L, "0".repeat(64))),
            "file:///nowhere"),
        refused(
            "lost momentum",
            TestJobs.withMomentum(job, new Artifact("file:///nowhere", 1L, "0".repeat(64))),
            "file:///nowhere"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("impossibleJobs")
  void shouldRefuse(String what, TrainingJob job, String sentence) {
    assertThatThrownBy(() -> train(job, progress -> true))
        .isInstanceOfAny(
            InvalidInputException.class, CorruptArtifactException.class, JobRefusedException.class)
        .hasMessageContaining(sentence);
  }

  @Test
  void shouldNameTheTensorThatIsNoNumberOrHasTheWrongShapeOrIsMissing() throws Exception {
    // Given
    var job = TestJobs.dense("tensors", 5);
    var nan = new float[8];
    nan[3] = Float.NaN;

    // When, then
    assertRefused(job, Map.of("fc1.bias", nan), "'fc1.bias'");
    assertRefused(job, Map.of("fc1.bias", new float[9]), "'fc1.bias'");
    assertRefused(job, Map.of("fc1.bias", new float[0]), "'fc1.bias'");
  }

  private void assertRefused(TrainingJob job, Map<String, float[]> changed, String sentence) {
    var initial = Weights.initial(NETWORK, 1);
    var tensors = new ArrayList<Tensor>();
    for (var parameter : NETWORK.parameters()) {
      var values = changed.get(parameter.name());
      if (values == null) {
        tensors.add(Tensor.floats(parameter.name(), parameter.shape(), initial.values(parameter)));
      } else if (values.length > 0) {
        tensors.add(
            Tensor.floats(parameter.name(), Shape.of(values.length), FloatBuffer.wrap(values)));
      }
    }
    var start = artifacts.write(file -> SafetensorsWriter.write(file, Map.of(), tensors));
    assertThatThrownBy(() -> train(TestJobs.from(job, start), progress -> true))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(sentence);
  }

  private static Arguments refused(String what, TrainingJob job, String sentence) {
    return Arguments.of(what, job, sentence);
  }

  private static NetworkSpec builtIn(String name, int width) {
    return new NetworkSpec(new BuiltInNetwork(name, width), List.of(1, 28, 28), 10);
  }

  private static DataSpec data(String name, DataSpec like) {
    return DataSpec.newBuilder(like).setName(name).build();
  }
}
