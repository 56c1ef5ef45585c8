package io.topiary.cli.compare;

import io.topiary.cli.compare.experiment.DenseTraining;
import io.topiary.cli.compare.experiment.Experiment;
import io.topiary.cli.compare.experiment.Trial;
import io.topiary.cli.pipeline.TopicReader.DeadLetter;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.Evaluation;
import io.topiary.schemas.Ids;
import io.topiary.schemas.Outcome;
import io.topiary.schemas.Result;
import io.topiary.schemas.Stage;
import io.topiary.schemas.TrainingJob;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What has been heard of the comparison's networks, from the first record of every topic on. Others
 * may be on the same topics; what is not about one of the comparison's models is left out.
 */
final class Findings {

  /** A network that is finished: how it was made, how good it is, and what it went through. */
  record Finished(Checkpoint checkpoint, Evaluation evaluation, List<Checkpoint> phases) {}

  private final Set<String> models;
  private final Map<String, Checkpoint> byJob = new HashMap<>();
  private final Map<String, TreeMap<Integer, Checkpoint>> byPlan = new HashMap<>();
  private final Map<String, Evaluation> evaluations = new HashMap<>();
  private final Map<String, String> failures = new HashMap<>();
  private final Set<String> sent = new HashSet<>();

  Findings(Experiment experiment) {
    models =
        experiment.jobs().stream()
            .map(job -> job.getLineage().getModel())
            .collect(Collectors.toSet());
  }

  void add(TrainingJob job) {
    sent.add(job.getJobId());
  }

  void add(Checkpoint checkpoint) {
    if (!models.contains(checkpoint.getLineage().getModel())) {
      return;
    }
    if (checkpoint.getStage() == Stage.RETRAINED) {
      checkpoint
          .getLineage()
          .getPlan()
          .ifPresent(
              plan ->
                  byPlan
                      .computeIfAbsent(plan, any -> new TreeMap<>())
                      .put(checkpoint.getLineage().getPhase(), checkpoint));
    } else if (checkpoint.getStage() != Stage.PRUNED) {
      byJob.put(checkpoint.getJobId(), checkpoint);
    }
  }

  void add(Evaluation evaluation) {
    if (models.contains(evaluation.getLineage().getModel())) {
      evaluations.put(evaluation.getCheckpointId(), evaluation);
    }
  }

  void add(Outcome outcome) {
    if (outcome.getResult() != Result.DONE && models.contains(outcome.getLineage().getModel())) {
      fail(outcome.getId(), outcome.getReason().orElse("It is " + outcome.getResult() + "."));
    }
  }

  /** Of a record that never got as far as an outcome: its key is the id of what it asked for. */
  void add(DeadLetter letter) {
    fail(letter.key(), letter.reason());
  }

  /** The first reason is the one that is told. */
  private void fail(String id, String reason) {
    failures.putIfAbsent(id, reason);
  }

  /** Whether the job was sent already, by this process or an earlier one. */
  boolean sent(TrainingJob job) {
    return sent.contains(job.getJobId());
  }

  /** Whether no trainer has anything to do with the job any more. */
  boolean ended(TrainingJob job) {
    return byJob.containsKey(job.getJobId()) || failures.containsKey(job.getJobId());
  }

  Optional<Finished> finished(DenseTraining dense) {
    return Optional.ofNullable(byJob.get(dense.job().getJobId())).flatMap(this::judged);
  }

  Optional<Finished> finished(Trial trial) {
    if (!(trial instanceof Trial.Pruning pruning)) {
      return Optional.ofNullable(byJob.get(trial.workId())).flatMap(this::judged);
    }
    var phases = byPlan.getOrDefault(trial.workId(), new TreeMap<>());
    return Optional.ofNullable(phases.get(pruning.phases()))
        .flatMap(this::judged)
        .map(
            last ->
                new Finished(last.checkpoint(), last.evaluation(), List.copyOf(phases.values())));
  }

  private Optional<Finished> judged(Checkpoint checkpoint) {
    return Optional.ofNullable(evaluations.get(checkpoint.getCheckpointId()))
        .map(evaluation -> new Finished(checkpoint, evaluation, List.of(checkpoint)));
  }

  /** Why there will be no such network; absent while there may be, and when there is. */
  Optional<String> failure(DenseTraining dense) {
    return finished(dense).isPresent()
        ? Optional.empty()
        : first(Stream.of(dense.job().getJobId(), evaluationId(dense.checkpointId(), dense.job())));
  }

  /** The same of a sparse network, which fails with the dense one that it is pruned from. */
  Optional<String> failure(Trial trial) {
    if (finished(trial).isPresent()) {
      return Optional.empty();
    }
    if (trial instanceof Trial.Pruning pruning) {
      var judged =
          Optional.ofNullable(byPlan.get(trial.workId()))
              .flatMap(phases -> Optional.ofNullable(phases.get(pruning.phases())))
              .map(last -> evaluationId(last.getCheckpointId(), pruning.dense().job()));
      return first(
          Stream.concat(
              Stream.of(
                  trial.workId(), pruning.policy().getName(), pruning.dense().job().getJobId()),
              judged.stream()));
    }
    var job = ((Trial.Sparse) trial).job();
    return first(
        Stream.of(
            job.getJobId(), evaluationId(Ids.checkpointId(job.getJobId(), Stage.SPARSE), job)));
  }

  /** Whether there is nothing left to wait for. */
  boolean complete(Experiment experiment) {
    return experiment.dense().stream()
            .allMatch(dense -> finished(dense).isPresent() || failure(dense).isPresent())
        && experiment.trials().stream().allMatch(this::ended);
  }

  /** Whether it is finished, or never will be. */
  boolean ended(Trial trial) {
    return finished(trial).isPresent() || failure(trial).isPresent();
  }

  private Optional<String> first(Stream<String> ids) {
    return ids.flatMap(id -> Optional.ofNullable(failures.get(id)).stream()).findFirst();
  }

  private static String evaluationId(String checkpointId, TrainingJob job) {
    return Ids.evaluationId(checkpointId, job.getRecipe().getData().getSha256());
  }
}
