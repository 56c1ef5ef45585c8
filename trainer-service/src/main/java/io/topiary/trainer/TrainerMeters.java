package io.topiary.trainer;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.topiary.runtime.telemetry.Labels;
import io.topiary.schemas.Result;
import io.topiary.schemas.TrainingJob;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** All meters of the trainer, besides its queue's. */
final class TrainerMeters {

  private final MeterRegistry registry;

  /** The running jobs of each model that has ever had one. */
  private final Map<String, Set<Running>> running = new ConcurrentHashMap<>();

  TrainerMeters(MeterRegistry registry) {
    this.registry = registry;
  }

  /** A job's training begins; it ends when what is returned is closed. */
  Running started(TrainingJob job) {
    return new Running(job);
  }

  void ended(TrainingJob job, Result result) {
    jobs(job, result).increment();
  }

  private Counter jobs(TrainingJob job, Result result) {
    return Counter.builder("topiary.training.jobs")
        .description("trainings that have ended, by how")
        .tags(Labels.of(job.getLineage(), job.getRecipe(), job.getTargetSparsity()))
        .tag("result", Labels.value(result))
        .register(registry);
  }

  private Timer duration(TrainingJob job) {
    return Timer.builder("topiary.training.duration")
        .tags(Labels.of(job.getLineage(), job.getRecipe(), job.getTargetSparsity()))
        .description("time spent on training, to the end or not")
        .register(registry);
  }

  private Set<Running> register(String model) {
    Set<Running> jobs = ConcurrentHashMap.newKeySet();
    Gauge.builder("topiary.training.running", jobs, Set::size)
        .tag("model", model)
        .description("jobs that are training")
        .register(registry);
    Gauge.builder("topiary.training.images.per.second", jobs, TrainerMeters::imagesPerSecond)
        .tag("model", model)
        .description("throughput of all jobs that are training, data loading excluded")
        .register(registry);
    return jobs;
  }

  private static double imagesPerSecond(Set<Running> jobs) {
    return jobs.stream().mapToDouble(job -> job.imagesPerSecond).sum();
  }

  /** A job while it trains. */
  final class Running implements AutoCloseable {

    private final Set<Running> jobs;
    private final Timer duration;
    private final Timer.Sample sample = Timer.start(registry);
    private volatile double imagesPerSecond;

    private Running(TrainingJob job) {
      this.jobs =
          running.computeIfAbsent(job.getLineage().getModel(), TrainerMeters.this::register);
      jobs.add(this);
      // At 0 while the job runs, so that its end is a step.
      duration = duration(job);
      Labels.RESULTS.forEach(result -> jobs(job, result));
    }

    void imagesPerSecond(double rate) {
      imagesPerSecond = rate;
    }

    @Override
    public void close() {
      jobs.remove(this);
      sample.stop(duration);
    }
  }
}
