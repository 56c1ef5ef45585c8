package io.topiary.evaluator.frontier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.LearningRatePlan;
import io.topiary.schemas.Schedule;
import io.topiary.sparsity.InvalidInputException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuestionTest {

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
  void shouldTellThePointsOfFinishedNetworks() throws Exception {
    // Given
    var dense = Networks.dense("cnn", 1, 0);
    var pruned = Networks.pruned(dense, 1, 1);
    frontier.send(Networks.evaluation(dense, 880, 870).build());
    frontier.send(Networks.evaluation(pruned, 500, 510).build());
    frontier.send(
        Networks.evaluation(Networks.retrained(pruned), 850, 840)
            .setMeasured(
                List.of(
                    Networks.measured(1, Optional.empty()),
                    Networks.measured(64, Optional.of(3.5))))
            .setBytesGzipped(9_000L)
            .build());

    // When
    var points = frontier.ask("/frontier").orElseThrow().get("points");

    // Then
    assertThat(points).hasSize(2);
    assertThat(points.get(0).get("method").asText()).isEqualTo("dense");
    assertThat(json(points.get(1).toString()))
        .isEqualTo(
            json(
                """
                {"model": "cnn", "data": "fashion-mnist-sample", "network": "small-cnn",
                 "method": "one-shot", "schedule": "allr", "sparsity": 0.9, "stage": "retrained",
                 "count": 1, "seeds": [1],
                 "validation": {"mean": 0.85, "std": null, "best": 0.85},
                 "test": {"mean": 0.84, "std": null, "ofBest": 0.84},
                 "achievedSparsity": 0.901,
                 "theoreticalSpeedup": {"mean": 4.0, "std": null},
                 "measuredSpeedup": [
                   {"batch": 1, "count": 0, "withheld": 1, "mean": null, "std": null},
                   {"batch": 64, "count": 1, "withheld": 0, "mean": 3.5, "std": null}],
                 "bytesDense": 76296, "bytesSparse": 10881, "bytesGzipped": 9000,
                 "bestCheckpoint": "%s"}
                """
                    .formatted(Networks.retrained(pruned).getCheckpointId())));
  }

  @Test
  void shouldTellTheLineageOfACheckpointBackToTheDenseOne() {
    // Given a plan of two phases, evaluated but for its last network
    var dense = Networks.dense("cnn", 1, 0);
    var one = Networks.pruned(dense, 1, 2);
    var oneRetrained = Networks.retrained(one);
    var two = Networks.pruned(oneRetrained, 2, 2);
    var twoRetrained = Networks.retrained(two);
    for (var checkpoint : List.of(dense, one, oneRetrained, two, twoRetrained)) {
      frontier.send(checkpoint);
    }
    for (var checkpoint : List.of(dense, one, oneRetrained, two)) {
      frontier.send(Networks.evaluation(checkpoint, 900, 800).build());
    }

    // When
    var told = frontier.ask("/checkpoints/" + twoRetrained.getCheckpointId()).orElseThrow();

    // Then
    assertThat(told.get("evaluation").isNull()).isTrue();
    assertThat(told.get("testAccuracy").isNull()).isTrue();
    assertThat(texts(told.get("lineage"), "id"))
        .containsExactly(
            twoRetrained.getCheckpointId(),
            two.getCheckpointId(),
            oneRetrained.getCheckpointId(),
            one.getCheckpointId(),
            dense.getCheckpointId());
    assertThat(texts(told.get("lineage"), "stage"))
        .containsExactly("retrained", "pruned", "retrained", "pruned", "dense");
    assertThat(told.at("/lineage/1/stability").asDouble()).isEqualTo(0.5);
    assertThat(told.at("/lineage/1/learningRate").isNull()).isTrue();
    assertThat(told.at("/lineage/2/phase").asInt()).isEqualTo(1);
    assertThat(told.at("/lineage/4/epochLoss")).hasSize(2);
    assertThat(told.at("/lineage/4/epochs").asDouble()).isEqualTo(4);
    assertThat(told.at("/lineage/4/learningRate/curve")).hasSize(200);
  }

  @Test
  void shouldTellTheEvaluationOfACheckpointInFull() {
    // Given
    var dense = Networks.dense("cnn", 1, 0);
    frontier.send(dense);
    frontier.send(Networks.evaluation(dense, 900, 800).setTheoreticalSpeedup(1 / 0.0).build());

    // When
    var told = frontier.ask("/checkpoints/" + dense.getCheckpointId()).orElseThrow();

    // Then
    assertThat(told.get("method").asText()).isEqualTo("dense");
    assertThat(told.get("generation").asText()).isEqualTo("tonight");
    assertThat(told.at("/evaluation/validation/correct").asInt()).isEqualTo(900);
    assertThat(told.at("/evaluation/layers/0/name").asText()).isEqualTo("conv1.weight");
    assertThat(told.at("/evaluation/at").asText()).isEqualTo("2026-11-22T12:00:10Z");
    assertThat(told.at("/evaluation/theoreticalSpeedup").isNull()).isTrue();
    assertThat(told.at("/evaluation/stability").isNull()).isTrue();
  }

  @Test
  void shouldTellModelsAndTheCheckpointsOfOne() {
    // Given
    var dense = Networks.dense("cnn", 1, 0);
    var pruned = Networks.pruned(dense, 1, 1);
    frontier.send(dense);
    frontier.send(pruned);
    frontier.send(Networks.evaluation(dense, 880, 870).build());

    // When, then
    assertThat(frontier.ask("/models").orElseThrow().toString())
        .isEqualTo("{\"models\":[{\"name\":\"cnn\",\"points\":1,\"checkpoints\":2}]}");
    var model = frontier.ask("/models/cnn").orElseThrow();
    assertThat(model.get("points")).hasSize(1);
    assertThat(texts(model.get("checkpoints"), "id"))
        .containsExactly(pruned.getCheckpointId(), dense.getCheckpointId());
    assertThat(model.at("/checkpoints/0/validationAccuracy").isNull()).isTrue();
    assertThat(model.at("/checkpoints/1/validationAccuracy").asDouble()).isEqualTo(0.88);
  }

  @Test
  void shouldKnowNothingOfWhatThereIsNot() {
    assertThat(frontier.ask("/models/none")).isEmpty();
    assertThat(frontier.ask("/checkpoints/none")).isEmpty();
    assertThat(frontier.ask("/frontier?model=none").orElseThrow().get("points")).isEmpty();
    for (var path : List.of("/frontiers", "/checkpoints", "/checkpoints/", "/modelsx")) {
      assertThat(Question.of(URI.create(path))).as(path).isEmpty();
    }
  }

  @Test
  void shouldReadNamesFromAddresses() {
    assertThat(Question.of(URI.create("/models/a%20b%2Fc+d")))
        .contains(new Question.OfModel("a b/c+d"));
    assertThat(Question.of(URI.create("/frontier?model=a%26b+c")))
        .contains(new Question.OfPoints(Optional.of("a&b c")));
  }

  @Test
  void shouldRefuseAParameterThatThereIsNot() {
    for (var query : List.of("typo=x", "model=cnn&typo", "typo=&model=cnn")) {
      assertThatThrownBy(() -> Question.of(URI.create("/frontier?" + query)))
          .as(query)
          .isInstanceOf(InvalidInputException.class)
          .hasMessage("/frontier has no parameter 'typo', but one that is called 'model'.");
    }
  }

  @Test
  void shouldMergeWhatReplicasAnswer() throws Exception {
    // Given
    var here = json("{\"models\": [{\"name\": \"b\"}, {\"name\": \"d\"}]}");
    var there = json("{\"models\": [{\"name\": \"a\"}, {\"name\": \"c\"}]}");

    // When
    var merged = new Question.OfModels().merge(List.of(here, there));

    // Then
    assertThat(texts(merged.get("models"), "name")).containsExactly("a", "b", "c", "d");
  }

  @Test
  void shouldEndALineageThatGoesInCircles() {
    // Given
    var one = Networks.dense("cnn", 1, 0);
    var circle = Checkpoint.newBuilder(one);
    circle.getLineageBuilder().setParent(one.getCheckpointId());

    // When
    var lineage = Lineages.backFrom(circle.build(), id -> Optional.of(circle.build()));

    // Then
    assertThat(lineage).hasSize(1);
  }

  @Test
  void shouldTellShortCurvesInFullAndNoneOfAPlanThatStandsForNone() {
    var plan = Networks.dense("cnn", 1, 0).getRecipe().getLearningRate();
    assertThat(FrontierJson.curve(plan)).hasSize(200).startsWith(0.1);
    assertThat(FrontierJson.curve(with(plan, 3, Schedule.LINEAR))).hasSize(3);
    assertThat(FrontierJson.curve(with(plan, 1, Schedule.LINEAR))).hasSize(1);
    assertThat(FrontierJson.curve(with(plan, 0, Schedule.LINEAR))).isEmpty();
    assertThat(FrontierJson.curve(with(plan, 3, Schedule.UNKNOWN))).isEmpty();
  }

  private static LearningRatePlan with(LearningRatePlan plan, int iterations, Schedule schedule) {
    return LearningRatePlan.newBuilder(plan)
        .setIterations(iterations)
        .setSchedule(schedule)
        .build();
  }

  private static List<String> texts(JsonNode array, String field) {
    return StreamSupport.stream(array.spliterator(), false)
        .map(node -> node.get(field).asText())
        .toList();
  }

  /** As it is after a journey: the numbers of a tree in the making may be of other types. */
  private static JsonNode json(String text) throws Exception {
    return new ObjectMapper().readTree(text);
  }
}
