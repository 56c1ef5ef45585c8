package io.topiary.pruner;

import static io.topiary.pruner.DenseNetworks.LINEAR;
import static io.topiary.pruner.DenseNetworks.policy;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.runtime.artifact.ArtifactStore;
import io.topiary.runtime.artifact.FileArtifactStore;
import io.topiary.runtime.deadletter.DeadLetters;
import io.topiary.runtime.streams.PoisonHandler;
import io.topiary.schemas.Artifact;
import io.topiary.schemas.BuiltInNetwork;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.NetworkSpec;
import io.topiary.schemas.Recipe;
import io.topiary.schemas.Result;
import io.topiary.schemas.Stage;
import io.topiary.schemas.Topic;
import io.topiary.schemas.Topics;
import io.topiary.schemas.Work;
import io.topiary.sparsity.network.Shape;
import io.topiary.sparsity.safetensors.SafetensorsWriter;
import io.topiary.sparsity.safetensors.Tensor;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.kafka.streams.errors.ProcessingExceptionHandler;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Poison never blocks, and faults are never poison. */
class PoisonAndFaultTest {

  private static final Duration TICK = Duration.ofSeconds(1);

  @TempDir private Path directory;

  private Path store;
  private ArtifactStore artifacts;
  private DenseNetworks networks;
  private PrunerDriver pruner;

  @BeforeEach
  void start() {
    store = directory.resolve("artifacts");
    artifacts = FileArtifactStore.open(store);
    networks = new DenseNetworks(artifacts);
    pruner = new PrunerDriver(artifacts, directory.resolve("state"));
  }

  @AfterEach
  void stop() {
    pruner.close();
  }

  /** Makes a checkpoint bad in one way. */
  private interface Spoiling {
    Checkpoint of(PoisonAndFaultTest test, Checkpoint good) throws IOException;
  }

