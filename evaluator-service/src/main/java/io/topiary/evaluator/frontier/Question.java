package io.topiary.evaluator.frontier;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.topiary.runtime.streams.RefusedRecordException;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.FrontierPoint;
import io.topiary.schemas.Stage;
import java.net.URI;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/** What can be asked of the frontier, and how the answers of several replicas become one. */
sealed interface Question {

  /** What the stores of some partitions answer; absent when they know nothing of it. */
  Optional<ObjectNode> answer(List<PartitionView> partitions);

  /** One answer of those that there are, at least one. */
  ObjectNode merge(List<JsonNode> answers);

  /** The only model that it is about, whose partition's owner can answer alone. */
  default Optional<String> onlyModel() {
    return Optional.empty();
  }

  /** Whether one answer is all there can be, so that nobody else needs to be heard. */
  default boolean isAnsweredByOne() {
    return false;
  }

  /** What nobody knowing anything of it means. */
  String nothingKnown();

  /**
   * The question that a request puts; absent when its path is none of ours.
   *
   * @param address path and query
   * @throws RefusedRecordException when the query has a parameter that the path does not
   */
  static Optional<Question> of(URI address) {
    var path = address.getPath();
    if (path.equals("/frontier")) {
      requireOnly("model", address);
      return Optional.of(new OfPoints(parameter(address, "model")));
    } else if (path.equals("/models") || path.equals("/models/")) {
      return Optional.of(new OfModels());
    } else if (path.startsWith("/models/")) {
      return Optional.of(new OfModel(path.substring("/models/".length())));
    } else if (path.startsWith("/checkpoints/") && path.length() > "/checkpoints/".length()) {
      return Optional.of(new OfCheckpoint(path.substring("/checkpoints/".length())));
    }
    return Optional.empty();
  }

  /** {@code /frontier}: the points of finished networks, of all models or of one. */
  record OfPoints(Optional<String> onlyModel) implements Question {

    private static final Comparator<JsonNode> ORDER =
        by("model")
            .thenComparing(by("data"))
            .thenComparing(by("method"))
            .thenComparing(by("schedule"))
            .thenComparing(by("stage"))
            .thenComparing(point -> point.path("sparsity").asDouble());

    @Override
    public Optional<ObjectNode> answer(List<PartitionView> partitions) {
      var points =
          partitions.stream()
              .flatMap(
                  partition ->
                      onlyModel.map(partition::pointsOf).orElseGet(partition::allPoints).stream());
      return Optional.of(merge(List.of(FrontierJson.points(finished(points)))));
    }

    @Override
    public ObjectNode merge(List<JsonNode> answers) {
      return collect("points", answers, ORDER);
    }

    @Override
    public String nothingKnown() {
      return "There are no points.";
    }
  }

  /** {@code /models}: what models there are. */
  record OfModels() implements Question {

    @Override
    public Optional<ObjectNode> answer(List<PartitionView> partitions) {
      var points =
          finished(partitions.stream().flatMap(partition -> partition.allPoints().stream()))
              .stream()
              .collect(groupingBy(FrontierPoint::getModel, counting()));
      var checkpoints =
          partitions.stream()
              .flatMap(partition -> partition.modelsOfCheckpoints().stream())
              .collect(groupingBy(Function.identity(), counting()));
      var names = new TreeMap<>(points);
      names.putAll(checkpoints);
      var models =
          names.keySet().stream()
              .map(
                  name ->
                      new JsonFields()
                          .with("name", name)
                          .with("points", points.getOrDefault(name, 0L))
                          .with("checkpoints", checkpoints.getOrDefault(name, 0L))
                          .done())
              .toList();
      return Optional.of(new JsonFields().with("models", models).done());
    }

    @Override
    public ObjectNode merge(List<JsonNode> answers) {
      return collect("models", answers, by("name"));
    }

    @Override
    public String nothingKnown() {
      return "There are no models.";
    }
  }

