package io.topiary.evaluator.page;

import io.topiary.schemas.JobProgress;
import io.topiary.schemas.Outcome;
import io.topiary.schemas.Result;
import io.topiary.schemas.Work;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The jobs, evaluations and failed plans that were last heard of, so many and no more. Signs of
 * life and outcomes travel on different topics and are taken in any order. Safe for many threads.
 */
final class LiveJobs {

  private final int most;
  private final Map<String, LiveJob> jobs = new HashMap<>();

  /** Keeps the given number of jobs: those that were heard of last. */
  LiveJobs(int most) {
    this.most = most;
  }

  synchronized void add(JobProgress sign) {
    var job = jobs.getOrDefault(sign.getId(), LiveJob.UNKNOWN);
    put(sign.getId(), job.with(sign));
  }

  /** A plan that is done was seen to be by its jobs; one that failed may have had none. */
  synchronized void add(Outcome outcome) {
    if (outcome.getWork() == Work.PLAN && outcome.getResult() == Result.DONE) {
      return;
    }
    var job = jobs.getOrDefault(outcome.getId(), LiveJob.UNKNOWN);
    put(outcome.getId(), job.with(outcome));
  }

  synchronized void remove(String id) {
    jobs.remove(id);
  }

  /** Those worth showing, the one that was heard of last first. */
  synchronized List<LiveJob> newestFirst() {
    return jobs.values().stream()
        .filter(LiveJob::worthShowing)
        .sorted(Comparator.comparing(LiveJob::heard).reversed())
        .toList();
  }

  private void put(String id, LiveJob job) {
    jobs.put(id, job);
    if (jobs.size() > most) {
      jobs.entrySet().stream()
          .min(Map.Entry.comparingByValue(Comparator.comparing(LiveJob::heard)))
          .map(Map.Entry::getKey)
          .ifPresent(jobs::remove);
    }
  }

  /** A job's newest sign of life and how it ended, as far as they are known; one of them is. */
  record LiveJob(Optional<JobProgress> progress, Optional<Outcome> outcome) {

    private static final LiveJob UNKNOWN = new LiveJob(Optional.empty(), Optional.empty());

    private LiveJob with(JobProgress sign) {
      var later = progress.filter(known -> known.getAt().isAfter(sign.getAt()));
      return new LiveJob(Optional.of(later.orElse(sign)), outcome);
    }

    private LiveJob with(Outcome end) {
      var later = outcome.filter(known -> known.getAt().isAfter(end.getAt()));
      return new LiveJob(progress, Optional.of(later.orElse(end)));
    }

    /** How it ended; absent while it runs, be it once more after an earlier end. */
    Optional<Outcome> ended() {
      return outcome.filter(
          end -> progress.filter(sign -> sign.getAt().isAfter(end.getAt())).isEmpty());
    }

    Instant heard() {
      return ended()
          .map(Outcome::getAt)
          .or(() -> progress.map(JobProgress::getAt))
          .orElse(Instant.EPOCH);
    }

    /** Of what was done without a sign of life there is nothing to show but a failure. */
    private boolean worthShowing() {
      return progress.isPresent()
          || outcome.filter(end -> end.getResult() != Result.DONE).isPresent();
    }
  }
}
