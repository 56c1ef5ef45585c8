package io.topiary.pruner;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.topiary.pruner.pruning.PhasePruner;
import io.topiary.runtime.StartException;
import io.topiary.runtime.artifact.FileArtifactStore;
import io.topiary.runtime.config.KafkaSettings;
import io.topiary.runtime.config.SettingException;
import io.topiary.runtime.config.Settings;
import io.topiary.runtime.telemetry.Telemetry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrunerServiceTest {

  @TempDir private Path directory;

  @Test
  void shouldSayWhenTheStateHasNoPlace() throws IOException {
    // Given
    var file = Files.createFile(directory.resolve("file"));
    var config = config(Map.of(PrunerConfig.STATE_DIRECTORY.name(), file.toString()));
    var kafka = new KafkaSettings(Map.of("bootstrap.servers", "localhost:1"));
    var backlog = new Backlog();

    // When, then
    try (var telemetry = Telemetry.start("localhost", 0)) {
      var topology =
          PrunerTopology.build(
              new PhasePruner(FileArtifactStore.open(directory)),
              backlog,
              new PrunerMeters(telemetry.registry(), backlog),
              new ArtifactFaults(telemetry.health().component("artifacts")),
              config.patience());
      assertThatThrownBy(() -> PrunerService.streams(config, kafka, topology))
          .isInstanceOf(StartException.class)
          .hasMessageContaining(file.toString())
          .hasMessageContaining("topiary.pruner.state.dir should name one that can be written");
    }
  }

  @Test
  void shouldSayHowLongThingsMayTake() {
    assertThatThrownBy(() -> config(Map.of(PrunerConfig.PATIENCE.name(), "0s")))
        .isInstanceOf(SettingException.class)
        .hasMessage(
            "topiary.pruner.patience is PT0S, but it should be above 0 and at most PT720H.");
    assertThatThrownBy(() -> config(Map.of(PrunerConfig.LONGEST_PRUNING.name(), "999h")))
        .isInstanceOf(SettingException.class)
        .hasMessage(
            "topiary.pruner.longest.pruning is PT999H, but it should be above 0 and at most PT24H.");
  }

  private static PrunerConfig config(Map<String, String> values) {
    return PrunerConfig.from(Settings.of(PrunerConfig.SETTINGS, values));
  }
}