  /** {@code /models/NAME}: the points and the checkpoints of one model, the newest first. */
  record OfModel(String name) implements Question {

    @Override
    public Optional<String> onlyModel() {
      return Optional.of(name);
    }

    @Override
    public Optional<ObjectNode> answer(List<PartitionView> partitions) {
      var points = new OfPoints(onlyModel()).answer(partitions).orElseThrow().get("points");
      var checkpoints =
          partitions.stream()
              .flatMap(
                  partition ->
                      partition.checkpointsOf(name).stream()
                          .sorted(Comparator.comparing(Checkpoint::getAt).reversed())
                          .map(one -> FrontierJson.entry(one, partition.evaluation(one))))
              .toList();
      if (points.isEmpty() && checkpoints.isEmpty()) {
        return Optional.empty();
      }
      return Optional.of(
          new JsonFields()
              .with("name", name)
              .with("points", points)
              .with("checkpoints", checkpoints)
              .done());
    }

    @Override
    public ObjectNode merge(List<JsonNode> answers) {
      return (ObjectNode) answers.get(0);
    }

    @Override
    public String nothingKnown() {
      return "No model is called '%s'; /models names those that there are.".formatted(name);
    }
  }

  /** {@code /checkpoints/ID}: one checkpoint, with its lineage back to the dense one. */
  record OfCheckpoint(String id) implements Question {

    @Override
    public boolean isAnsweredByOne() {
      return true;
    }

    @Override
    public Optional<ObjectNode> answer(List<PartitionView> partitions) {
      return partitions.stream()
          .flatMap(partition -> partition.checkpoint(id).map(of -> tell(of, partition)).stream())
          .findFirst();
    }

    private static ObjectNode tell(Checkpoint checkpoint, PartitionView partition) {
      var model = checkpoint.getLineage().getModel();
      var lineage = Lineages.backFrom(checkpoint, id -> partition.checkpoint(model, id));
      return FrontierJson.checkpoint(lineage, partition::evaluation);
    }

    @Override
    public ObjectNode merge(List<JsonNode> answers) {
      return (ObjectNode) answers.get(0);
    }

    @Override
    public String nothingKnown() {
      return "No checkpoint has the id '%s'; /models/NAME names those of a model.".formatted(id);
    }
  }

  /** Of what a network was just after pruning there is a gauge, but no point of the frontier. */
  private static List<FrontierPoint> finished(Stream<FrontierPoint> points) {
    return points.filter(point -> point.getStage() != Stage.PRUNED).toList();
  }

  private static ObjectNode collect(
      String list, List<JsonNode> answers, Comparator<JsonNode> order) {
    var all = new ArrayList<JsonNode>();
    answers.forEach(answer -> answer.path(list).forEach(all::add));
    all.sort(order);
    return new JsonFields().with(list, all).done();
  }

  private static Comparator<JsonNode> by(String field) {
    return Comparator.comparing(node -> node.path(field).asText());
  }

  /** A mistyped filter would answer for everything. */
  private static void requireOnly(String known, URI address) {
    pairs(address)
        .map(pair -> URLDecoder.decode(pair.split("=", 2)[0], UTF_8))
        .filter(name -> !name.equals(known))
        .findFirst()
        .ifPresent(
            name -> {
              throw new RefusedRecordException(
                  "%s has no parameter '%s', but one that is called '%s'."
                      .formatted(address.getPath(), name, known));
            });
  }

  private static Stream<String> pairs(URI address) {
    return Stream.ofNullable(address.getRawQuery())
        .flatMap(query -> Arrays.stream(query.split("&", -1)))
        .filter(pair -> !pair.isEmpty());
  }

  private static Optional<String> parameter(URI address, String name) {
    return pairs(address)
        .filter(pair -> pair.startsWith(name + "="))
        .map(pair -> URLDecoder.decode(pair.substring(name.length() + 1), UTF_8))
        .findFirst();
  }
}