  static Stream<Arguments> shouldPutABadCheckpointAsideAndGoOn() {
    return Stream.of(
        bad(
            "a wrong digest",
            "should have the SHA-256",
            (test, good) ->
                with(
                    good,
                    new Artifact(
                        good.getArtifact().getUri(),
                        good.getArtifact().getSize(),
                        "00".repeat(32)))),
        bad(
            "a missing artifact",
            "does not exist",
            (test, good) ->
                with(good, new Artifact(good.getArtifact().getUri() + "0", 8L, "00".repeat(32)))),
        bad(
            "an artifact outside the store",
            "should be a file below",
            (test, good) -> with(good, new Artifact("file:///etc/passwd", 8L, "00".repeat(32)))),
        bad(
            "no safetensors",
            "is no valid safetensors file",
            (test, good) ->
                with(good, test.artifacts.write(file -> Files.writeString(file, "PK\3\4")))),
        bad(
            "a missing tensor",
            "There is no tensor 'fc.bias'",
            (test, good) -> with(good, test.tensors(tensor("fc.weight", 2, 2)))),
        bad(
            "a tensor of another shape",
            "has shape [3, 2]; it must be [2, 2]",
            (test, good) ->
                with(good, test.tensors(tensor("fc.weight", 3, 2), tensor("fc.bias", 2)))),
        bad(
            "NaN",
            "Weight 2 of tensor 'fc.weight' is NaN",
            (test, good) ->
                with(
                    good,
                    test.networks.weights(
                        LINEAR,
                        Map.of(
                            "fc.weight", List.of(1f, 2f, Float.NaN, 4f),
                            "fc.bias", List.of(0f, 0f))))),
        bad(
            "an unknown network",
            "There is no network 'resnet9'",
            (test, good) ->
                Checkpoint.newBuilder(good)
                    .setRecipe(
                        Recipe.newBuilder(good.getRecipe())
                            .setNetwork(
                                new NetworkSpec(
                                    new BuiltInNetwork("resnet9", 0), List.of(1, 28, 28), 10))
                            .build())
                    .build()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void shouldPutABadCheckpointAsideAndGoOn(String what, String sentence, Spoiling spoiling)
      throws IOException {
    // Given
    pruner.send(policy("strong", "*", 0.5));
    var bad = spoiling.of(this, networks.linear("linear", "tonight"));

    // When
    pruner.send(bad);
    pruner.send(networks.linear("linear", "tomorrow"));

    // Then
    var letter = onlyDeadLetter();
    assertThat(letter.key()).isEqualTo("linear");
    assertThat(letter.value()).isEqualTo(Topics.CHECKPOINTS.serde().encode(bad));
    assertThat(header(letter, DeadLetters.MESSAGE)).contains(sentence);
    assertThat(header(letter, DeadLetters.TOPIC)).isEqualTo(Topics.CHECKPOINTS.name());
    assertThat(pruner.outcomes())
        .singleElement()
        .satisfies(
            outcome -> {
              assertThat(outcome.getWork()).isEqualTo(Work.PLAN);
              assertThat(outcome.getResult()).isEqualTo(Result.FAILED);
              assertThat(outcome.getReason().orElseThrow()).contains(sentence);
              assertThat(outcome.getLineage().getPlan()).contains(outcome.getId());
              assertThat(outcome.getLineage().getGeneration()).isEqualTo("tonight");
            });
    assertThat(pruner.counter("topiary.dead.letters", "topic", Topics.CHECKPOINTS.name()))
        .isEqualTo(1);
    assertThat(pruner.jobs())
        .extracting(job -> job.getLineage().getGeneration())
        .containsExactly("tomorrow");
    assertThat(pruner.unready()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource
  void shouldPutAsideWhatCannotBeDecoded(Topic<?> topic) {
    // Given
    var noise = new byte[100];
    new Random(7).nextBytes(noise);
    var undecodable = List.of(noise, new byte[0], new byte[] {(byte) 0xC3, 1});
    pruner.send(policy("strong", "*", 0.5));

    // When
    undecodable.forEach(bytes -> pruner.sendBytes(topic, "linear", bytes));
    pruner.send(networks.linear("linear", "tonight"));

    // Then
    var letters = pruner.deadLetters();
    assertThat(letters).extracting(TestRecord::value).containsExactlyElementsOf(undecodable);
    assertThat(letters)
        .allSatisfy(
            letter -> assertThat(header(letter, DeadLetters.TOPIC)).isEqualTo(topic.name()));
    assertThat(pruner.counter("topiary.dead.letters", "topic", topic.name())).isEqualTo(3);
    assertThat(pruner.jobs()).hasSize(1);
  }

  static Stream<Topic<?>> shouldPutAsideWhatCannotBeDecoded() {
    return Stream.of(Topics.CHECKPOINTS, Topics.OUTCOMES, Topics.POLICIES, Topics.CONTROLS);
  }

  @Test
  void shouldPutACheckpointUnderAnotherKeyAside() {
    // Given
    pruner.send(policy("strong", "*", 0.5));
    var dense = networks.linear("linear", "tonight");

    // When
    pruner.send(Topics.CHECKPOINTS, "another", dense);
    pruner.sendBytes(Topics.CHECKPOINTS, null, Topics.CHECKPOINTS.serde().encode(dense));

    // Then
    assertThat(pruner.deadLetters())
        .hasSize(2)
        .allSatisfy(
            letter ->
                assertThat(header(letter, DeadLetters.MESSAGE))
                    .contains("the key must be the model"));
    assertThat(pruner.jobs()).isEmpty();
  }

  @Test
  void shouldPutAnOutcomeUnderAnotherKeyAside() {
    // Given
    pruner.send(policy("strong", "*", 0.5));
    pruner.send(networks.linear("linear", "tonight"));
    var job = pruner.jobs().get(0);
    pruner.sendOutcome(job, Result.FAILED, "The disk is full.");
    var outcome = pruner.outcomes().get(0);

    // When
    pruner.send(Topics.OUTCOMES, "another", outcome);
    pruner.sendBytes(Topics.OUTCOMES, null, Topics.OUTCOMES.serde().encode(outcome));

    // Then
    assertThat(pruner.deadLetters())
        .hasSize(2)
        .allSatisfy(
            letter ->
                assertThat(header(letter, DeadLetters.MESSAGE))
                    .contains("Outcome " + outcome.getId())
                    .contains("the key must be the model"));
  }

  @ParameterizedTest
  @MethodSource
  void shouldPutAsideWhatHasNoValue(Topic<?> topic) {
    // When
    pruner.sendBytes(topic, "linear", null);

    // Then
    var letter = onlyDeadLetter();
    assertThat(letter.key()).isEqualTo("linear");
    assertThat(letter.value()).isNull();
    assertThat(header(letter, DeadLetters.MESSAGE))
        .contains("The record under the key 'linear' has no value");
    assertThat(pruner.counter("topiary.dead.letters", "topic", topic.name())).isEqualTo(1);
  }

  static Stream<Topic<?>> shouldPutAsideWhatHasNoValue() {
    return Stream.of(Topics.CHECKPOINTS, Topics.OUTCOMES);
  }

  @Test
  void shouldPutAsideWhatALaterVersionHasSent() {
    // Given
    pruner.send(policy("strong", "*", 0.5));
    var dense = networks.linear("linear", "tonight");
    pruner.send(dense);
    var job = pruner.jobs().get(0);

    // When
    pruner.send(Checkpoint.newBuilder(dense).setStage(Stage.UNKNOWN).build());
    pruner.sendOutcome(job, Result.UNKNOWN, null);

    // Then
    assertThat(pruner.deadLetters())
        .extracting(letter -> header(letter, DeadLetters.MESSAGE))
        .satisfiesExactly(
            message -> assertThat(message).contains("a stage that this version does not know"),
            message -> assertThat(message).contains("in a way that this version does not know"));
    assertThat(pruner.outcomes()).isEmpty();
  }

  @Test
  void shouldPutAnInvalidPolicyAsideOnceAndKeepTheOneBefore() {
    // Given
    pruner.send(policy("strong", "*", 0.5));

    // When
    pruner.send(policy("strong", "*", 0.5, 1.5));
    pruner.advance(Duration.ofMinutes(1));
    pruner.send(networks.linear("linear", "tonight"));
    pruner.send(networks.linear("linear", "tomorrow"));

    // Then
    var letter = onlyDeadLetter();
    assertThat(header(letter, DeadLetters.MESSAGE))
        .isEqualTo("Policy 'strong' prunes to sparsity 1.5; it must be above 0 and below 1.");
    assertThat(letter.value())
        .isEqualTo(Topics.POLICIES.serde().encode(policy("strong", "*", 0.5, 1.5)));
    assertThat(pruner.counter("topiary.dead.letters", "topic", Topics.POLICIES.name()))
        .isEqualTo(1);
    assertThat(pruner.jobs()).hasSize(2);
  }

  @Test
  void shouldFailOnlyTheTargetsThatCannotBeReached() {
    // Given one weight of four that has to stay
    pruner.send(policy("strong", "*", 0.5, 0.99));

    // When
    pruner.send(networks.linear("linear", "tonight"));

    // Then
    assertThat(pruner.jobs()).singleElement().extracting("targetSparsity").isEqualTo(0.5);
    assertThat(pruner.outcomes())
        .singleElement()
        .satisfies(
            outcome -> assertThat(outcome.getReason().orElseThrow()).contains("empty a tensor"));
    assertThat(pruner.deadLetters()).hasSize(1);
  }

  @Test
  void shouldRefuseATargetOnceWhateverComesAgain() {
    // Given
    pruner.send(policy("strong", "*", 0.5, 0.99));
    var dense = networks.linear("linear", "tonight");
    pruner.send(dense);
    assertThat(pruner.outcomes()).hasSize(1);
    assertThat(pruner.deadLetters()).hasSize(1);

    // When the checkpoint comes again, and the policies change
    pruner.send(dense);
    pruner.send(policy("others", "resnet*", 0.5));
    pruner.advance(TICK);

    // Then
    assertThat(pruner.outcomes()).isEmpty();
    assertThat(pruner.deadLetters()).isEmpty();
    assertThat(pruner.counter("topiary.pruner.plans", "result", "failed")).isEqualTo(1);
  }

  @Test
  void shouldApplyACorrectedPolicyWhereItWasRefused() {
    // Given
    pruner.send(policy("strong", "*", 0.5, 0.99));
    pruner.send(networks.linear("linear", "tonight"));
    assertThat(pruner.checkpoints()).extracting("targetSparsity").containsExactly(0.5);
    assertThat(pruner.deadLetters()).hasSize(1);

    // When
    pruner.send(policy("strong", "*", 0.5, 0.75));
    pruner.advance(TICK);

    // Then only what is missing is done
    assertThat(pruner.checkpoints()).extracting("targetSparsity").containsExactly(0.75);

    // When it is edited once more, with nothing left to correct
    pruner.send(policy("strong", "*", 0.5, 0.25));
    pruner.advance(TICK);

    // Then
    assertThat(pruner.checkpoints()).isEmpty();
    assertThat(pruner.deadLetters()).isEmpty();
  }

  @Test
  void shouldTakeAnythingElseForABug() {
    var response = new PoisonHandler().handleError(null, null, new IllegalStateException("A bug."));

    assertThat(response.result()).isEqualTo(ProcessingExceptionHandler.Result.FAIL);
  }

  private TestRecord<String, byte[]> onlyDeadLetter() {
    var letters = pruner.deadLetters();
    assertThat(letters).hasSize(1);
    return letters.get(0);
  }

  private Artifact tensors(Tensor... tensors) {
    return artifacts.write(file -> SafetensorsWriter.write(file, Map.of(), List.of(tensors)));
  }

  private static Tensor tensor(String name, int... shape) {
    var dimensions = Shape.of(shape);
    return Tensor.floats(name, dimensions, FloatBuffer.allocate((int) dimensions.elements()));
  }

  private static Arguments bad(String what, String sentence, Spoiling spoiling) {
    return Arguments.of(what, sentence, spoiling);
  }

  private static Checkpoint with(Checkpoint checkpoint, Artifact artifact) {
    return Checkpoint.newBuilder(checkpoint).setArtifact(artifact).build();
  }

  private static String header(TestRecord<String, byte[]> letter, String name) {
    return new String(letter.headers().lastHeader(name).value(), UTF_8);
  }
}
