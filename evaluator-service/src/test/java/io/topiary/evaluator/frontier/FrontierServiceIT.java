package io.topiary.evaluator.frontier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kroxylicious.testing.kafka.api.KafkaCluster;
import io.kroxylicious.testing.kafka.api.TerminationStyle;
import io.kroxylicious.testing.kafka.junit5ext.KafkaClusterExtension;
import io.topiary.runtime.config.KafkaSettings;
import io.topiary.runtime.kafka.PipelineTopics;
import io.topiary.runtime.kafka.RecordSender;
import io.topiary.runtime.lifecycle.Resources;
import io.topiary.runtime.telemetry.Telemetry;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.Topics;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@Tag("broker")
@ExtendWith(KafkaClusterExtension.class)
class FrontierServiceIT {

  private static final Duration SOON = Duration.ofSeconds(60);

  /** So many that every replica holds some. */
  private static final List<String> MODELS =
      IntStream.range(0, 12).mapToObj(i -> "cnn-" + i).toList();

  private KafkaCluster cluster;

  @TempDir private Path folder;

  private final Resources resources = new Resources();
  private final HttpClient client = HttpClient.newHttpClient();

  /** A replica, with its own port and its own folder. */
  private final class Replica implements AutoCloseable {

    private final Telemetry telemetry = resources.own(Telemetry.start("localhost", 0));
    private final FrontierService service;

    Replica(String name) throws InterruptedException {
      var config = new FrontierConfig(folder.resolve(name), Optional.empty());
      service = resources.own(FrontierService.start(config, kafka(), telemetry));
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
      return send("GET", path);
    }

    HttpResponse<String> send(String method, String path) throws IOException, InterruptedException {
      var request =
          HttpRequest.newBuilder(URI.create(telemetry.address() + path))
              .method(method, HttpRequest.BodyPublishers.noBody())
              .build();
      return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    /** The models that it shows gauges of. */
    List<String> shown() {
      return telemetry
          .registry()
          .find("topiary.accuracy")
          .tag("stage", "retrained")
          .gauges()
          .stream()
          .map(gauge -> String.valueOf(gauge.getId().getTag("model")))
          .sorted()
          .toList();
    }

    @Override
    public void close() {
      service.close();
    }
  }

  @AfterEach
  void stop() {
    resources.close();
  }

  @Test
  void shouldAnswerForAllPartitionsWhicheverReplicaIsAskedAndShowTheGaugesOfItsOwn()
      throws Exception {
    // Given two replicas that share the partitions
    sendNetworks();
    var one = new Replica("one");
    var other = new Replica("other");
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              assertThat(one.shown()).isNotEmpty();
              assertThat(other.shown()).isNotEmpty().doesNotContainAnyElementsOf(one.shown());
              assertThat(Stream.of(one, other).flatMap(of -> of.shown().stream()))
                  .containsExactlyInAnyOrderElementsOf(MODELS);
            });

    // When, then each answers for all
    for (var replica : List.of(one, other)) {
      await().atMost(SOON).until(() -> replica.get("/frontier").statusCode() == 200);
      assertThat(texts(replica.get("/models"), "models", "name")).hasSameElementsAs(MODELS);
      assertThat(texts(replica.get("/frontier"), "points", "model"))
          .hasSize(2 * MODELS.size())
          .isSorted();
      for (var model : MODELS) {
        assertThat(json(replica.get("/models/" + model)).get("points")).hasSize(2);
        var id = Networks.retrained(model, 1, 0).getCheckpointId();
        assertThat(json(replica.get("/checkpoints/" + id)).get("lineage")).hasSize(3);
      }
      assertErrors(replica);
    }

    // When one leaves
    one.close();

