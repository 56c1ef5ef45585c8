package io.topiary.cli.export;

import static io.topiary.cli.text.Figures.format;

import io.topiary.cli.text.Columns;
import io.topiary.engine.Weights;
import io.topiary.sparsity.network.Parameter;
import java.util.ArrayList;
import java.util.List;

/** What a checkpoint holds, and how large it is in either form. */
final class ExportReport {

  private ExportReport() {}

  /**
   * @param forms the dense one first
   */
  static List<String> lines(Weights weights, List<Exported> forms) {
    var network = weights.network();
    var prunable = elements(network.prunable());
    var lines = new ArrayList<String>();
    lines.add(
        format(
            "Network %s: %,d parameters, %,d of them prunable",
            network.name(), elements(network.parameters()), prunable));
    lines.add(
        format(
            "Zeros: %,d of the prunable weights, %.2f%%",
            Math.round(weights.sparsity() * prunable), 100 * weights.sparsity()));
    lines.add("");
    var dense = forms.get(0);
    var rows = new ArrayList<List<String>>();
    rows.add(List.of("", "bytes", "of dense", "gzipped", "of dense"));
    for (var form : forms) {
      rows.add(
          List.of(
              form.form().toString(),
              format("%,d", form.bytes()),
              format("%.1f%%", 100.0 * form.bytes() / dense.bytes()),
              format("%,d", form.gzipped()),
              format("%.1f%%", 100.0 * form.gzipped() / dense.bytes())));
    }
    lines.addAll(Columns.aligned(rows));
    lines.add("");
    return lines;
  }

  private static long elements(List<Parameter> parameters) {
    return parameters.stream().mapToLong(parameter -> parameter.shape().elements()).sum();
  }
}
