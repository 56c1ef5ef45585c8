package io.topiary.benchmarks.inference;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Results in a file, one line of JSON each; of several for one case the last counts. */
final class Results {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;

  Results(Path file) {
    this.file = file;
  }

  List<CaseResult> all() throws IOException {
    var results = new ArrayList<CaseResult>();
    if (Files.exists(file)) {
      for (var line : Files.readAllLines(file)) {
        results.add(JSON.readValue(line, CaseResult.class));
      }
    }
    return results;
  }

  boolean has(String network, double sparsity, int batch, int threads) throws IOException {
    return all().stream().anyMatch(result -> result.is(network, sparsity, batch, threads));
  }

  void add(CaseResult result) throws IOException {
    Files.writeString(
        file,
        JSON.writeValueAsString(result) + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  /** The tables in Markdown, for the cases that were asked for. */
  List<String> tables(InferenceOptions options) throws IOException {
    var all = all();
    var lines = new ArrayList<String>();
    for (var batch : options.batches()) {
      lines.add("");
      lines.add("Batch %d, %d thread(s):".formatted(batch, options.threads()));
      lines.add("");
      lines.add(
          "| network | sparsity | sparse, ms | fastest of PyTorch, ms | ONNX Runtime, ms | PyTorch / sparse | ONNX Runtime / sparse | relative error | 10^9 multiply-adds/s left |");
      lines.add("| --- | ---: | ---: | ---: | ---: | --- | --- | ---: | ---: |");
      for (var network : options.networks()) {
        for (var sparsity : options.sparsities()) {
          all.stream()
              .filter(result -> result.is(network, sparsity, batch, options.threads()))
              .reduce((earlier, later) -> later)
              .ifPresent(result -> lines.add(row(result)));
        }
      }
    }
    return lines;
  }

  private static String row(CaseResult result) {
    return String.format(
        Locale.ROOT,
        "| %s | %.0f%% | %.3f | %.3f, %s | %.3f | %s | %s | %.0e | %.1f |",
        result.network(),
        100 * result.sparsity(),
        result.sparse().median(),
        result.torch().median(),
        result.torchForm(),
        result.onnx().median(),
        result.torchRatio().asRatio(),
        result.onnxRatio().asRatio(),
        Math.max(result.torchError(), result.onnxError()),
        result.multiplyAdds());
  }
}
