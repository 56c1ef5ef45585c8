package io.topiary.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.topiary.runtime.StartException;
import java.util.List;
import org.junit.jupiter.api.Test;

class DevicesTest {

  @Test
  void shouldLetEveryJobComputeOnTheOnlyDevice() {
    // Given
    var devices = Devices.of(List.of("cpu"));

    // When, Then
    try (var first = devices.lease();
        var second = devices.lease()) {
      assertThat(first.device()).isEqualTo("cpu");
      assertThat(second.device()).isEqualTo("cpu");
    }
  }

  @Test
  void shouldGiveAJobTheDeviceWithTheFewestJobs() {
    // Given two devices, whose jobs come and go
    var devices = Devices.present(List.of("gpu:0", "gpu:1"));
    var first = devices.lease();
    var second = devices.lease();
    var third = devices.lease();
    assertThat(List.of(first.device(), second.device(), third.device()))
        .containsExactly("gpu:0", "gpu:1", "gpu:0");

    // When
    first.close();
    third.close();

    // Then
    assertThat(devices.lease().device()).isEqualTo("gpu:0");
    assertThat(devices.lease().device()).isEqualTo("gpu:0");
    second.close();
    assertThat(devices.lease().device()).isEqualTo("gpu:1");
  }

  @Test
  void shouldCountADeviceOnceHoweverItIsCalled() {
    // Given
    var devices = Devices.present(List.of("gpu", "gpu:0", "gpu:1"));

    // When, Then
    assertThat(devices.lease().device()).isEqualTo("gpu:0");
    assertThat(devices.lease().device()).isEqualTo("gpu:1");
  }

  @Test
  void shouldRefuseToStartOnADeviceThatIsNotThere() {
    assertThatThrownBy(() -> Devices.of(List.of("gpu:999")))
        .isInstanceOf(StartException.class)
        .hasMessageStartingWith("There is no device gpu:999: PyTorch 2.")
        .hasMessageContaining("use cpu");
  }

  @Test
  void shouldRefuseToStartOnWhatIsNoDevice() {
    assertThatThrownBy(() -> Devices.of(List.of("cuda")))
        .isInstanceOf(StartException.class)
        .hasMessage("The device is 'cuda'; it must be cpu, gpu, or gpu:0, gpu:1 and so on.");
  }

  @Test
  void shouldRefuseToMixDevicesThatEndWithOtherWeights() {
    assertThatThrownBy(() -> Devices.of(List.of("cpu", "gpu:0")))
        .isInstanceOf(StartException.class)
        .hasMessage(
            "The devices are cpu, gpu:0; a trainer computes on the CPU or on GPUs, not on both.");
  }
}
