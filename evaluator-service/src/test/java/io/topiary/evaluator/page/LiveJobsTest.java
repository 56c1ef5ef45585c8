package io.topiary.evaluator.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.evaluator.page.LiveJobs.LiveJob;
import io.topiary.schemas.Result;
import io.topiary.schemas.Work;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LiveJobsTest {

  private final LiveJobs jobs = new LiveJobs(3);

  @Test
  void shouldShowTheNewestSignOfLife() {
    // When
    jobs.add(LiveRecords.sign("a", 10));
    jobs.add(LiveRecords.sign("a", 30));
    jobs.add(LiveRecords.sign("a", 20));

    // Then
    assertThat(jobs.newestFirst())
        .singleElement()
        .extracting(job -> job.progress().orElseThrow().getDone())
        .isEqualTo(30L);
  }

  @Test
  void shouldEndAJobWhicheverOfItsTopicsIsReadFirst() {
    // When
    jobs.add(LiveRecords.end("a", Work.TRAINING, Result.DONE, 20));
    jobs.add(LiveRecords.sign("a", 10));
    jobs.add(LiveRecords.sign("b", 10));
    jobs.add(LiveRecords.end("b", Work.TRAINING, Result.FAILED, 30));

    // Then
    assertThat(jobs.newestFirst())
        .extracting(job -> job.ended().orElseThrow().getResult())
        .containsExactly(Result.FAILED, Result.DONE);
  }

  @Test
  void shouldShowAJobThatRunsOnceMore() {
    // Given
    jobs.add(LiveRecords.sign("a", 10));
    jobs.add(LiveRecords.end("a", Work.TRAINING, Result.FAILED, 20));

    // When
    jobs.add(LiveRecords.sign("a", 30));

    // Then
    assertThat(jobs.newestFirst()).singleElement().matches(job -> job.ended().isEmpty());
  }

  @Test
  void shouldKeepThoseThatWereHeardOfLast() {
    // When
    IntStream.of(50, 10, 40, 20, 30).forEach(at -> jobs.add(LiveRecords.sign("at " + at, at)));

    // Then
    assertThat(jobs.newestFirst())
        .extracting(job -> job.progress().orElseThrow().getId())
        .containsExactly("at 50", "at 40", "at 30");
  }

  @Test
  void shouldShowOfWhatWasNeverSeenToRunOnlyThatItFailed() {
    // When
    jobs.add(LiveRecords.end("done", Work.EVALUATION, Result.DONE, 10));
    jobs.add(LiveRecords.end("plan done", Work.PLAN, Result.DONE, 20));
    jobs.add(LiveRecords.end("plan refused", Work.PLAN, Result.FAILED, 30));

    // Then
    assertThat(jobs.newestFirst())
        .extracting(LiveJob::outcome)
        .extracting(end -> end.orElseThrow().getId())
        .containsExactly("plan refused");
  }

  @Test
  void shouldForgetAJobThatIsTakenBack() {
    // Given
    jobs.add(LiveRecords.sign("a", 10));

    // When
    jobs.remove("a");

    // Then
    assertThat(jobs.newestFirst()).isEmpty();
  }
}
