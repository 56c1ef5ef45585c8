package io.topiary.evaluator.page;

import io.topiary.runtime.StartException;
import io.topiary.runtime.config.KafkaSettings;
import io.topiary.runtime.kafka.PipelineTopics;
import io.topiary.runtime.telemetry.Telemetry;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * The page of the pipeline at {@code /}, and what it shows of jobs and dead letters at {@code
 * /jobs} and {@code /dead-letters}. Every process that serves it reads the topics by itself and
 * shows all of them.
 */
public final class PageService implements AutoCloseable {

  private static final String CLIENT = "topiary-page";
  private static final int JOBS = 200;
  private static final int DEAD_LETTERS = 100;
  private static final Duration STOP_WITHIN = Duration.ofSeconds(5);

  private static final Map<String, Object> DEFAULTS =
      Map.of(
          ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000,
          ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 10_000);

  private final LiveReader reader;
  private final Thread thread;

  private PageService(LiveReader reader, Thread thread) {
    this.reader = reader;
    this.thread = thread;
  }

  /**
   * Serves the page, and goes on to read what it shows.
   *
   * @throws StartException when no broker answers
   */
  public static PageService start(KafkaSettings kafka, Telemetry telemetry, Clock clock)
      throws InterruptedException {
    PipelineTopics.createMissing(kafka);
    var jobs = new LiveJobs(JOBS);
    var letters = new LiveDeadLetters(DEAD_LETTERS);
    var reader =
        new LiveReader(
            () -> consumer(kafka),
            jobs,
            letters,
            telemetry.registry(),
            telemetry.health().component(CLIENT),
            clock);
    telemetry.serve("/", new PageFiles());
    telemetry.serve(
        "/jobs",
        Responses.json(
            "/jobs", () -> JobJson.of(jobs.newestFirst(), clock.instant(), reader.stale())));
    telemetry.serve("/dead-letters", Responses.json("/dead-letters", letters::json));
    var thread = new Thread(reader, CLIENT);
    thread.setDaemon(true);
    thread.start();
    return new PageService(reader, thread);
  }

  /** What was read last is still shown. */
  @Override
  public void close() {
    reader.stop();
    try {
      thread.join(STOP_WITHIN.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Consumer<byte[], byte[]> consumer(KafkaSettings kafka) {
    return kafka
        .with(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false")
        .with(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest")
        .with(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed")
        .with(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false")
        .client(
            CLIENT,
            DEFAULTS,
            properties ->
                new KafkaConsumer<>(
                    properties, new ByteArrayDeserializer(), new ByteArrayDeserializer()));
  }
}
