package io.topiary.runtime.queue;

import io.topiary.schemas.Control;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;

/** Does with a job what a test says, and remembers what it saw. */
final class RecordingHandler implements JobHandler<Control> {

  @FunctionalInterface
  interface Behaviour {
    JobResult handle(Control job, JobContext context) throws InterruptedException;
  }

  private final Behaviour behaviour;
  private volatile LongSupplier progress = () -> 0;
  private final Set<String> committed = ConcurrentHashMap.newKeySet();
  private final List<String> jobs = new CopyOnWriteArrayList<>();
  private final List<JobContext> contexts = new CopyOnWriteArrayList<>();
  private final List<String> refusals = new CopyOnWriteArrayList<>();

  RecordingHandler(Behaviour behaviour) {
    this.behaviour = behaviour;
  }

  static RecordingHandler thatSucceeds() {
    return new RecordingHandler((job, context) -> JobResult.done());
  }

  /** Works until the worker stops, and then hands its job back. */
  static RecordingHandler thatWorksUntilStopped(boolean progressed) {
    return new RecordingHandler(
        (job, context) -> {
          while (!context.stopping()) {
            Thread.sleep(10);
          }
          return JobResult.handedBack(progressed);
        });
  }

  /** The job's result is there already. */
  RecordingHandler withCommitted(String id) {
    committed.add(id);
    return this;
  }

  /** Attempts get so far before they die. */
  RecordingHandler withProgress(LongSupplier reached) {
    progress = reached;
    return this;
  }

  @Override
  public long progress(Control job) {
    return progress.getAsLong();
  }

  @Override
  public boolean sendAgain(Control job, JobContext context) {
    return committed.contains(job.getId());
  }

  @Override
  public JobResult handle(Control job, JobContext context) throws InterruptedException {
    contexts.add(context);
    jobs.add(job.getId());
    return behaviour.handle(job, context);
  }

  @Override
  public boolean refuse(Control job, JobContext context, String reason) {
    refusals.add(job.getId() + ": " + reason);
    return true;
  }

  /** Ids of the jobs begun, one for each attempt. */
  List<String> jobs() {
    return jobs;
  }

  List<JobContext> contexts() {
    return contexts;
  }

  List<String> refusals() {
    return refusals;
  }
}
