package io.topiary.runtime.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.net.httpserver.HttpExchange;
import io.topiary.runtime.StartException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TelemetryTest {

  private final Telemetry telemetry = Telemetry.start("localhost", 0);

  @AfterEach
  void close() {
    telemetry.close();
  }

  @Test
  void shouldServeItsOwnMetersAndThoseOfTheJvm() throws Exception {
    // Given
    telemetry.registry().counter("topiary.dead.letters", "topic", "topiary.jobs").increment();

    // When
    var page = get("/metrics");

    // Then
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.body())
        .contains("topiary_dead_letters_total{topic=\"topiary.jobs\"} 1.0")
        .contains("jvm_memory_used_bytes")
        .contains("jvm_threads_live_threads")
        .contains("process_uptime_seconds")
        .contains("system_cpu_count");
  }

  @Test
  void shouldBeReadyWhenEveryComponentIsAndSayWhyNot() throws Exception {
    // Given
    var queue = telemetry.health().component("queue");
    var store = telemetry.health().component("store");
    store.ready();

    // When, Then
    assertThat(get("/readyz").body()).isEqualTo("queue: starting\n");
    assertThat(get("/readyz").statusCode()).isEqualTo(503);
    queue.ready();
    assertThat(get("/readyz").body()).isEqualTo("ok\n");
    assertThat(get("/readyz").statusCode()).isEqualTo(200);
    store.unready("The store is away.");
    assertThat(get("/readyz").body()).isEqualTo("store: The store is away.\n");
    assertThat(get("/livez").statusCode()).isEqualTo(200);
  }

  @Test
  void shouldShowAmongItsMetersWhichComponentsAreReady() throws Exception {
    // Given
    var store = telemetry.health().component("store");

    // When, Then
    assertThat(get("/metrics").body()).contains("topiary_component_ready{component=\"store\"} 0.0");
    store.ready();
    assertThat(get("/metrics").body()).contains("topiary_component_ready{component=\"store\"} 1.0");
    store.unready("The store is away.");
    assertThat(get("/metrics").body()).contains("topiary_component_ready{component=\"store\"} 0.0");
  }

  @Test
  void shouldBeAliveUntilABug() throws Exception {
    // Given
    var queue = telemetry.health().component("queue");

    // When
    queue.failed(new IllegalStateException("a bug"));

    // Then
    assertThat(get("/livez").statusCode()).isEqualTo(503);
    assertThat(get("/livez").body())
        .isEqualTo("queue: failed: java.lang.IllegalStateException: a bug\n");
    assertThat(get("/readyz").statusCode()).isEqualTo(503);
    assertThat(telemetry.health().failure()).isCompletedExceptionally();
  }

  @Test
  void shouldSayThatThePortIsTaken() {
    // Given
    var port = telemetry.address().getPort();

    // When, Then
    assertThatExceptionOfType(StartException.class)
        .isThrownBy(() -> Telemetry.start("localhost", port))
        .withMessageContaining("cannot be served on localhost:" + port)
        .withMessageContaining("topiary.http.port");
  }

  @Test
  void shouldServeWhatAServiceAdds() throws Exception {
    // Given
    telemetry.serve("/", exchange -> say(exchange, "any"));
    telemetry.serve("/models", exchange -> say(exchange, exchange.getRequestURI().getPath()));

    // When, Then the longest path that is served counts
    assertThat(get("/models/lenet").body()).isEqualTo("/models/lenet");
    assertThat(get("/else").body()).isEqualTo("any");
    assertThat(get("/livez").body()).isEqualTo("ok\n");
  }

  @Test
  void shouldAnswerForAHandlerThatMeetsABug() throws Exception {
    // Given
    telemetry.serve(
        "/bug",
        exchange -> {
          throw new IllegalStateException("a bug");
        });

    // When, Then
    assertThat(get("/bug").statusCode()).isEqualTo(500);
  }

  @Test
  void shouldNoLongerServeOnceClosed() {
    // When
    telemetry.close();

    // Then
    assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> get("/metrics"));
  }

  private static void say(HttpExchange exchange, String text) throws IOException {
    exchange.sendResponseHeaders(200, 0);
    exchange.getResponseBody().write(text.getBytes(UTF_8));
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(telemetry.address().resolve(path)).build(),
            HttpResponse.BodyHandlers.ofString());
  }
}
