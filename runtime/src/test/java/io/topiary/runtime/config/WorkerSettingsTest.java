package io.topiary.runtime.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WorkerSettingsTest {

  @Test
  void shouldTakeFoldersInTheirOrder() {
    var settings =
        Settings.of(
            WorkerSettings.SETTINGS,
            Map.of("topiary.worker.name", "w1", "topiary.data.dirs", "/mnt/a, /mnt/b/../c"));

    assertThat(WorkerSettings.from(settings).name()).isEqualTo("w1");
    assertThat(WorkerSettings.from(settings).dataFolders())
        .containsExactly(Path.of("/mnt/a"), Path.of("/mnt/c"));
  }

  @Test
  void shouldDoWithoutAnyFolderAndHaveANameOfItsOwn() {
    var settings = Settings.of(WorkerSettings.SETTINGS, Map.of());

    assertThat(WorkerSettings.from(settings).dataFolders()).isEmpty();
    assertThat(WorkerSettings.from(settings).name()).isNotBlank();
  }

  @Test
  void shouldGiveJobsAsMuchTimeToBeHandedBackAsItIsTold() {
    var told =
        Settings.of(WorkerSettings.SETTINGS, Map.of("topiary.worker.hand.back.within", "90s"));
    var untold = Settings.of(WorkerSettings.SETTINGS, Map.of());

    assertThat(WorkerSettings.from(told).handBackWithin()).hasSeconds(90);
    assertThat(WorkerSettings.from(untold).handBackWithin()).hasSeconds(20);
  }
}
