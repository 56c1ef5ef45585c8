package io.topiary.cli.export;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;

/**
 * A checkpoint in one of its forms, in a file.
 *
 * @param bytes of the file
 * @param gzipped bytes of the file when gzip has compressed it at its usual level
 */
record Exported(Form form, long bytes, long gzipped) {

  static Exported of(Form form, Path file) throws IOException {
    var counted = new Counted();
    try (var gzip = new GZIPOutputStream(counted)) {
      Files.copy(file, gzip);
    }
    return new Exported(form, Files.size(file), counted.bytes);
  }

  /** Keeps nothing of what it is given but how much it was. */
  private static final class Counted extends OutputStream {

    private long bytes;

    @Override
    public void write(int value) {
      bytes++;
    }

    @Override
    public void write(byte[] values, int offset, int length) {
      bytes += length;
    }
  }
}
