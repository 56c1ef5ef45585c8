package io.topiary.cli.compare;

import io.topiary.cli.compare.experiment.Experiment;
import io.topiary.schemas.JobProgress;
import io.topiary.schemas.Outcome;
import io.topiary.schemas.Result;
import io.topiary.schemas.Work;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How much is done and how long the rest will take: the epochs that are left at the pace of those
 * that were trained, over the jobs that run side by side, and the evaluations that are left at
 * theirs.
 */
final class Workload {

  /** Whoever has not been heard of for so long is not counted upon. */
  private static final Duration SILENCE = Duration.ofMinutes(1);

  /** Enough to know a pace by. */
  private static final double ENOUGH_EPOCHS = 0.2;

  private final Experiment experiment;
  private final Findings findings;
  private final Set<String> models;
  private final Map<String, JobProgress> running = new HashMap<>();
  private final Map<String, JobProgress> trainers = new HashMap<>();
  private final Map<String, Double> epochsOf = new HashMap<>();
  private double trainedEpochs;
  private double trainingSeconds;
  private long evaluations;
  private double evaluationSeconds;

  Workload(Experiment experiment, Findings findings) {
    this.experiment = experiment;
    this.findings = findings;
    experiment.jobs().forEach(job -> epochsOf.put(job.getJobId(), job.getRecipe().getEpochs()));
    experiment.trials().forEach(trial -> epochsOf.put(trial.workId(), trial.epochs()));
    models =
        experiment.jobs().stream()
            .map(job -> job.getLineage().getModel())
            .collect(Collectors.toSet());
  }

  void add(JobProgress sign) {
    if (sign.getWork() != Work.TRAINING) {
      return;
    }
    trainers.put(sign.getWorker(), sign);
    if (models.contains(sign.getLineage().getModel())) {
      running.put(sign.getId(), sign);
    }
  }

  void add(Outcome outcome) {
    running.remove(outcome.getId());
    if (outcome.getResult() != Result.DONE || !models.contains(outcome.getLineage().getModel())) {
      return;
    }
    var seconds = outcome.getDurationMillis() / 1e3;
    if (outcome.getWork() == Work.EVALUATION) {
      evaluations++;
      evaluationSeconds += seconds;
    } else if (outcome.getWork() == Work.TRAINING) {
      trainedEpochs += epochs(outcome);
      trainingSeconds += seconds;
    }
  }

  /** Of a phase, its share of the plan's. */
  private double epochs(Outcome outcome) {
    var lineage = outcome.getLineage();
    var all = epochsOf.getOrDefault(lineage.getPlan().orElse(outcome.getId()), 0.0);
    return all / Math.max(1, lineage.getPhases());
  }

  /** Jobs that trainers run side by side, of those that were heard of lately. */
  Optional<Integer> slots(Instant now) {
    var slots =
        trainers.values().stream()
            .filter(sign -> sign.getAt().isAfter(now.minus(SILENCE)))
            .mapToInt(sign -> Math.max(1, sign.getSlots()))
            .sum();
    return slots == 0 ? Optional.empty() : Optional.of(slots);
  }

  int total() {
    return experiment.dense().size() + experiment.trials().size();
  }

  int done() {
    return (int)
        (experiment.dense().stream()
                .filter(
                    dense ->
                        findings.finished(dense).isPresent() || findings.failure(dense).isPresent())
                .count()
            + experiment.trials().stream().filter(findings::ended).count());
  }

  /** Time left; absent while too little was trained to tell a pace. */
  Optional<Duration> left(int slots) {
    var underWay =
        running.values().stream()
            .mapToDouble(
                sign ->
                    sign.getImagesPerSecond() > 0 && sign.getTotal() > 0
                        ? share(sign) * epochsOf.getOrDefault(work(sign), 0.0)
                        : 0)
            .sum();
    var pace = secondsPerEpoch();
    if (pace.isEmpty()) {
      return Optional.empty();
    }
    var epochs =
        experiment.dense().stream()
                .filter(dense -> !findings.ended(dense.job()))
                .mapToDouble(dense -> dense.job().getRecipe().getEpochs())
                .sum()
            + experiment.trials().stream()
                .filter(trial -> !findings.ended(trial))
                .mapToDouble(trial -> trial.epochs())
                .sum();
    var judging = evaluations == 0 ? 0 : evaluationSeconds / evaluations * (total() - done());
    var seconds =
        Math.max(0, epochs - underWay) * pace.orElseThrow() / Math.max(1, slots) + judging;
    return Optional.of(Duration.ofSeconds(Math.round(seconds)));
  }

  private Optional<Double> secondsPerEpoch() {
    if (trainedEpochs >= ENOUGH_EPOCHS) {
      return Optional.of(trainingSeconds / trainedEpochs);
    }
    return experiment.jobs().stream()
        .findFirst()
        .flatMap(
            job ->
                running.values().stream()
                    .filter(sign -> sign.getImagesPerSecond() > 0)
                    .findFirst()
                    .map(
                        sign ->
                            job.getRecipe().getData().getTrainingImages()
                                / sign.getImagesPerSecond()));
  }

  private static double share(JobProgress sign) {
    return (double) sign.getDone() / sign.getTotal();
  }

  private static String work(JobProgress sign) {
    return sign.getLineage().getPlan().orElse(sign.getId());
  }
}
