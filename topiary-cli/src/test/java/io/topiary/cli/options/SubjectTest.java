package io.topiary.cli.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.topiary.runtime.artifact.FileArtifactStore;
import io.topiary.schemas.Augmentation;
import io.topiary.schemas.Ids;
import io.topiary.schemas.Lineage;
import io.topiary.schemas.Recipe;
import io.topiary.sparsity.InvalidInputException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class SubjectTest {

  @TempDir private Path folder;
  @TempDir private Path artifacts;

  @Command(name = "asked")
  private static final class Asked {
    @Mixin private NetworkOptions network = new NetworkOptions();
    @Mixin private DataOptions data = new DataOptions();
    @Mixin private TrainingOptions training = new TrainingOptions();
  }

  @Test
  void shouldKeepTheIdOfTheDemosDenseRun() throws IOException {
    // Given what the demo asks for where nothing is said
    var recipe = recipe();

    // Then it is the work that it was before there were augmentations, sizes and momenta
    var lineage =
        Lineage.newBuilder().setModel("resnet8-fashion-mnist-sample").setGeneration("1").build();
    assertThat(Ids.jobId(lineage, recipe, Optional.empty(), Optional.empty()))
        .isEqualTo("8f4e3fc5b25e97bfb463ef844001e5e0");
  }

  @Test
  void shouldWriteDownWhatIsDoneToImages() throws IOException {
    assertThat(recipe().getAugmentation()).isEmpty();
    assertThat(recipe("--augment", "none")).isEqualTo(recipe());
    assertThat(recipe("--augment", "crop-flip").getAugmentation())
        .contains(new Augmentation(4, true, false));
    assertThat(recipe("--augment", "crop").getAugmentation())
        .contains(new Augmentation(4, false, false));
    assertThat(recipe("--augment", "resized-crop-flip").getAugmentation())
        .contains(new Augmentation(0, true, true));
  }

  @Test
  void shouldTreatImagesAsSuitsThem() throws IOException {
    // Given colour images, two classes of twenty
    for (var label : new String[] {"cat", "dog"}) {
      Files.createDirectory(folder.resolve(label));
      for (var i = 0; i < 20; i++) {
        var image = new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB);
        ImageIO.write(image, "png", folder.resolve(label).resolve(i + ".png").toFile());
      }
    }

    // Then small ones are cropped and mirrored, and large ones resized too
    var small = recipe("--data", folder.toString(), "--image-size", "32");
    assertThat(small.getAugmentation()).contains(new Augmentation(4, true, false));
    assertThat(small.getData().getImageSize()).isEqualTo(32);
    assertThat(small.getNetwork().getInput()).containsExactly(3, 32, 32);
    assertThat(small.getNetwork().getClasses()).isEqualTo(2);
    var large = recipe("--data", folder.toString(), "--image-size", "72");
    assertThat(large.getAugmentation()).contains(new Augmentation(0, true, true));
    assertThatThrownBy(() -> recipe("--data", folder.toString(), "--image-size", "4"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("The padding of random crops is 4");
  }

  private Recipe recipe(String... options) throws IOException {
    var asked = new Asked();
    new CommandLine(asked).parseArgs(options);
    return Subject.open(asked.network.source(), asked.data)
        .recipe(asked.training.request(), 10, FileArtifactStore.open(artifacts));
  }
}
