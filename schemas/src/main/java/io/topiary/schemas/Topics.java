package io.topiary.schemas;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;

/** The topics of the pipeline, each defined here and nowhere else. */
public final class Topics {

  /** How long checkpoints, evaluations and outcomes stay: longer than the longest plan. */
  public static final Duration KEPT = Duration.ofDays(90);

  /**
   * Topics keyed by model name are joined in the pruner, so they share one number of partitions.
   */
  private static final int MODEL_PARTITIONS = 6;

  /**
   * Work for trainers: a queue whose records stay until a worker has accepted them. It has one
   * partition on purpose: a share group divides partitions among its members while there are more
   * of them, and a job would wait for its partition's member beside others that have nothing to do.
   */
  public static final Topic<TrainingJob> JOBS =
      Topic.log("topiary.jobs", TrainingJob.class, 1, Optional.empty());

  public static final Topic<Checkpoint> CHECKPOINTS =
      Topic.log("topiary.checkpoints", Checkpoint.class, MODEL_PARTITIONS, Optional.of(KEPT));

  public static final Topic<Evaluation> EVALUATIONS =
      Topic.log("topiary.evaluations", Evaluation.class, MODEL_PARTITIONS, Optional.of(KEPT));

  public static final Topic<Outcome> OUTCOMES =
      Topic.log("topiary.outcomes", Outcome.class, MODEL_PARTITIONS, Optional.of(KEPT));

  public static final Topic<JobProgress> PROGRESS =
      Topic.compactedAndShort("topiary.progress", JobProgress.class, 1, Duration.ofDays(1));

  public static final Topic<PruningPolicy> POLICIES =
      Topic.compacted("topiary.policies", PruningPolicy.class, 1);

  /**
   * The policies that hold. Anybody may write to {@link #POLICIES}; the pruner alone writes here,
   * what it found in order there.
   */
  public static final Topic<PruningPolicy> ACCEPTED_POLICIES =
      Topic.compacted("topiary.policies.accepted", PruningPolicy.class, 1);

  public static final Topic<Control> CONTROLS =
      Topic.compacted("topiary.controls", Control.class, 1);

  /** The controls that hold for plans; as with policies, the pruner alone writes here. */
  public static final Topic<Control> ACCEPTED_CONTROLS =
      Topic.compacted("topiary.controls.accepted", Control.class, 1);

  public static final Topic<Release> RELEASES =
      Topic.compacted("topiary.releases", Release.class, MODEL_PARTITIONS);

  /** Every topic that carries one of our records. */
  public static final List<Topic<?>> ALL =
      List.of(
          JOBS,
          CHECKPOINTS,
          EVALUATIONS,
          OUTCOMES,
          PROGRESS,
          POLICIES,
          ACCEPTED_POLICIES,
          CONTROLS,
          ACCEPTED_CONTROLS,
          RELEASES);

  /**
   * Original bytes of what could not be handled, with the headers of Kafka Streams' own dead-letter
   * handler. It carries whatever arrived, so it has no record type.
   */
  public static final String DEAD_LETTERS = "topiary.dead-letters";

  /**
   * Bytes in a dead letter: many times what a broker takes elsewhere, as a letter is the record and
   * what is wrong with it.
   */
  public static final int LARGEST_DEAD_LETTER = 16 << 20;

  private Topics() {}

  static NewTopic deadLettersToCreate() {
    return new NewTopic(DEAD_LETTERS, Optional.of(1), Optional.empty())
        .configs(
            Map.of(
                TopicConfig.CLEANUP_POLICY_CONFIG,
                TopicConfig.CLEANUP_POLICY_DELETE,
                TopicConfig.RETENTION_MS_CONFIG,
                "-1",
                TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                String.valueOf(LARGEST_DEAD_LETTER)));
  }
}
