package io.topiary.runtime.queue;

import io.topiary.runtime.config.KafkaSettings;
import io.topiary.runtime.config.Setting;
import io.topiary.runtime.config.Settings;
import io.topiary.runtime.lifecycle.ServiceMain;
import io.topiary.runtime.telemetry.Telemetry;
import io.topiary.schemas.Control;
import io.topiary.schemas.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A worker in a process of its own, which works on a job until it is stopped or killed. */
final class WorkerProcess {

  static final Setting<String> TOPIC = Setting.string("topiary.test.topic", "topic of the jobs");
  static final Setting<String> GROUP = Setting.string("topiary.test.group", "share group");

  /** Printed when a job has begun. */
  static final String BEGUN = "begun ";

  private WorkerProcess() {}

  public static void main(String[] arguments) {
    var settings = new ArrayList<Setting<?>>(List.of(TOPIC, GROUP));
    settings.addAll(KafkaSettings.SETTINGS);
    ServiceMain.run("test-worker", settings, WorkerProcess::start, arguments);
  }

  private static AutoCloseable start(Settings settings, Telemetry telemetry)
      throws InterruptedException {
    var topic =
        new Topic<>(
            settings.get(TOPIC), Control.class, QueueFixture.SERDE, 1, Map.<String, String>of());
    var patient = RecordingHandler.thatWorksUntilStopped(false);
    var handler =
        new RecordingHandler(
            (job, context) -> {
              System.out.println(BEGUN + job.getId());
              return patient.handle(job, context);
            });
    return JobQueue.start(
        topic,
        JobQueueSettings.onLog(settings.get(GROUP), 1),
        KafkaSettings.from(settings),
        telemetry,
        sender -> handler);
  }
}
