package io.topiary.pruner;

import io.topiary.schemas.Lineage;
import io.topiary.schemas.Outcome;
import io.topiary.schemas.Plan;
import io.topiary.schemas.PlanState;
import io.topiary.schemas.Result;
import io.topiary.schemas.Work;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Follows every plan from the pruned network to the end of its retraining, phase by phase. Jobs
 * wait in the store and go out as the trainers have room for them; one that is not heard of any
 * more goes out again, but not for ever. A plan ends once.
 *
 * <p>A plan that is cancelled ends at once unless its job is out. Then the trainer's answer is
 * waited for: that it was cancelled, or that it was done already, after which no other phase
 * begins. Where no answer comes, the plan ends instead of sending its job again.
 */
final class PlanProcessor extends ContextualProcessor<String, PlanEvent, String, SpecificRecord> {

  /** One that runs and one that is at hand when it ends. */
  private static final int JOBS_PER_SLOT = 2;

  private static final Duration TICK = Duration.ofSeconds(1);

  /**
   * A job that has been sent so often is given up when nothing was heard of it since: no trainer
   * can read it, or none is there. With ten minutes' patience that is after more than ten hours.
   */
  private static final int MOST_SENDS = 6;

  private final Backlog backlog;
  private final PrunerMeters meters;
  private final Duration patience;

  /**
   * Who goes first when there is room: plans that have begun before those that have not, of those
   * the furthest, then the oldest. Others keep their order: as they came or, after a restart, that
   * of the store.
   */
  private static final Comparator<Plan> TURN =
      Comparator.comparing((Plan plan) -> begunAt(plan).isEmpty())
          .thenComparing(plan -> -plan.getJob().getLineage().getPhase())
          .thenComparing(plan -> begunAt(plan).orElse(Instant.MAX));

  /** The plans of the store that have not ended. */
  private final Map<String, Plan> open = new LinkedHashMap<>();

  /**
   * @param patience how long a job that was sent may stay silent before it is sent again; twice as
   *     long after every time, as it may just wait its turn
   */
  PlanProcessor(Backlog backlog, PrunerMeters meters, Duration patience) {
    this.backlog = backlog;
    this.meters = meters;
    this.patience = patience;
  }

  @Override
  public void init(ProcessorContext<String, SpecificRecord> context) {
    super.init(context);
    open.clear();
    Plans.of(context).open().forEach(plan -> open.put(plan.getPlanId(), plan));
    report();
    context.schedule(TICK, PunctuationType.WALL_CLOCK_TIME, now -> tick(Instant.ofEpochMilli(now)));
  }

  @Override
  public void process(Record<String, PlanEvent> record) {
    if (record.value() instanceof PlanEvent.Made made) {
      keep(made.plan());
    } else if (record.value() instanceof PlanEvent.Returned returned) {
      keep(Plan.newBuilder(returned.plan()).setState(PlanState.PRUNING).build());
    } else if (record.value() instanceof PlanEvent.Stuck stuck) {
      end(stuck.plan(), PlanState.FAILED, Result.FAILED, Optional.of(stuck.reason()));
    } else if (record.value() instanceof PlanEvent.JobEnded ended) {
      waitingFor(ended)
          .ifPresent(plan -> end(plan, endOf(ended.result()), ended.result(), ended.reason()));
    } else if (record.value() instanceof PlanEvent.Refused refused) {
      end(refused.plan(), PlanState.REFUSED, Result.FAILED, refused.plan().getReason());
    }
    endCancelled();
    report();
    admit(now());
  }

  /**
   * A job whose network has come back already cannot fail; but whoever cancels it, ends the plan.
   */
  private Optional<Plan> waitingFor(PlanEvent.JobEnded ended) {
    return Optional.ofNullable(open.get(ended.planId()))
        .filter(plan -> plan.getJob().getJobId().equals(ended.jobId()))
        .filter(plan -> plan.getState() != PlanState.PRUNING || ended.result() == Result.CANCELLED);
  }

  @Override
  public void close() {
    backlog.forget(context().taskId());
  }

  private void tick(Instant now) {
    inState(PlanState.RETRAINING).stream()
        .filter(plan -> isSilent(plan, now))
        .forEach(plan -> sendAgain(plan, now));
    endCancelled();
    report();
    admit(now);
  }

  /** Ends the plans that are cancelled and have no job out. */
  private void endCancelled() {
    inState(PlanState.WAITING).forEach(plan -> cancel(plan, "before its job was sent"));
    inState(PlanState.PRUNING).forEach(plan -> cancel(plan, "while its network could not be read"));
  }

