package io.topiary.runtime.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class ResourcesTest {

  @Test
  void shouldCloseInReverseOrderAndOnlyOnceAlsoWhenOneFails() {
    // Given
    var closed = new ArrayList<String>();
    var resources = new Resources();
    resources.<AutoCloseable>own(() -> closed.add("first"));
    resources.<AutoCloseable>own(
        () -> {
          throw new IllegalStateException("does not close");
        });
    resources.<AutoCloseable>own(() -> closed.add("last"));

    // When
    resources.close();
    resources.close();

    // Then
    assertThat(closed).containsExactly("last", "first");
  }
}
