package io.topiary.benchmarks.inference;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A checkpoint in the peers' forms, written by Python into a folder that does not outlive it. */
final class PeerFiles implements AutoCloseable {

  private final Path folder;

  private PeerFiles(Path folder) {
    this.folder = folder;
  }

  static PeerFiles of(Path checkpoint, InferenceOptions options) throws IOException {
    var folder = Files.createTempDirectory(options.folder(), "peers-");
    var process =
        new ProcessBuilder(
                options.python(),
                options.peer().toString(),
                "--checkpoint=" + checkpoint,
                "--out=" + folder,
                "--batches="
                    + options.batches().stream()
                        .map(String::valueOf)
                        .collect(Collectors.joining(",")))
            .inheritIO()
            .start();
    try {
      if (process.waitFor() != 0) {
        throw new IOException(options.peer() + " failed.");
      }
    } catch (InterruptedException e) {
      process.destroy();
      throw new IllegalStateException(e);
    }
    return new PeerFiles(folder);
  }

  /** The TorchScript files for a batch size, and the ways in which they lie in memory. */
  List<Contender> scripts(int batch, float[] images, long[] shape) throws IOException {
    var scripts = new ArrayList<Contender>();
    for (var layout : List.of("contiguous", "channels-last")) {
      var file = folder.resolve("%d-%s.pt".formatted(batch, layout));
      if (Files.exists(file)) {
        scripts.add(ScriptContender.load(file, "TorchScript " + layout, images, shape));
      }
    }
    return scripts;
  }

  Path onnx(int batch) {
    return folder.resolve(batch + ".onnx");
  }

  @Override
  public void close() throws IOException {
    try (var files = Files.list(folder)) {
      for (var file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
