package io.topiary.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataSetLibraryTest {
  @TempDir private Path folder;

  private ImageDataSet data;
  private DataSetLibrary library;

  @BeforeEach
  void writeADataSet() throws IOException {
    data = RandomDataSet.write(folder, 20, 4, 3, 1);
    library = new DataSetLibrary(List.of(folder.getParent()));
  }

  @Test
  void shouldHoldADataSetOnce() throws IOException {
    // When
    ImageDataSet first = library.open(data.name(), data.sha256(), 0);

    // Then
    assertThat(library.open(data.name(), data.sha256(), 0)).isSameAs(first);
  }

  @Test
  void shouldReadADataSetAgainThatHasChanged() throws IOException {
    // Given
    library.open(data.name(), data.sha256(), 0);
    ImageDataSet changed = RandomDataSet.write(folder, 20, 4, 3, 2);

    // When, Then
    assertThat(library.open(data.name(), changed.sha256(), 0).sha256()).isEqualTo(changed.sha256());
  }

  @Test
  void shouldHoldEachImageSizeOnItsOwn() throws IOException {
    // Given images of 4 x 4 pixels
    ImageDataSet own = library.open(data.name(), data.sha256(), 0);

    // When
    ImageDataSet asked = library.open(data.name(), data.sha256(), 4);

    // Then
    assertThat(asked).isNotSameAs(own).isSameAs(library.open(data.name(), data.sha256(), 4));
    assertThat(library.open(data.name(), data.sha256(), 0)).isSameAs(own);
    assertThatThrownBy(() -> library.open(data.name(), data.sha256(), 8))
        .isInstanceOf(DataSetException.class)
        .hasMessageEndingWith(
            "has images of 4 x 4 pixels, which are not resized; the image size is 8, but it must be"
                + " 0 or the images' own.");
  }

  @Test
  void shouldRefuseADataSetOfAnotherDigest() {
    assertThatThrownBy(() -> library.open(data.name(), "0".repeat(64), 0))
        .isInstanceOf(DataSetException.class)
        .hasMessage(
            "Data set '%s' has the SHA-256 %s here; it must be %s.",
            data.name(), data.sha256(), "0".repeat(64));
  }

  @Test
  void shouldRefuseToStandInForAnotherSplit() {
    assertThatCode(() -> data.requireSplit(ImageDataSet.HELD_OUT_SEED, 18, 2, 130))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> data.requireSplit(1, 18, 2, 130))
        .isInstanceOf(DataSetException.class)
        .hasMessageEndingWith(
            "is divided into 18 training, 2 validation and 130 test images by seed 2023;"
                + " it must be 18, 2 and 130 by seed 1.");
  }
}
