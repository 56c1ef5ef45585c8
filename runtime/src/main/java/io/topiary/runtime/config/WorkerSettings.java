package io.topiary.runtime.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;

/**
 * Who a worker is, and where it finds its data.
 *
 * @param name what it calls itself in progress and outcomes
 * @param dataFolders folders whose sub-folders are data sets, looked through in this order
 */
public record WorkerSettings(String name, List<Path> dataFolders) {

  public static final Setting<String> NAME =
      Setting.string("topiary.worker.name", "what the worker calls itself in progress and outcomes")
          .orElse(hostName());

  public static final Setting<List<Path>> DATA_FOLDERS =
      Setting.paths("topiary.data.dirs", "folders whose sub-folders are data sets").orElse("");

  public static final List<Setting<?>> SETTINGS = List.of(NAME, DATA_FOLDERS);

  public WorkerSettings {
    dataFolders = List.copyOf(dataFolders);
  }

  public static WorkerSettings from(Settings settings) {
    return new WorkerSettings(settings.get(NAME), settings.get(DATA_FOLDERS));
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "worker";
    }
  }
}
