package io.topiary.engine;

import ai.djl.ndarray.NDList;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * max(x, 0) written over x, PyTorch's {@code relu_}. DJL has no such operator; it does run modules
 * of TorchScript, and this is one of a single line. A ReLU is bound by memory: without a tensor of
 * its own to fill it moves a third less.
 *
 * <p>Values and gradients are those of {@code relu} to the bit. It must not be given what a
 * backward pass still needs, which PyTorch would find out and refuse.
 */
final class InPlaceRelu {
  /** The files of PyTorch's archive: https://pytorch.org/docs/stable/jit.html. */
  private static final byte[] MODULE =
      archive(
          new String[] {
            "relu/version", "3\n",
            "relu/code/__torch__.py",
                """
                class InPlaceRelu(Module):
                  __parameters__ = []
                  __buffers__ = []
                  def forward(self: __torch__.InPlaceRelu,
                    x: Tensor) -> Tensor:
                    return torch.relu_(x)
                """,
            // Pickled: an InPlaceRelu that has no attributes; no constants.
            "relu/data.pkl", "\u0080\u0002c__torch__\nInPlaceRelu\n)\u0081}b.",
            "relu/constants.pkl", "\u0080\u0002)."
          });

  private final PtNDManager manager;
  private Optional<PtSymbolBlock> module = Optional.empty();

  /**
   * The module is loaded when it is first used.
   *
   * @param manager closes it
   */
  InPlaceRelu(PtNDManager manager) {
    this.manager = manager;
  }

  /** The same memory as x, which is overwritten; joins the manager of x. */
  PtNDArray apply(PtNDArray x) {
    // As in training, or nothing would be recorded for gradients; whether anything is remains a
    // matter of the thread's gradient mode.
    return (PtNDArray) IValueUtils.forward(module(), new NDList(x), true).head();
  }

  private PtSymbolBlock module() {
    if (module.isEmpty()) {
      try {
        module =
            Optional.of(
                JniUtils.loadModule(manager, new ByteArrayInputStream(MODULE), false, false));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return module.orElseThrow();
  }

  private static byte[] archive(String[] namesAndContents) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (int i = 0; i < namesAndContents.length; i += 2) {
        zip.putNextEntry(new ZipEntry(namesAndContents[i]));
        zip.write(namesAndContents[i + 1].getBytes(StandardCharsets.ISO_8859_1));
        zip.closeEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
