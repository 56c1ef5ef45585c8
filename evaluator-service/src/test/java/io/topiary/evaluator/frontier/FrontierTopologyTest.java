package io.topiary.evaluator.frontier;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.topiary.runtime.deadletter.DeadLetters;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.Evaluation;
import io.topiary.schemas.FrontierPoint;
import io.topiary.schemas.FrontierSample;
import io.topiary.schemas.Score;
import io.topiary.schemas.Stage;
import io.topiary.schemas.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrontierTopologyTest {

  private static final List<String> STORES =
      List.of(
          FrontierStores.CHECKPOINTS,
          FrontierStores.MODELS,
          FrontierStores.EVALUATIONS,
          FrontierStores.SAMPLES,
          FrontierStores.POINTS);

  @TempDir private Path folder;

  private FrontierDriver frontier;

  @BeforeEach
  void open() {
    frontier = new FrontierDriver(folder);
  }

  @AfterEach
  void close() {
    frontier.close();
  }

  @Test
  void shouldAggregateOverSeeds() {
    // Given, when
    for (var seed = 1; seed <= 3; seed++) {
      frontier.send(
          Networks.evaluation(Networks.retrained("cnn", seed, 0), 800 + 10 * seed, 900 - seed)
              .build());
    }

    // Then
    var point = frontier.onlyPoint();
    assertThat(point.getCount()).isEqualTo(3);
    assertThat(point.getSeeds()).containsExactly(1L, 2L, 3L);
    assertThat(point.getValidation().getMean()).isEqualTo(0.82);
    assertThat(point.getValidation().getStd().orElseThrow()).isCloseTo(0.01, within(1e-12));
    assertThat(point.getBest().getTestAccuracy()).isEqualTo(0.897);
  }

  @Test
  void shouldCountACheckpointOnceHoweverOftenItComes() {
    // Given
    var checkpoint = Networks.retrained("cnn", 1, 0);
    var evaluation = Networks.evaluation(checkpoint, 800, 800).build();

    // When
    frontier.send(evaluation);
    frontier.send(checkpoint);
    frontier.send(evaluation);
    frontier.send(checkpoint);

    // Then
    assertThat(frontier.onlyPoint().getCount()).isEqualTo(1);
  }

  @Test
  void shouldReplaceACheckpointThatIsEvaluatedAgain() {
    // Given
    var checkpoint = Networks.retrained("cnn", 1, 0);
    var first = Networks.evaluation(checkpoint, 800, 800).build();
    var again =
        Networks.evaluation(checkpoint, 700, 700).setAt(first.getAt().plusSeconds(1)).build();

    // When
    frontier.send(first);
    frontier.send(again);
    frontier.send(first);

    // Then
    assertThat(frontier.onlyPoint().getCount()).isEqualTo(1);
    assertThat(frontier.onlyPoint().getValidation().getMean()).isEqualTo(0.7);
    assertThat(frontier.gauge("topiary.accuracy")).isEqualTo(0.7);
    assertThat(frontier.gauge("topiary.validation.accuracy")).isEqualTo(0.7);
  }

  @Test
  void shouldForgetThePointOfAGroupThatItsOnlyCheckpointHasLeft() {
    // Given
    var checkpoint = Networks.retrained("cnn", 1, 0);
    var first = Networks.evaluation(checkpoint, 800, 800).setData("mnist").build();
    frontier.send(first);

    // When
    frontier.send(
        Networks.evaluation(checkpoint, 700, 700).setAt(first.getAt().plusSeconds(1)).build());

    // Then
    assertThat(frontier.onlyPoint().getData()).isEqualTo(Networks.DATA);
    assertThat(frontier.findGauge("topiary.accuracy", "data", "mnist")).isEmpty();
  }

  @Test
  void shouldForgetWhatTheTopicsKeepNoLonger() {
    // Given a network of the first hour, and another seed's of thirty days later
    var aMonth = Duration.ofDays(30);
    var old = Networks.pruned(Networks.dense("cnn", 1, 0), 1, 1);
    var younger =
        Networks.pruned(Networks.dense("cnn", 2, Math.toIntExact(aMonth.toMinutes())), 1, 1);
    for (var pruned : List.of(old, younger)) {
      var retrained = Networks.retrained(pruned);
      frontier.send(pruned);
      frontier.send(retrained);
      frontier.send(Networks.evaluation(pruned, 500, 500).build());
      frontier.send(Networks.evaluation(retrained, 800, 800).build());
    }

    // When
    frontier.advance(Topics.KEPT.minusHours(1));

    // Then both are there
    assertThat(frontier.points().values()).extracting(FrontierPoint::getCount).containsOnly(2);

    // When
    frontier.advance(Duration.ofHours(3));

    // Then the older one is nowhere
    assertThat(frontier.points().values())
        .extracting(FrontierPoint::getSeeds)
        .containsOnly(List.of(2L))
        .hasSize(2);
    assertThat(STORES).extracting(frontier::entries).containsOnly(2L);
    assertThat(frontier.ask("/checkpoints/" + old.getCheckpointId())).isEmpty();

    // When
    frontier.advance(aMonth);

    // Then nothing is there, and nothing is shown
    assertThat(STORES).extracting(frontier::entries).containsOnly(0L);
    assertThat(frontier.findGauge("topiary.accuracy")).isEmpty();
  }

  @Test
  void shouldLeaveOutNetworksOnTheirWay() {
    // Given
    var dense = Networks.dense("cnn", 1, 0);
    var first = Networks.retrained(Networks.pruned(dense, 1, 2));
    var last = Networks.pruned(first, 2, 2);

    // When
    frontier.send(Networks.evaluation(first, 990, 990).build());

    // Then
    assertThat(frontier.points()).isEmpty();

    // When
    frontier.send(Networks.evaluation(last, 300, 300).build());
    frontier.send(Networks.evaluation(Networks.retrained(last), 850, 850).build());

    // Then
    assertThat(frontier.points().values())
        .extracting(point -> point.getStage() + " " + point.getMethod())
        .containsExactlyInAnyOrder("PRUNED imp", "RETRAINED imp");
    assertThat(frontier.gauge("topiary.stability", "stage", "pruned")).isEqualTo(0.5);
    assertThat(frontier.findGauge("topiary.stability", "stage", "retrained")).isEmpty();
  }

  @Test
  void shouldLearnTheSeedOfAnEarlierVersionsEvaluationFromItsCheckpoint() {
    // Given two seeds that no evaluation tells, and that the frontier takes for one
    var checkpoints = List.of(Networks.retrained("cnn", 1, 0), Networks.retrained("cnn", 2, 5));
    for (var checkpoint : checkpoints) {
      frontier.send(Networks.ofAnEarlierVersion(Networks.evaluation(checkpoint, 800, 800)));
    }
    assertThat(frontier.onlyPoint().getCount()).isEqualTo(1);

    // When
    checkpoints.forEach(frontier::send);

    // Then
    assertThat(frontier.onlyPoint().getSeeds()).containsExactly(1L, 2L);
    assertThat(frontier.onlyPoint().getNewest().getMadeAt()).isEqualTo(checkpoints.get(1).getAt());
  }

  @Test
  void shouldKeepModelsApartWhoseNamesBeginAlike() {
    // Given, when
    for (var model : List.of("cnn", "cnn/2", "cnn2")) {
      var checkpoint = Networks.retrained(model, 1, 0);
      frontier.send(checkpoint);
      frontier.send(Networks.evaluation(checkpoint, 800, 800).build());
    }

    // Then
    assertThat(frontier.ask("/models/cnn").orElseThrow().get("checkpoints")).hasSize(1);
    assertThat(frontier.ask("/frontier?model=cnn").orElseThrow().get("points")).hasSize(1);
    assertThat(frontier.ask("/models/cnn%2F2").orElseThrow().get("points")).hasSize(1);
    assertThat(frontier.ask("/frontier").orElseThrow().get("points")).hasSize(3);
  }

  @Test
  void shouldMakeDeadLettersOfWhatItCanMakeNothingOf() {
    // Given
    var evaluation = Networks.evaluation(Networks.retrained("cnn", 1, 0), 800, 800);
    var noImages = Evaluation.newBuilder(evaluation).setTest(new Score(0, 0, 0.0)).build();
    var strange = Evaluation.newBuilder(evaluation).setStage(Stage.UNKNOWN).build();

    // When
    frontier.send(Topics.EVALUATIONS, "cnn", "no Avro".getBytes(UTF_8));
    frontier.send(Topics.EVALUATIONS, "cnn", null);
    frontier.send(
        Topics.EVALUATIONS, "other", Topics.EVALUATIONS.serde().encode(evaluation.build()));
    frontier.send(noImages);
    frontier.send(strange);
    frontier.send(Topics.CHECKPOINTS, "cnn", "no Avro".getBytes(UTF_8));
    frontier.send(evaluation.build());

    // Then
    var letters = frontier.deadLetters();
    assertThat(letters)
        .extracting(letter -> header(letter, DeadLetters.REFUSED_BY))
        .containsOnly("topiary-frontier");
    assertThat(letters)
        .extracting(letter -> header(letter, DeadLetters.MESSAGE))
        .satisfiesExactly(
            why -> assertThat(why).contains("should be a Evaluation"),
            why -> assertThat(why).contains("has no value"),
            why -> assertThat(why).contains("under the key 'other'"),
            why -> assertThat(why).contains("of no images"),
            why -> assertThat(why).contains("a stage that this version does not know"),
            why -> assertThat(why).contains("should be a Checkpoint"));
    assertThat(
            frontier
                .registry
                .get("topiary.dead.letters")
                .tag("topic", "topiary.evaluations")
                .counter()
                .count())
        .isEqualTo(5);
    assertThat(frontier.onlyPoint().getCount()).isEqualTo(1);
  }

  private static String header(TestRecord<String, byte[]> letter, String name) {
    return new String(letter.headers().lastHeader(name).value(), UTF_8);
  }

  @Test
  void shouldShowTheNewestNetworkAndOnlyWhatIsKnownOfIt() {
    // Given
    var older = Networks.retrained("cnn", 1, 0);
    var newer = Networks.retrained("cnn", 2, 5);
    var measured =
        List.of(Networks.measured(1, Optional.of(5.0)), Networks.measured(64, Optional.of(3.0)));
    frontier.send(Networks.evaluation(older, 800, 810).setMeasured(measured).build());
    assertThat(frontier.gauge("topiary.measured.speedup", "batch", "64")).isEqualTo(3);

    // When
    frontier.send(
        Networks.evaluation(newer, 700, 710)
            .setMeasured(
                List.of(
                    Networks.measured(1, Optional.of(6.0)),
                    Networks.measured(64, Optional.empty())))
            .build());
    frontier.send(Networks.evaluation(Networks.retrained("cnn", 3, 1), 990, 990).build());

    // Then
    assertThat(frontier.gauge("topiary.accuracy")).isEqualTo(0.71);
    assertThat(frontier.gauge("topiary.sparsity")).isEqualTo(0.901);
    assertThat(frontier.gauge("topiary.theoretical.speedup")).isEqualTo(4);
    assertThat(frontier.gauge("topiary.measured.speedup", "batch", "1")).isEqualTo(6);
    assertThat(frontier.findGauge("topiary.measured.speedup", "batch", "64")).isEmpty();
    assertThat(frontier.registry.get("topiary.accuracy").gauge().getId().getTags())
        .extracting(tag -> tag.getKey() + "=" + tag.getValue())
        .containsExactlyInAnyOrder(
            "model=cnn",
            "data=fashion-mnist-sample",
            "method=one-shot",
            "schedule=allr",
            "sparsity=0.9",
            "stage=retrained");
  }

  @Test
  void shouldWithdrawItsGaugesWhenThePartitionMoves() {
    // Given
    frontier.send(Networks.evaluation(Networks.retrained("cnn", 1, 0), 800, 800).build());
    assertThat(frontier.gauge("topiary.accuracy")).isEqualTo(0.8);

    var meters = frontier.registry;

    // When
    frontier.close();
    frontier = new FrontierDriver(folder);

    // Then
    assertThat(meters.getMeters())
        .extracting(meter -> meter.getId().getName())
        .containsOnly("topiary.dead.letters");
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void shouldComeToTheSamePointsInAnyOrder(long seed) {
    // Given networks of several groups, seeds and generations, some evaluated twice
    var random = new Random(seed);
    var evaluations = new HashMap<String, Evaluation>();
    var checkpoints = new ArrayList<Checkpoint>();
    var records = new ArrayList<SpecificRecord>();
    for (var i = 0; i < 40; i++) {
      var dense = Networks.dense("cnn" + random.nextInt(2), random.nextInt(4), i);
      var checkpoint =
          switch (random.nextInt(3)) {
            case 0 -> dense;
            case 1 -> Networks.pruned(dense, 1, 1);
            default -> Networks.retrained(Networks.pruned(dense, 1 + random.nextInt(2), 2));
          };
      checkpoints.add(checkpoint);
      for (var time = 0; time <= random.nextInt(2); time++) {
        var evaluation =
            Networks.evaluation(checkpoint, random.nextInt(1_000), random.nextInt(1_000))
                .setAt(checkpoint.getAt().plusSeconds(10 + time));
        evaluations.put(
            checkpoint.getCheckpointId(),
            random.nextInt(4) == 0 ? Networks.ofAnEarlierVersion(evaluation) : evaluation.build());
        records.add(evaluations.get(checkpoint.getCheckpointId()));
      }
    }
    records.addAll(checkpoints);
    IntStream.range(0, 20).forEach(i -> records.add(records.get(random.nextInt(records.size()))));
    Collections.shuffle(records, random);

    // When
    for (var record : records) {
      if (record instanceof Evaluation evaluation) {
        frontier.send(evaluation);
      } else {
        frontier.send((Checkpoint) record);
      }
    }

    // Then
    var samples = new HashMap<Group, List<FrontierSample>>();
    for (var checkpoint : checkpoints) {
      var evaluation = evaluations.get(checkpoint.getCheckpointId());
      if (Samples.isOfLastPhase(evaluation)) {
        samples
            .computeIfAbsent(Group.of(evaluation), group -> new ArrayList<>())
            .add(Samples.of(evaluation, Optional.of(checkpoint)));
      }
    }
    assertThat(frontier.points().values())
        .as("seed %d", seed)
        .containsExactlyInAnyOrderElementsOf(
            samples.entrySet().stream()
                .map(group -> Points.of(group.getKey(), group.getValue()))
                .toList());
  }
}
