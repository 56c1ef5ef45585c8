package io.topiary.engine;

import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A module of TorchScript as the archive that PyTorch loads
 * (https://pytorch.org/docs/stable/jit.html): DJL runs such modules and cannot make them. The
 * module has methods and no attributes; tensors are given to its methods.
 */
final class ScriptArchive {
  private ScriptArchive() {}

  /**
   * Hands a module to PyTorch, which compiles it.
   *
   * @param manager closes it
   * @param module its name, a Python identifier
   * @param methods its methods as TorchScript prints them, two spaces before each {@code def}
   */
  static PtSymbolBlock load(PtNDManager manager, String module, String methods) {
    try {
      return JniUtils.loadModule(
          manager, new ByteArrayInputStream(archive(module, methods)), false, false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] archive(String module, String methods) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      put(zip, "version", "3\n");
      put(
          zip,
          "code/__torch__.py",
          """
          class %s(Module):
            __parameters__ = []
            __buffers__ = []
          %s"""
              .formatted(module, methods));
      // Pickled: an instance that has no attributes; no constants.
      put(zip, "data.pkl", "\u0080\u0002c__torch__\n%s\n)\u0081}b.".formatted(module));
      put(zip, "constants.pkl", "\u0080\u0002).");
    }
    return bytes.toByteArray();
  }

  private static void put(ZipOutputStream zip, String name, String content) throws IOException {
    zip.putNextEntry(new ZipEntry("module/" + name));
    zip.write(content.getBytes(StandardCharsets.ISO_8859_1));
    zip.closeEntry();
  }
}
