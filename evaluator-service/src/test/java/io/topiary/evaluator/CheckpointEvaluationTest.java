package io.topiary.evaluator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.topiary.engine.BatchNormRefresh;
import io.topiary.engine.Evaluator;
import io.topiary.engine.Predictions;
import io.topiary.engine.Weights;
import io.topiary.engine.data.Images;
import io.topiary.runtime.artifact.FileArtifactStore;
import io.topiary.runtime.queue.JobRefusedException;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.ClassScore;
import io.topiary.schemas.Evaluation;
import io.topiary.schemas.LayerSparsity;
import io.topiary.schemas.MeasuredSpeedup;
import io.topiary.schemas.Schedule;
import io.topiary.schemas.Score;
import io.topiary.schemas.Stage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointEvaluationTest {

  private static final Instant NOW = Instant.parse("2026-11-22T11:00:00Z");

  @TempDir private Path folder;

  private TestCheckpoints checkpoints;
  private CheckpointEvaluation evaluation;

  @BeforeEach
  void open() {
    var artifacts = FileArtifactStore.open(folder);
    checkpoints = new TestCheckpoints(artifacts, "cnn");
    evaluation = EvaluatorFixture.evaluation(artifacts, Clock.fixed(NOW, ZoneOffset.UTC));
  }

  @Test
  void shouldMeasureADenseNetworkAsItIs() throws Exception {
    // Given
    var checkpoint = checkpoints.dense();

    // When
    var evaluated = evaluate(checkpoint);

    // Then
    assertThat(evaluated.getValidation())
        .isEqualTo(score(TestCheckpoints.trained(), TestCheckpoints.DATA.validation()));
    assertThat(evaluated.getTest())
        .isEqualTo(score(TestCheckpoints.trained(), TestCheckpoints.DATA.test()));
    assertThat(evaluated.getCheckpointId()).isEqualTo(checkpoint.getCheckpointId());
    assertThat(evaluated.getStage()).isEqualTo(Stage.DENSE);
    assertThat(evaluated.getNetwork()).isEqualTo("small-cnn");
    assertThat(evaluated.getSparsity()).isZero();
    assertThat(evaluated.getTheoreticalSpeedup()).isEqualTo(1);
    assertThat(evaluated.getDenseTest()).isEmpty();
    assertThat(evaluated.getTestDisagreement()).isEmpty();
    assertThat(evaluated.getStability()).isEmpty();
    assertThat(evaluated.getDenseValidation()).isEmpty();
    assertThat(evaluated.getDenseBytesGzipped()).isEmpty();
    assertThat(evaluated.getAt()).isEqualTo(NOW);
    assertThat(evaluated.getMadeAt()).hasValue(TestCheckpoints.AT);
    assertThat(evaluated.getSeed()).hasValue(1L);
  }

  @Test
  void shouldRefreshBatchNormOfAPrunedNetworkMeasureAndThrowAway() throws Exception {
    // Given
    var checkpoint = checkpoints.pruned();
    var files = files();
    var data = TestCheckpoints.DATA;

    // When
    var evaluated = evaluate(checkpoint);

    // Then
    var pruned = TestCheckpoints.trained().masked(TestCheckpoints.mask());
    var refreshed = BatchNormRefresh.refresh(pruned, data.train(), 64, images -> {});
    var dense = predictions(TestCheckpoints.trained(), data.test());
    var own = predictions(refreshed, data.test());
    assertThat(evaluated.getValidation()).isEqualTo(score(refreshed, data.validation()));
    assertThat(evaluated.getTest()).isEqualTo(Answers.score(own));
    assertThat(evaluated.getTest()).isNotEqualTo(score(pruned, data.test()));
    assertThat(evaluated.getDenseTest()).hasValue(Answers.score(dense));
    assertThat(evaluated.getStability()).hasValue(own.accuracy() / dense.accuracy());
    assertThat(evaluated.getTestDisagreement())
        .hasValueSatisfying(
            disagreement ->
                assertThat(dense.correct() - disagreement.getLost() + disagreement.getWon())
                    .isEqualTo(own.correct()));
    assertThat(evaluated.getSparsity()).isEqualTo(TestCheckpoints.mask().sparsity());
    assertThat(evaluated.getTargetSparsity()).isEqualTo(TestCheckpoints.SPARSITY);
    assertThat(files()).isEqualTo(files);
  }

  @Test
  void shouldTellClassesApart() throws Exception {
    // Given
    var data = TestCheckpoints.DATA;

    // When
    var evaluated = evaluate(checkpoints.dense());

    // Then
    assertThat(sum(evaluated.getValidationClasses())).isEqualTo(sum(evaluated.getValidation()));
    assertThat(sum(evaluated.getTestClasses())).isEqualTo(sum(evaluated.getTest()));
    assertThat(evaluated.getTestClasses())
        .extracting(ClassScore::getLabel)
        .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    var answers = predictions(TestCheckpoints.trained(), data.test()).answers();
    var correct =
        IntStream.range(0, data.test().size())
            .filter(i -> data.test().label(i) == 3 && answers.get(i) == 3)
            .count();
    assertThat(evaluated.getTestClasses().get(3).getCorrect()).isEqualTo((int) correct);
  }

  @Test
  void shouldCompressTheFileOfANetworkAndOfItsAncestor() throws Exception {
    // Given
    var weights = TestCheckpoints.retrained();

    // When
    var evaluated = evaluate(checkpoints.retrained(weights));

    // Then
    assertThat(evaluated.getBytesGzipped()).hasValue(gzipped(weights));
    assertThat(evaluated.getDenseBytesGzipped()).hasValue(gzipped(TestCheckpoints.trained()));
    assertThat(evaluated.getBytesGzipped().orElseThrow())
        .isLessThan(evaluated.getDenseBytesGzipped().orElseThrow());
  }

  @Test
  void shouldTimeANetworkAtBothBatchSizes() throws Exception {
    // When
    var evaluated = evaluate(checkpoints.retrained(TestCheckpoints.retrained()));

    // Then a figure is told or the reason why not, and the answers were no reason
    assertThat(evaluated.getMeasured())
        .allSatisfy(
            measured -> {
              assertThat(measured.getRounds()).isEqualTo(9);
              assertThat(measured.getDense().getP50()).isPositive();
              assertThat(measured.getSparse().getP99())
                  .isGreaterThanOrEqualTo(measured.getSparse().getP50());
              assertThat(measured.getSpeedup().isPresent())
                  .isNotEqualTo(measured.getWithheld().isPresent());
              measured
                  .getWithheld()
                  .ifPresent(reason -> assertThat(reason).contains("dense baseline drifted"));
            })
        .extracting(MeasuredSpeedup::getBatch)
        .containsExactly(1, 64);
    assertThat(evaluated.getProtocol())
        .hasValueSatisfying(
            protocol -> {
              assertThat(protocol.getDenseEngine()).contains("PyTorch", "BatchNorm folded");
              assertThat(protocol.getSparseEngine()).isNotBlank();
              assertThat(protocol.getThreads()).isEqualTo(1);
            });
  }

  @Test
  void shouldEndWhenItsWorkerStopsAfterTheLastImage() {
    // Given a worker that is told to stop when all images are done
    var data = TestCheckpoints.DATA;
    var all = (long) data.validation().size() + data.test().size();
    var stopping = new AtomicBoolean();
    var listener =
        new EvaluationListener() {
          @Override
          public void onImages(long done, long total) {
            stopping.set(done == all);
          }

          @Override
          public boolean stopping() {
            return stopping.get();
          }
        };

    // When, then
    assertThatThrownBy(() -> evaluation.evaluate("id", checkpoints.dense(), listener))
        .isInstanceOf(EvaluationStoppedException.class);
  }

  @Test
  void shouldMeasureARetrainedNetworkAsItIsAgainstItsAncestor() throws Exception {
    // Given
    var weights = TestCheckpoints.retrained();

    // When
    var evaluated = evaluate(checkpoints.retrained(weights));

    // Then
    assertThat(evaluated.getTest()).isEqualTo(score(weights, TestCheckpoints.DATA.test()));
    assertThat(evaluated.getDenseTest())
        .hasValue(score(TestCheckpoints.trained(), TestCheckpoints.DATA.test()));
    assertThat(evaluated.getDenseValidation())
        .hasValue(score(TestCheckpoints.trained(), TestCheckpoints.DATA.validation()));
    assertThat(evaluated.getStability()).isEmpty();
    assertThat(evaluated.getSparsity()).isEqualTo(TestCheckpoints.mask().sparsity());
    assertThat(evaluated.getLayers())
        .extracting(LayerSparsity::getName)
        .containsExactly("conv1.weight", "conv2.weight", "conv3.weight", "fc.weight");
  }

  @Test
  void shouldMeasureANetworkThatWasTrainedSparseAsItIsAndAlone() throws Exception {
    // Given
    var weights = TestCheckpoints.retrained();
    var checkpoint = checkpoints.sparse(weights);

    // When
    var evaluated = evaluate(checkpoint);

    // Then its zeros count, and there is nothing to hold it against
    assertThat(evaluated.getStage()).isEqualTo(Stage.SPARSE);
    assertThat(evaluated.getLineage()).isEqualTo(checkpoint.getLineage());
    assertThat(evaluated.getSchedule()).isEqualTo(Schedule.LINEAR);
    assertThat(evaluated.getTargetSparsity()).isEqualTo(TestCheckpoints.SPARSITY);
    assertThat(evaluated.getValidation())
        .isEqualTo(score(weights, TestCheckpoints.DATA.validation()));
    assertThat(evaluated.getTest()).isEqualTo(score(weights, TestCheckpoints.DATA.test()));
    assertThat(evaluated.getSparsity()).isEqualTo(TestCheckpoints.mask().sparsity());
    assertThat(evaluated.getLayers())
        .extracting(LayerSparsity::getZeros)
        .containsExactly(13L, 54L, 216L, 60L);
    // A fourth of the multiply-adds is left but in the first layer, where 5 of 18 weights are.
    assertThat(evaluated.getFlopsDense()).isEqualTo(3 * 14_112 + 80);
    assertThat(evaluated.getFlopsSparse()).isCloseTo(3_920 + 2 * 3_528 + 20, within(1e-9));
    assertThat(evaluated.getTheoreticalSpeedup()).isCloseTo(42_416 / 10_996.0, within(1e-12));
    assertThat(evaluated.getDenseTest()).isEmpty();
    assertThat(evaluated.getValidationDisagreement()).isEmpty();
    assertThat(evaluated.getTestDisagreement()).isEmpty();
    assertThat(evaluated.getStability()).isEmpty();

    // And only the images that it is asked about go through it
    var data = TestCheckpoints.DATA;
    assertThat(done(checkpoint))
        .endsWith((long) data.validation().size() + data.test().size())
        .isSorted();
  }

  @Test
  void shouldAskADenseAncestorOnceOnly() throws Exception {
    // Given
    var data = TestCheckpoints.DATA;
    var asked = (long) data.validation().size() + data.test().size();
    var retrained = checkpoints.retrained(TestCheckpoints.retrained());

    // When
    var first = done(retrained);
    var second = done(retrained);
    var pruned = done(checkpoints.pruned());

    // Then
    assertThat(first).startsWith(0L).endsWith(2 * asked).isSorted();
    assertThat(second).startsWith(0L).endsWith(asked).isSorted();
    assertThat(pruned).startsWith(0L).endsWith(data.train().size() + asked).isSorted();
  }

  @Test
  void shouldRefuseWhatItCannotUnderstand() {
    // Given
    var unknown = Checkpoint.newBuilder(checkpoints.dense()).setStage(Stage.UNKNOWN).build();
    var maskless = Checkpoint.newBuilder(checkpoints.pruned()).clearMask().build();

    // When, then
    assertThatThrownBy(() -> evaluate(unknown))
        .isInstanceOf(JobRefusedException.class)
        .hasMessageContaining("DENSE, PRUNED, RETRAINED, SPARSE");
    assertThatThrownBy(() -> evaluate(maskless))
        .isInstanceOf(JobRefusedException.class)
        .hasMessageContaining("must have a mask");
  }

  private Evaluation evaluate(Checkpoint checkpoint) throws IOException {
    return evaluation.evaluate("id", checkpoint, (done, total) -> {});
  }

  /** What the listener hears, the total of which must be true from the start. */
  private List<Long> done(Checkpoint checkpoint) throws IOException {
    var heard = new ArrayList<Long>();
    var totals = new ArrayList<Long>();
    evaluation.evaluate(
        "id",
        checkpoint,
        (done, total) -> {
          heard.add(done);
          totals.add(total);
        });
    assertThat(totals).containsOnly(heard.get(heard.size() - 1));
    return heard;
  }

  private List<Path> files() throws IOException {
    try (var files = Files.walk(folder)) {
      return files.sorted().toList();
    }
  }

  private static List<Integer> sum(List<ClassScore> classes) {
    return List.of(
        classes.stream().mapToInt(ClassScore::getImages).sum(),
        classes.stream().mapToInt(ClassScore::getCorrect).sum());
  }

  private static List<Integer> sum(Score score) {
    return List.of(score.getImages(), score.getCorrect());
  }

  private long gzipped(Weights weights) throws IOException {
    var file = folder.resolve("weights.safetensors");
    weights.write(file, Map.of());
    var bytes = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(bytes)) {
      Files.copy(file, gzip);
    }
    return bytes.size();
  }

  private static Score score(Weights weights, Images images) {
    return Answers.score(predictions(weights, images));
  }

  private static Predictions predictions(Weights weights, Images images) {
    return Evaluator.evaluate(weights, images, done -> {});
  }
}
