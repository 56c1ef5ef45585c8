package io.topiary.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.apache.kafka.common.config.TopicConfig;
import org.junit.jupiter.api.Test;

class TopicsTest {

  @Test
  void shouldCoPartitionWhatIsJoinedByModel() {
    assertThat(Stream.of(Topics.CHECKPOINTS, Topics.EVALUATIONS, Topics.OUTCOMES, Topics.RELEASES))
        .extracting(Topic::partitions)
        .containsOnly(Topics.CHECKPOINTS.partitions());
  }

  @Test
  void shouldLetNoJobWaitForThePartitionOfABusyWorker() {
    assertThat(Topics.JOBS.partitions()).isOne();
  }

  @Test
  void shouldNeverForgetAJobByAge() {
    assertThat(Topics.JOBS.config()).containsEntry(TopicConfig.RETENTION_MS_CONFIG, "-1");
  }

  @Test
  void shouldKeepTheLatestOfWhatIsState() {
    assertThat(
            Stream.of(
                Topics.POLICIES,
                Topics.ACCEPTED_POLICIES,
                Topics.CONTROLS,
                Topics.ACCEPTED_CONTROLS,
                Topics.RELEASES,
                Topics.PROGRESS))
        .allSatisfy(
            topic ->
                assertThat(topic.config().get(TopicConfig.CLEANUP_POLICY_CONFIG))
                    .contains(TopicConfig.CLEANUP_POLICY_COMPACT));
  }

  @Test
  void shouldNameEveryTopicOnce() {
    assertThat(Topics.ALL).extracting(Topic::name).doesNotHaveDuplicates();
  }
}
