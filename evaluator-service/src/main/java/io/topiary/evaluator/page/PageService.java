package io.topiary.evaluator.page;

import io.topiary.runtime.StartException;
import io.topiary.runtime.config.KafkaSettings;
import io.topiary.runtime.kafka.PipelineTopics;
import io.topiary.runtime.kafka.TopicFollower;
import io.topiary.runtime.telemetry.Telemetry;
import java.time.Clock;

/**
 * The page of the pipeline at {@code /}, and what it shows of jobs and dead letters at {@code
 * /jobs} and {@code /dead-letters}. Every process that serves it reads the topics by itself and
 * shows all of them.
 */
public final class PageService implements AutoCloseable {

  private static final String CLIENT = "topiary-page";
  private static final int JOBS = 200;
  private static final int DEAD_LETTERS = 100;

  private final TopicFollower follower;

  private PageService(TopicFollower follower) {
    this.follower = follower;
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
    var reader = new LiveReader(jobs, letters, telemetry.registry(), clock);
    var follower = TopicFollower.start(CLIENT, LiveReader.FOLLOWED, reader, kafka, telemetry);
    telemetry.serve("/", new PageFiles());
    telemetry.serve(
        "/jobs",
        Responses.json(
            "/jobs", () -> JobJson.of(jobs.newestFirst(), clock.instant(), follower.stale())));
    telemetry.serve("/dead-letters", Responses.json("/dead-letters", letters::json));
    return new PageService(follower);
  }

  /** What was read last is still shown. */
  @Override
  public void close() {
    follower.close();
  }
}
