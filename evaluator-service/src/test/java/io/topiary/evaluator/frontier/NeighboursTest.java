package io.topiary.evaluator.frontier;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.topiary.runtime.telemetry.Telemetry;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.streams.state.HostInfo;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NeighboursTest {

  private final Telemetry replica = Telemetry.start("localhost", 0);
  private final HostInfo host = new HostInfo("localhost", replica.address().getPort());
  private final CompletableFuture<Void> asked = new CompletableFuture<>();
  private final Neighbours neighbours = new Neighbours(Neighbours.ANSWER_WITHIN);

  @AfterEach
  void close() {
    replica.close();
  }

  @Test
  void shouldAskForPartitionsByTheSameAddress() {
    // Given
    var asked = new AtomicReference<String>();
    replica.serve(
        "/models",
        exchange -> {
          asked.set(
              exchange.getRequestURI()
                  + " of "
                  + exchange.getRequestHeaders().getFirst(Neighbours.PARTITIONS));
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write("{\"name\": \"a b\"}".getBytes(UTF_8));
        });

    // When
    var answer = ask("/models/a%20b?x=%26", new TreeSet<>(Set.of(4, 1)));

    // Then
    assertThat(answer.orElseThrow().get("name").asText()).isEqualTo("a b");
    assertThat(asked.get()).isEqualTo("/models/a%20b?x=%26 of 1,4");
  }

  @Test
  void shouldTakeAnAnswerOfNothingForOneAndNoOtherPage() {
    // Given
    answer(404, "{\"error\": \"No model is called 'x'.\"}");

    // When, then
    assertThat(ask("/models", Set.of(0))).isEmpty();
    assertThatThrownBy(() -> ask("/no-page-of-ours", Set.of(0)))
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(NotReadyException.class);
  }

  @Test
  void shouldPassOnWhyAReplicaCannotAnswer() {
    // Given
    answer(503, "{\"error\": \"It is being restored.\"}");

    // When, then
    assertThatThrownBy(() -> ask("/models", Set.of(0)))
        .hasCauseInstanceOf(NotReadyException.class)
        .hasMessageContaining("says: It is being restored.");
  }

  @Test
  void shouldSayWhichReplicaDoesNotAnswer() {
    // Given
    replica.close();

    // When, then
    assertThatThrownBy(() -> ask("/models", Set.of(0)))
        .hasCauseInstanceOf(NotReadyException.class)
        .hasMessageContaining(
            "The replica at localhost:%d, which holds a part of what was asked for, does not answer",
            host.port());
  }

  @Test
  void shouldWaitNoLongerThanItsLimitForAReplicaThatHangs() throws Exception {
    // Given one that accepts, and one that begins an answer and never ends it
    var hurried = new Neighbours(Duration.ofMillis(200));
    replica.serve(
        "/models",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write('{');
          exchange.getResponseBody().flush();
          await().until(asked::isDone);
        });
    try (var silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      for (var hanging : List.of(new HostInfo("localhost", silent.getLocalPort()), host)) {
        // When, then
        assertThat(hurried.ask(hanging, URI.create("/models"), Set.of(0)))
            .failsWithin(Duration.ofSeconds(10))
            .withThrowableThat()
            .withCauseInstanceOf(NotReadyException.class)
            .withMessageContaining(
                "The replica at localhost:%d, which holds a part of what was asked for, does not answer",
                hanging.port());
      }
    }
    asked.complete(null);
  }

  @Test
  void shouldSayThatAReplicasNameIsNoAddress() {
    // Given a name that Docker allows and URIs do not
    var strange = new HostInfo("a_b", 8080);

    // When, then
    assertThatThrownBy(() -> neighbours.ask(strange, URI.create("/models"), Set.of(0)).join())
        .hasCauseInstanceOf(NotReadyException.class)
        .hasMessageContaining("a_b:8080");
  }

  private void answer(int status, String body) {
    replica.serve(
        "/models",
        exchange -> {
          exchange.sendResponseHeaders(status, 0);
          exchange.getResponseBody().write(body.getBytes(UTF_8));
        });
  }

  private Optional<JsonNode> ask(String address, Set<Integer> partitions) {
    return neighbours.ask(host, URI.create(address), partitions).join();
  }
}
