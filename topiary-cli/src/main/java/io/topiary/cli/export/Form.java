package io.topiary.cli.export;

import static io.topiary.cli.options.Refusals.require;

import io.topiary.engine.Weights;
import io.topiary.sparsity.checkpoint.CheckpointFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/** How a checkpoint can be written. */
enum Form {
  /** Every value of every tensor. */
  SAFETENSORS("safetensors") {
    @Override
    void write(Path file, Weights weights, Map<String, String> metadata) throws IOException {
      CheckpointFile.write(file, weights.network(), metadata, weights::values);
    }
  },

  /** Of sparse weights the values that are not 0, and a bit mask. */
  SPARSE_SAFETENSORS("sparse-safetensors") {
    @Override
    void write(Path file, Weights weights, Map<String, String> metadata) throws IOException {
      CheckpointFile.writeSparse(file, weights.network(), metadata, weights::values);
    }
  };

  private final String typed;

  Form(String typed) {
    this.typed = typed;
  }

  abstract void write(Path file, Weights weights, Map<String, String> metadata) throws IOException;

  /**
   * What somebody typed.
   *
   * @throws io.topiary.runtime.StartException when there is no such form
   */
  static Form of(String typed) {
    var form = Arrays.stream(values()).filter(known -> known.typed.equals(typed)).findFirst();
    require(
        form.isPresent(),
        "--format is '%s', but it should be %s or %s.",
        typed,
        SAFETENSORS,
        SPARSE_SAFETENSORS);
    return form.orElseThrow();
  }

  /** As it is typed. */
  @Override
  public String toString() {
    return typed;
  }
}
