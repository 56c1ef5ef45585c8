package io.topiary.evaluator.frontier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.topiary.runtime.config.SettingException;
import io.topiary.runtime.config.Settings;
import java.util.Map;
import org.apache.kafka.streams.state.HostInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrontierConfigTest {

  @Test
  void shouldReadTheAddressThatOthersReachItBy() {
    assertThat(config("frontier-0.topiary:8080").advertised())
        .contains(new HostInfo("frontier-0.topiary", 8080));
    assertThat(config("").advertised()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"somewhere", ":8080", "somewhere:port"})
  void shouldRefuseWhatIsNoAddress(String text) {
    assertThatThrownBy(() -> config(text))
        .isInstanceOf(SettingException.class)
        .hasMessage(
            "topiary.frontier.advertised.address is \"%s\", but it should be host:port, or empty.",
            text);
  }

  private static FrontierConfig config(String address) {
    return FrontierConfig.from(
        Settings.of(
            FrontierConfig.SETTINGS, Map.of(FrontierConfig.ADVERTISED_ADDRESS.name(), address)));
  }
}
