package io.topiary.evaluator.frontier;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.streams.state.HostInfo;

/** Asks other replicas what they know of their partitions. */
final class Neighbours {

  /**
   * Numbers of partitions, separated by commas. A request that has this header is answered from
   * these alone and never passed on, so that no two replicas ask each other in circles.
   */
  static final String PARTITIONS = "Topiary-Partitions";

  private static final Duration CONNECT_WITHIN = Duration.ofSeconds(1);
  static final Duration ANSWER_WITHIN = Duration.ofSeconds(4);

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT_WITHIN)
          .build();

  private final Duration answerWithin;

  /**
   * @param answerWithin how long a replica is waited for
   */
  Neighbours(Duration answerWithin) {
    this.answerWithin = answerWithin;
  }

  /**
   * What the replica answers; absent when it knows nothing of it. Ends with a {@link
   * NotReadyException} when it does not answer in time, or cannot.
   *
   * @param address path and query of the question
   */
  CompletableFuture<Optional<JsonNode>> ask(
      HostInfo replica, URI address, Set<Integer> partitions) {
    HttpRequest request;
    try {
      request =
          HttpRequest.newBuilder(at(replica, address))
              .header(PARTITIONS, partitions.stream().map(String::valueOf).collect(joining(",")))
              .timeout(answerWithin)
              .build();
    } catch (IllegalArgumentException e) {
      return CompletableFuture.failedFuture(
          new NotReadyException(
              "No address has the form %s, such as a host's name with an underscore; %s should be where other replicas reach that one."
                  .formatted(text(replica), FrontierConfig.ADVERTISED_ADDRESS.name()),
              e));
    }
    return client
        .sendAsync(request, BodyHandlers.ofByteArray())
        // The request's own limit ends with the headers of the answer.
        .orTimeout(answerWithin.toMillis(), TimeUnit.MILLISECONDS)
        .handle(
            (response, failure) -> {
              if (response == null) {
                throw silent(replica, failure);
              }
              return read(replica, response);
            });
  }

  private static Optional<JsonNode> read(HostInfo replica, HttpResponse<byte[]> response) {
    return switch (response.statusCode()) {
      case HttpURLConnection.HTTP_OK -> Optional.of(json(replica, response.body()));
      case HttpURLConnection.HTTP_NOT_FOUND -> {
        // Anything else that listens there does not know the path, and says so in its own way.
        if (json(replica, response.body()).path("error").isMissingNode()) {
          throw unexpected(replica, response.statusCode());
        }
        yield Optional.empty();
      }
      case HttpURLConnection.HTTP_UNAVAILABLE ->
          throw new NotReadyException(
              "The replica at %s says: %s"
                  .formatted(text(replica), json(replica, response.body()).path("error").asText()));
      default -> throw unexpected(replica, response.statusCode());
    };
  }

  private static JsonNode json(HostInfo replica, byte[] body) {
    try {
      return MAPPER.readTree(body);
    } catch (IOException e) {
      throw silent(replica, new UncheckedIOException(e));
    }
  }

  private static NotReadyException silent(HostInfo replica, Throwable failure) {
    return new NotReadyException(
        "The replica at %s, which holds a part of what was asked for, does not answer; ask again in a moment."
            .formatted(text(replica)),
        failure);
  }

  private static NotReadyException unexpected(HostInfo replica, int status) {
    return new NotReadyException(
        "The replica at %s answers with status %d; %s should be where other replicas reach it."
            .formatted(text(replica), status, FrontierConfig.ADVERTISED_ADDRESS.name()));
  }

  private static URI at(HostInfo replica, URI address) {
    var query = address.getRawQuery() == null ? "" : "?" + address.getRawQuery();
    return URI.create("http://" + text(replica) + address.getRawPath() + query);
  }

  /** As it stands in addresses. */
  static String text(HostInfo replica) {
    var host = replica.host().contains(":") ? "[" + replica.host() + "]" : replica.host();
    return host + ":" + replica.port();
  }
}
