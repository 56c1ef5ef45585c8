package io.topiary.evaluator.page;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.runtime.deadletter.DeadLetters;
import io.topiary.schemas.Result;
import io.topiary.schemas.Topics;
import io.topiary.schemas.Work;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class PageJsonTest {

  @Test
  void shouldTellAllThatARunningJobSaysOfItself() {
    // Given
    var jobs = new LiveJobs(1);
    jobs.add(LiveRecords.sign("a", 25));

    // When
    var json = JobJson.of(jobs.newestFirst(), Instant.EPOCH, Optional.empty());

    // Then
    assertThat(json)
        .hasToString(
            """
            {"now":"1970-01-01T00:00:00Z","stale":null,"jobs":[{"id":"a","work":"training",\
            "stage":"retrained","model":"resnet8","method":"one-shot","phase":1,"phases":2,\
            "sparsity":0.9,"worker":"worker-1","done":25,"total":100,"epoch":1,"epochs":2,\
            "learningRate":0.1,"loss":"NaN","epochLoss":null,"imagesPerSecond":1234.5,\
            "device":"cpu","threads":1,"at":"1970-01-01T00:00:25Z","ended":null,"reason":null}]}""");
  }

  @Test
  void shouldTellWhyAJobThatNeverRanFailed() {
    // Given
    var jobs = new LiveJobs(1);
    jobs.add(LiveRecords.end("a", Work.TRAINING, Result.FAILED, 25));

    // When
    var job = JobJson.of(jobs.newestFirst(), Instant.EPOCH, Optional.of("away")).get("jobs").get(0);

    // Then
    assertThat(job.get("ended").asText()).isEqualTo("failed");
    assertThat(job.get("reason").asText()).isEqualTo("It was refused.");
    assertThat(job.get("stage").isNull()).isTrue();
    assertThat(job.get("total").asLong()).isZero();
  }

  @Test
  void shouldKeepTheNewestDeadLettersAndCountAll() {
    // Given
    var letters = new LiveDeadLetters(2);
    letters.restart(false);

    // When
    for (var offset = 0; offset < 3; offset++) {
      letters.add(letter("topiary.jobs", String.valueOf(offset)));
    }

    // Then
    assertThat(letters.json())
        .hasToString(
            """
            {"count":3,"atLeast":false,"deadLetters":[\
            {"at":"1970-01-01T00:00:00.007Z","topic":"topiary.jobs","partition":0,"offset":2,\
            "exception":"java.lang.Exception","message":"It is no job.",\
            "refusedBy":"topiary-trainers","key":"key"},\
            {"at":"1970-01-01T00:00:00.007Z","topic":"topiary.jobs","partition":0,"offset":1,\
            "exception":"java.lang.Exception","message":"It is no job.",\
            "refusedBy":"topiary-trainers","key":"key"}]}""");
  }

  @Test
  void shouldTellOfALetterWhoseHeadersAreNotOurs() {
    // Given
    var letters = new LiveDeadLetters(2);
    letters.restart(true);

    // When
    letters.add(letter("x".repeat(5_000), "many"));
    letters.add(new ConsumerRecord<>(Topics.DEAD_LETTERS, 0, 0, null, null));

    // Then
    var json = letters.json();
    assertThat(json.get("atLeast").asBoolean()).isTrue();
    assertThat(json.get("deadLetters").get(0).get("topic").isNull()).isTrue();
    assertThat(json.get("deadLetters").get(1).get("offset").isNull()).isTrue();
    assertThat(json.get("deadLetters").get(1).get("topic").asText()).hasSize(2_001);
  }

  private static ConsumerRecord<byte[], byte[]> letter(String topic, String offset) {
    var original = new ConsumerRecord<>(topic, 0, 0, "key".getBytes(UTF_8), new byte[] {1});
    var letter = DeadLetters.letter(original, new Exception("It is no job."), "topiary-trainers");
    letter.headers().remove(DeadLetters.OFFSET).add(DeadLetters.OFFSET, offset.getBytes(UTF_8));
    var read =
        new ConsumerRecord<>(
            Topics.DEAD_LETTERS,
            0,
            0,
            7,
            TimestampType.CREATE_TIME,
            3,
            1,
            letter.key(),
            letter.value(),
            letter.headers(),
            Optional.empty());
    return read;
  }
}
