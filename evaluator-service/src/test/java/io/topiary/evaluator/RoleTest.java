package io.topiary.evaluator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.topiary.runtime.config.SettingException;
import io.topiary.runtime.config.Settings;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoleTest {

  @Test
  void shouldBeBothUnlessItIsTold() {
    assertThat(Settings.of(List.of(Role.SETTING), Map.of()).get(Role.SETTING))
        .containsExactlyInAnyOrder(Role.WORKER, Role.FRONTIER);
  }

  @Test
  void shouldBeWhatItIsTold() {
    assertThat(roles("frontier")).containsExactly(Role.FRONTIER);
    assertThat(roles("frontier, worker")).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "workers", "worker,", "worker,page", "WORKER"})
  void shouldRefuseOtherRolesInOneSentence(String text) {
    assertThatThrownBy(() -> roles(text))
        .isInstanceOf(SettingException.class)
        .hasMessage(
            "topiary.evaluator.roles is \"%s\", but it should be worker, frontier, or both separated by a comma.",
            text);
  }

  private static Set<Role> roles(String text) {
    return Settings.of(List.of(Role.SETTING), Map.of(Role.SETTING.name(), text)).get(Role.SETTING);
  }
}
