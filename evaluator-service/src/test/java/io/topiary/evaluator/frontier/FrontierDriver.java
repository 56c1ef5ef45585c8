package io.topiary.evaluator.frontier;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.Evaluation;
import io.topiary.schemas.FrontierPoint;
import io.topiary.schemas.Topic;
import io.topiary.schemas.Topics;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.HostInfo;
import org.apache.kafka.streams.test.TestRecord;

/** The frontier's topology without a broker. */
final class FrontierDriver implements AutoCloseable {

  final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final TopologyTestDriver driver;

  FrontierDriver(Path stateDirectory) {
    var config = new FrontierConfig(stateDirectory, Optional.empty());
    var properties = new Properties();
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:9092");
    properties.putAll(FrontierService.properties(config, new HostInfo("localhost", 1)));
    driver =
        new TopologyTestDriver(
            FrontierTopology.build(new FrontierGauges(registry), registry),
            properties,
            Networks.START);
  }

  void send(Checkpoint checkpoint) {
    send(
        Topics.CHECKPOINTS,
        checkpoint.getLineage().getModel(),
        Topics.CHECKPOINTS.serde().encode(checkpoint));
  }

  void send(Evaluation evaluation) {
    send(
        Topics.EVALUATIONS,
        evaluation.getLineage().getModel(),
        Topics.EVALUATIONS.serde().encode(evaluation));
  }

  void send(Topic<?> topic, String key, byte[] value) {
    driver
        .createInputTopic(topic.name(), new StringSerializer(), new ByteArraySerializer())
        .pipeInput(key, value);
  }

  /** Lets hours go by, by the clock of the machine. */
  void advance(Duration time) {
    driver.advanceWallClockTime(time);
  }

  /** How many entries a store has. */
  long entries(String store) {
    var count = new AtomicLong();
    try (var entries = driver.getKeyValueStore(store).all()) {
      entries.forEachRemaining(entry -> count.incrementAndGet());
    }
    return count.get();
  }

  /** The points in the store, by the keys that they lie under. */
  Map<String, FrontierPoint> points() {
    var points = new HashMap<String, FrontierPoint>();
    try (var entries =
        driver.<String, FrontierPoint>getKeyValueStore(FrontierStores.POINTS).all()) {
      entries.forEachRemaining(entry -> points.put(entry.key, entry.value));
    }
    return points;
  }

  FrontierPoint onlyPoint() {
    var points = points().values();
    if (points.size() != 1) {
      throw new AssertionError("there should be one point, but there are " + points);
    }
    return points.iterator().next();
  }

  /** What a request of the address is answered. */
  Optional<ObjectNode> ask(String address) {
    var view =
        new PartitionView(
            driver.getKeyValueStore(FrontierStores.CHECKPOINTS),
            driver.getKeyValueStore(FrontierStores.MODELS),
            driver.getKeyValueStore(FrontierStores.EVALUATIONS),
            driver.getKeyValueStore(FrontierStores.POINTS));
    return Question.of(URI.create(address)).orElseThrow().answer(List.of(view));
  }

  List<TestRecord<String, byte[]>> deadLetters() {
    return driver
        .createOutputTopic(
            Topics.DEAD_LETTERS, new StringDeserializer(), new ByteArrayDeserializer())
        .readRecordsToList();
  }

  double gauge(String name, String... tags) {
    return registry.get(name).tags(tags).gauge().value();
  }

  Optional<Gauge> findGauge(String name, String... tags) {
    return Optional.ofNullable(registry.find(name).tags(tags).gauge());
  }

  @Override
  public void close() {
    driver.close();
  }
}