    // Then the other shows everything, from stores that it has restored, and the one nothing
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(other.shown()).containsExactlyElementsOf(sorted()));
    assertThat(one.shown()).isEmpty();
    assertThat(one.get("/frontier"))
        .satisfies(response -> assertThat(response.statusCode()).isEqualTo(503))
        .satisfies(response -> assertThat(response.headers().firstValue("Retry-After")).isPresent())
        .satisfies(response -> assertThat(response.body()).contains("\"error\":"));
    await().atMost(SOON).until(() -> other.get("/frontier").statusCode() == 200);
    assertThat(texts(other.get("/frontier"), "points", "model")).hasSize(2 * MODELS.size());

    // When it starts anew in the same folder
    other.close();
    assertThat(other.shown()).isEmpty();
    var again = new Replica("other");

    // Then it shows what it knew, without another record
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(again.shown()).containsExactlyElementsOf(sorted()));
    var evaluation = Networks.evaluation(network(MODELS.get(0)), 1, 1).build();
    await().atMost(SOON).until(() -> again.service.knows(evaluation));
  }

  @Test
  void shouldAnswerFromItsStoresWhileTheBrokerIsAwayAndGoOnWhenItIsBack() throws Exception {
    // Given
    sendNetworks();
    var replica = new Replica("one");
    await().atMost(SOON).until(() -> points(replica) == 2 * MODELS.size());
    await().atMost(SOON).until(() -> replica.telemetry.health().unready().isEmpty());

    // When
    cluster.stopNodes(node -> true, TerminationStyle.GRACEFUL);

    // Then it says so, answers all the same, and does not take it for a bug
    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(replica.telemetry.health().unready().get("topiary-frontier broker"))
                    .startsWith("Kafka: "));
    assertThat(points(replica)).isEqualTo(2 * MODELS.size());
    assertThat(replica.shown()).containsExactlyElementsOf(sorted());
    assertThat(replica.telemetry.health().failure()).isNotDone();

    // When
    cluster.startNodes(node -> true);

    // Then it takes what comes
    send(Networks.dense("late", 1, 0));
    await().atMost(SOON).until(() -> points(replica) == 2 * MODELS.size() + 1);
    await().atMost(SOON).until(() -> replica.telemetry.health().unready().isEmpty());
  }

  /** How many points it tells of; none when it cannot. */
  private static int points(Replica replica) throws Exception {
    var answer = replica.get("/frontier");
    return answer.statusCode() == 200 ? json(answer).get("points").size() : 0;
  }

  private static void assertErrors(Replica replica) throws Exception {
    var unknown = replica.get("/models/none");
    assertThat(unknown.statusCode()).isEqualTo(404);
    assertThat(json(unknown).get("error").asText()).contains("'none'");
    assertThat(replica.get("/checkpoints/none").statusCode()).isEqualTo(404);
    assertThat(replica.get("/frontiers").statusCode()).isEqualTo(404);
    var mistyped = replica.get("/frontier?typo=x");
    assertThat(mistyped.statusCode()).isEqualTo(400);
    assertThat(json(mistyped).get("error").asText()).contains("'typo'", "'model'");
    assertThat(replica.send("POST", "/frontier").statusCode()).isEqualTo(405);
    var head = replica.send("HEAD", "/frontier");
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
  }

  private void sendNetworks() throws InterruptedException {
    PipelineTopics.createMissing(kafka());
    send(
        MODELS.stream()
            .map(model -> Networks.dense(model, 1, 0))
            .flatMap(
                dense -> {
                  var pruned = Networks.pruned(dense, 1, 1);
                  return Stream.of(dense, pruned, Networks.retrained(pruned));
                })
            .toArray(Checkpoint[]::new));
  }

  /** Sends checkpoints with their evaluations. */
  private void send(Checkpoint... checkpoints) throws InterruptedException {
    try (var telemetry = Telemetry.start("localhost", 0);
        var sender = new RecordSender("test", kafka(), telemetry.registry())) {
      for (var checkpoint : checkpoints) {
        var model = checkpoint.getLineage().getModel();
        sender.send(Topics.CHECKPOINTS, model, checkpoint);
        sender.send(Topics.EVALUATIONS, model, Networks.evaluation(checkpoint, 900, 800).build());
      }
    }
  }

  private static Checkpoint network(String model) {
    return Networks.retrained(model, 1, 0);
  }

  private static List<String> sorted() {
    return MODELS.stream().sorted().toList();
  }

  private KafkaSettings kafka() {
    return new KafkaSettings(Map.of("bootstrap.servers", cluster.getBootstrapServers()));
  }

  private static JsonNode json(HttpResponse<String> response) throws IOException {
    return new ObjectMapper().readTree(response.body());
  }

  private static List<String> texts(HttpResponse<String> response, String list, String field)
      throws IOException {
    return StreamSupport.stream(json(response).get(list).spliterator(), false)
        .map(node -> node.get(field).asText())
        .toList();
  }
}