  /** Ends the plan if an order says so, and tells whether one did. */
  private boolean cancel(Plan plan, String meanwhile) {
    var order = AcceptedControls.of(context()).against(plan);
    order.ifPresent(
        any ->
            end(plan, PlanState.CANCELLED, Result.CANCELLED, Optional.of(any.reason(meanwhile))));
    return order.isPresent();
  }

  private void admit(Instant now) {
    var limit = JOBS_PER_SLOT * Fleet.of(context()).slots(now);
    for (var plan : inState(PlanState.WAITING).stream().sorted(TURN).toList()) {
      if (!backlog.admit(context().taskId(), limit)) {
        return;
      }
      send(plan, now);
    }
  }

  private boolean isSilent(Plan plan, Instant now) {
    var since = heardOf(plan).orElse(sentAt(plan));
    var silence = patience.multipliedBy(1L << (Math.min(plan.getSent(), MOST_SENDS) - 1));
    return !now.isBefore(since.plus(silence));
  }

  /** The last sign of life since the job was last sent. */
  private Optional<Instant> heardOf(Plan plan) {
    return Fleet.of(context())
        .lastSignOfLife(plan.getJob().getJobId())
        .filter(sentAt(plan)::isBefore);
  }

  private static Instant sentAt(Plan plan) {
    return plan.getSentAt().orElse(Instant.EPOCH);
  }

  private void sendAgain(Plan plan, Instant now) {
    if (cancel(plan, "and nothing was heard of its job")) {
      return;
    }
    if (plan.getSent() >= MOST_SENDS && heardOf(plan).isEmpty()) {
      var reason =
          "Nothing was heard of job %s, sent %d times and last at %s; a trainer that can read it should be running."
              .formatted(plan.getJob().getJobId(), plan.getSent(), sentAt(plan));
      end(plan, PlanState.FAILED, Result.FAILED, Optional.of(reason));
      return;
    }
    meters.jobSentAgain();
    send(plan, now);
  }

  private void send(Plan plan, Instant now) {
    keep(
        Plan.newBuilder(plan)
            .setState(PlanState.RETRAINING)
            .setSentAt(now)
            .setSent(plan.getSent() + 1)
            .setBegunAt(plan.getBegunAt().orElse(now))
            .build());
    var job = plan.getJob();
    context()
        .forward(new Record<>(job.getJobId(), job, now.toEpochMilli()), PrunerTopology.JOBS_SINK);
  }

  private void end(Plan plan, PlanState state, Result result, Optional<String> reason) {
    var ended = Plan.newBuilder(plan).setState(state);
    reason.ifPresent(ended::setReason);
    keep(ended.build());
    var job = plan.getJob();
    var duration = Duration.between(begunAt(plan).orElse(now()), now());
    meters.planEnded(job.getLineage(), job.getRecipe(), job.getTargetSparsity(), result);
    tell(plan.getPlanId(), job.getLineage(), result, reason, duration);
  }

  /** Plans of earlier versions know only when their job was last sent. */
  private static Optional<Instant> begunAt(Plan plan) {
    return plan.getBegunAt().or(plan::getSentAt);
  }

  private void tell(
      String planId, Lineage lineage, Result result, Optional<String> reason, Duration duration) {
    var outcome =
        Outcome.newBuilder()
            .setId(planId)
            .setWork(Work.PLAN)
            .setResult(result)
            .setLineage(lineage)
            .setWorker(context().applicationId())
            .setDurationMillis(duration.toMillis())
            .setAt(now());
    reason.ifPresent(outcome::setReason);
    context()
        .forward(
            new Record<>(lineage.getModel(), outcome.build(), context().currentSystemTimeMs()),
            PrunerTopology.OUTCOMES_SINK);
  }

  private void keep(Plan plan) {
    Plans.of(context()).put(plan);
    if (Plans.isOpen(plan)) {
      open.put(plan.getPlanId(), plan);
    } else {
      open.remove(plan.getPlanId());
    }
  }

  private void report() {
    backlog.report(
        context().taskId(),
        inState(PlanState.WAITING).size(),
        inState(PlanState.RETRAINING).size());
  }

  private List<Plan> inState(PlanState state) {
    return open.values().stream().filter(plan -> plan.getState() == state).toList();
  }

  private static PlanState endOf(Result retraining) {
    return switch (retraining) {
      case DONE -> PlanState.DONE;
      case CANCELLED -> PlanState.CANCELLED;
      case FAILED, UNKNOWN -> PlanState.FAILED;
    };
  }

  private Instant now() {
    return Instant.ofEpochMilli(context().currentSystemTimeMs());
  }
}
