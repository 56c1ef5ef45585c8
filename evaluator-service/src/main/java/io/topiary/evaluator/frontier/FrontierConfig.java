package io.topiary.evaluator.frontier;

import io.topiary.runtime.config.Setting;
import io.topiary.runtime.config.Settings;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.streams.state.HostInfo;

/**
 * What a frontier has to be told.
 *
 * @param stateDirectory where its stores lie; what is lost there is read again from Kafka
 * @param advertised where other replicas reach this one's HTTP server; absent where they do by this
 *     machine's name, or by the address that is served on, and by the port that is
 */
public record FrontierConfig(Path stateDirectory, Optional<HostInfo> advertised) {

  public static final Setting<Path> STATE_DIRECTORY =
      Setting.path("topiary.frontier.state.dir", "folder of the frontier's state stores")
          .orElse(Path.of(System.getProperty("java.io.tmpdir"), "topiary-frontier").toString());

  public static final Setting<Optional<HostInfo>> ADVERTISED_ADDRESS =
      new Setting<>(
          "topiary.frontier.advertised.address",
          "where other replicas of the frontier reach this one's HTTP server; when empty, this"
              + " machine's name and topiary.http.port",
          "host:port, or empty",
          Optional.of(""),
          text -> Optional.of(hostInfo(text)).filter(host -> text.isEmpty() || host.isPresent()));

  public static final List<Setting<?>> SETTINGS = List.of(STATE_DIRECTORY, ADVERTISED_ADDRESS);

  public static FrontierConfig from(Settings settings) {
    return new FrontierConfig(settings.get(STATE_DIRECTORY), settings.get(ADVERTISED_ADDRESS));
  }

  /** Absent when the text is none. */
  private static Optional<HostInfo> hostInfo(String text) {
    try {
      return Optional.ofNullable(HostInfo.buildFromEndpoint(text))
          .filter(address -> !address.host().isEmpty());
    } catch (ConfigException e) {
      return Optional.empty();
    }
  }
}
