package io.topiary.runtime.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Who a worker is, and where it finds its data.
 *
 * @param name what it calls itself in progress and outcomes
 * @param dataFolders folders whose sub-folders are data sets, looked through in this order
 * @param handBackWithin time that running jobs have to be handed back when the worker is stopped
 */
public record WorkerSettings(String name, List<Path> dataFolders, Duration handBackWithin) {

  public static final Setting<String> NAME =
      Setting.string("topiary.worker.name", "what the worker calls itself in progress and outcomes")
          .orElse(hostName());

  public static final Setting<List<Path>> DATA_FOLDERS =
      Setting.paths("topiary.data.dirs", "folders whose sub-folders are data sets").orElse("");

  public static final Setting<Duration> HAND_BACK_WITHIN =
      Setting.duration(
              "topiary.worker.hand.back.within",
              "time that running jobs have to be handed back when the worker is stopped;"
                  + " topiary.stop.within should be 5s more")
          .orElse("20s");

  public static final List<Setting<?>> SETTINGS = List.of(NAME, DATA_FOLDERS, HAND_BACK_WITHIN);

  public WorkerSettings {
    dataFolders = List.copyOf(dataFolders);
  }

  /** One that is stopped as most are. */
  public WorkerSettings(String name, List<Path> dataFolders) {
    this(name, dataFolders, Duration.ofSeconds(20));
  }

  public static WorkerSettings from(Settings settings) {
    return new WorkerSettings(
        settings.get(NAME), settings.get(DATA_FOLDERS), settings.get(HAND_BACK_WITHIN));
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "worker";
    }
  }
}
