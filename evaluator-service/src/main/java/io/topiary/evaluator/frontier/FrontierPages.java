package io.topiary.evaluator.frontier;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import io.topiary.runtime.streams.RefusedRecordException;
import io.topiary.runtime.telemetry.Telemetry;
import io.topiary.sparsity.InvalidInputException;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import org.apache.kafka.streams.state.HostInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The frontier over HTTP: {@code /frontier}, {@code /models}, {@code /models/NAME} and {@code
 * /checkpoints/ID}, as JSON. Whichever replica is asked, it answers: for partitions that others
 * hold it asks these. What cannot be answered at the moment is status 503.
 */
final class FrontierPages {

  private static final Logger log = LoggerFactory.getLogger(FrontierPages.class);

  private static final ObjectMapper MAPPER = new ObjectMapper();

  /**
   * Requests that wait for others at a time: half of the server's threads are left for the rest.
   */
  private static final int MOST_WAITING = Telemetry.THREADS / 2;

  private record Answer(int status, ObjectNode body) {}

  private final Replicas replicas;
  private final Neighbours neighbours = new Neighbours(Neighbours.ANSWER_WITHIN);
  private final Semaphore waiting = new Semaphore(MOST_WAITING);

  FrontierPages(Replicas replicas) {
    this.replicas = replicas;
  }

  void serve(Telemetry telemetry) {
    for (var path : List.of("/frontier", "/models", "/checkpoints")) {
      telemetry.serve(path, this::handle);
    }
  }

  private void handle(HttpExchange exchange) throws IOException {
    var method = exchange.getRequestMethod();
    if (!method.equals("GET") && !method.equals("HEAD")) {
      exchange.getResponseHeaders().set("Allow", "GET, HEAD");
      send(
          exchange,
          error(
              HttpURLConnection.HTTP_BAD_METHOD,
              "The method is %s, but it should be GET or HEAD.".formatted(method)));
      return;
    }
    send(exchange, answer(exchange));
  }

  private Answer answer(HttpExchange exchange) {
    var address = exchange.getRequestURI();
    try {
      var question = Question.of(address);
      if (question.isEmpty()) {
        return error(
            HttpURLConnection.HTTP_NOT_FOUND,
            "There is nothing at %s; there is at /frontier, /models, /models/NAME and /checkpoints/ID."
                .formatted(address.getPath()));
      }
      var only = exchange.getRequestHeaders().getFirst(Neighbours.PARTITIONS);
      var answer =
          only == null ? ask(question.get(), address) : own(question.get(), partitions(only));
      return answer
          .map(body -> new Answer(HttpURLConnection.HTTP_OK, body))
          .orElseGet(() -> error(HttpURLConnection.HTTP_NOT_FOUND, question.get().nothingKnown()));
    } catch (NotReadyException e) {
      log.debug("{} cannot be answered at the moment", address, e);
      exchange.getResponseHeaders().set("Retry-After", "1");
      return error(HttpURLConnection.HTTP_UNAVAILABLE, String.valueOf(e.getMessage()));
    } catch (InvalidInputException e) {
      return error(HttpURLConnection.HTTP_BAD_REQUEST, String.valueOf(e.getMessage()));
    }
  }

  /**
   * Asks whoever holds a partition that the question is about: this replica first, and others where
   * they may know more.
   */
  private Optional<ObjectNode> ask(Question question, URI address) {
    var holders = question.onlyModel().map(replicas::holderOf).orElseGet(replicas::holders);
    var others = new HashMap<>(holders);
    others.keySet().removeIf(replicas::isSelf);
    if (others.isEmpty() || question.isAnsweredByOne()) {
      var answer = own(question, holders);
      if (others.isEmpty() || answer.isPresent()) {
        return answer;
      }
    }
    if (!waiting.tryAcquire()) {
      throw new NotReadyException(
          "%d questions wait for other replicas already, and no more may; ask again in a moment."
              .formatted(MOST_WAITING));
    }
    try {
      return ask(question, address, holders, others);
    } finally {
      waiting.release();
    }
  }

  private Optional<ObjectNode> ask(
      Question question,
      URI address,
      Map<HostInfo, Set<Integer>> holders,
      Map<HostInfo, Set<Integer>> others) {
    var asked = new ArrayList<CompletableFuture<Optional<JsonNode>>>();
    others.forEach(
        (replica, partitions) -> asked.add(neighbours.ask(replica, address, partitions)));
    var answers = new ArrayList<JsonNode>();
    own(question, holders).ifPresent(answers::add);
    answers.addAll(join(asked, question.isAnsweredByOne()));
    return answers.isEmpty() ? Optional.empty() : Optional.of(question.merge(answers));
  }

  /**
   * @param oneIsEnough whether somebody's failure is of no account when another has answered
   */
  private static List<JsonNode> join(
      List<CompletableFuture<Optional<JsonNode>>> asked, boolean oneIsEnough) {
    var answers = new ArrayList<JsonNode>();
    var failures = new ArrayList<NotReadyException>();
    for (var answer : asked) {
      try {
        answer.join().ifPresent(answers::add);
      } catch (CompletionException e) {
        if (!(e.getCause() instanceof NotReadyException failure)) {
          throw e;
        }
        log.warn("{}", failure.getMessage(), failure.getCause());
        failures.add(failure);
      }
    }
    if (!failures.isEmpty() && !(oneIsEnough && !answers.isEmpty())) {
      throw failures.get(0);
    }
    return answers;
  }

  /** What this replica answers for the partitions that it holds, if it holds any. */
  private Optional<ObjectNode> own(Question question, Map<HostInfo, Set<Integer>> holders) {
    return holders.entrySet().stream()
        .filter(holder -> replicas.isSelf(holder.getKey()))
        .findFirst()
        .flatMap(self -> own(question, self.getValue()));
  }

  private Optional<ObjectNode> own(Question question, Set<Integer> partitions) {
    return replicas.whenReady(() -> question.answer(replicas.views(partitions)));
  }

  private static Set<Integer> partitions(String header) {
    try {
      return Arrays.stream(header.split(","))
          .map(String::strip)
          .map(Integer::valueOf)
          .collect(Collectors.toCollection(TreeSet::new));
    } catch (NumberFormatException e) {
      throw new RefusedRecordException(
          "%s is '%s', but it should be numbers of partitions separated by commas."
              .formatted(Neighbours.PARTITIONS, header));
    }
  }

  private static Answer error(int status, String sentence) {
    return new Answer(status, FrontierJson.error(sentence));
  }

  private static void send(HttpExchange exchange, Answer answer) throws IOException {
    var bytes = bytes(answer.body());
    exchange.getResponseHeaders().set("Content-Type", "application/json; charset=utf-8");
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.sendResponseHeaders(answer.status(), -1);
      return;
    }
    exchange.sendResponseHeaders(answer.status(), bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private static byte[] bytes(ObjectNode json) {
    try {
      return MAPPER.writeValueAsBytes(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of JSON can be written", e);
    }
  }
}
