package io.topiary.cli.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.topiary.runtime.StartException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NewFileTest {

  @TempDir private Path folder;

  @Test
  void shouldMakeAllFiles() throws IOException {
    NewFile.writeAll(
        List.of(
            file("--a", "a").draft(to -> Files.writeString(to, "1")),
            file("--b", "b").draft(to -> Files.writeString(to, "2"))));

    assertThat(folder.resolve("a")).hasContent("1");
    assertThat(folder.resolve("b")).hasContent("2");
    assertThat(files()).hasSize(2);
  }

  @Test
  void shouldMakeNoneWhenOneCannotBeWritten() throws IOException {
    var drafts =
        List.of(
            file("--a", "a").draft(to -> Files.writeString(to, "1")),
            file("--b", "b")
                .draft(
                    to -> {
                      Files.writeString(to, "half");
                      throw new FileSystemException(to.toString(), null, "No space left on device");
                    }));

    assertThatThrownBy(() -> NewFile.writeAll(drafts))
        .isInstanceOf(StartException.class)
        .hasMessage(
            "--b is %s, which cannot be written: No space left on device.", folder.resolve("b"));
    assertThat(files()).isEmpty();
  }

  @Test
  void shouldMakeNoneWhenOneHasComeThereMeanwhile() throws IOException {
    var first = file("--a", "a").draft(to -> Files.writeString(to, "1"));
    var second = file("--b", "b").draft(to -> Files.writeString(to, "2"));
    Files.writeString(folder.resolve("b"), "theirs");

    assertThatThrownBy(() -> NewFile.writeAll(List.of(first, second)))
        .isInstanceOf(StartException.class)
        .hasMessageEndingWith("cannot be written: there is a file of that name.");
    assertThat(files()).containsExactly(folder.resolve("b"));
    assertThat(folder.resolve("b")).hasContent("theirs");
  }

  @Test
  void shouldSeeBeforehandWhatCannotBeWritten() throws IOException {
    var name = "n".repeat(255);

    assertThatThrownBy(() -> file("--a", name))
        .isInstanceOf(StartException.class)
        .hasMessageStartingWith("--a is " + folder.resolve(name) + ", which cannot be written: ")
        .message()
        .doesNotContain("Exception");
    assertThat(files()).isEmpty();
  }

  @Test
  void shouldLeaveNothingWhereNothingIsWritten() throws IOException {
    assertThat(file("--a", "a").path()).doesNotExist();
    assertThat(files()).isEmpty();
  }

  private NewFile file(String option, String name) {
    return NewFile.of(option, folder.resolve(name));
  }

  private List<Path> files() throws IOException {
    try (var files = Files.list(folder)) {
      return files.toList();
    }
  }
}
